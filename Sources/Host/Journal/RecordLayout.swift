/// The fields of each kind's payload, in their order: what decodes, exports and explains a record.
public struct RecordField: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Four bytes: an index into the head's instruments, or into its instances; -1 = none.
    case instrument, instance
    /// Four bytes: 1 buy, 2 sell, 0 neither.
    case side
    /// Four bytes: a refusal's code.
    case code
    /// Four bytes: not zero = true.
    case flag
    /// Four bytes: what the plugin contract, the venue's report, an order or a decision calls it.
    case intentKind, reportKind, orderType, outcome
    /// Four bytes: a kind of record.
    case recordKind
    /// Four bytes.
    case word
    /// Eight bytes, raw in the instrument's scale.
    case price, quantity
    /// Eight bytes.
    case integer, identifier
    /// Sixteen bytes, raw x 10^18.
    case money
    /// Eight bytes, a double.
    case real
    /// Sixteen bytes.
    case wide

    var size: Int {
      switch self {
      case .instrument, .instance, .side, .code, .flag, .intentKind, .reportKind, .orderType, .outcome, .recordKind, .word: 4
      case .price, .quantity, .integer, .identifier, .real: 8
      case .money, .wide: 16
      }
    }
  }

  public let name: String
  public let kind: Kind

  init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
}

public enum RecordLayout {
  /// Of the part that has a fixed size; what follows it in `depth`, `answer`, `plugin_state`, `tighten` and the replacements has a decoder of its own.
  public static func fields(of kind: RecordKind) -> [RecordField] { table[Int(kind.rawValue)] }

  /// Bytes of a decision.
  public static var decisionSize: Int { size(of: .decision) }

  /// Bytes of these fields.
  public static func size(of kind: RecordKind) -> Int { sizes[Int(kind.rawValue)] }

  private static let sizes: [Int] = table.map { $0.reduce(0) { $0 + $1.kind.size } }

  private static let table: [[RecordField]] = {
    var table = [[RecordField]](repeating: [], count: 256)
    for kind in RecordKind.allCases { table[Int(kind.rawValue)] = make(kind) }
    return table
  }()

  private static let request: [RecordField] = [
    .init("order", .identifier), .init("slot", .word), .init("instrument", .instrument), .init("instance", .instance), .init("side", .side),
    .init("type", .orderType), .init("time_in_force", .word), .init("post_only", .flag), .init("reduce_only", .flag), .init("quantity", .quantity),
    .init("price", .price), .init("trigger_price", .price),
  ]
  private static let refusal: [RecordField] = [
    .init("code", .code), .init("unit", .word), .init("value", .wide), .init("limit", .wide),
  ]
  private static let failure: [RecordField] = [.init("failure", .word), .init("detail", .word), .init("figure", .integer)]

  private static func make(_ kind: RecordKind) -> [RecordField] {
    switch kind {
    case .trade:
      [.init("exchange_ms", .integer), .init("price", .price), .init("quantity", .quantity), .init("instrument", .instrument), .init("side", .side)]
    case .quote:
      [
        .init("exchange_ms", .integer), .init("bid_price", .price), .init("bid_quantity", .quantity), .init("ask_price", .price),
        .init("ask_quantity", .quantity), .init("instrument", .instrument), .init("is_synthetic", .flag),
      ]
    case .depth: [.init("exchange_ms", .integer), .init("instrument", .instrument), .init("bids", .word), .init("asks", .word)]
    case .mark:
      [
        .init("exchange_ms", .integer), .init("price", .price), .init("funding_rate", .integer), .init("next_funding_ms", .integer),
        .init("instrument", .instrument),
      ]
    case .execution:
      [
        .init("order", .identifier), .init("slot", .word), .init("report", .reportKind), .init("is_maker", .flag), .init("fee_asset", .word),
        .init("code", .code), .init("instrument", .instrument), .init("quantity", .quantity), .init("price", .price), .init("fee", .money),
        .init("fee_amount", .money), .init("bid", .price), .init("ask", .price), .init("last", .price),
      ]
    case .funding: [.init("rate", .integer), .init("price", .price), .init("instrument", .instrument)]
    case .transfer: [.init("amount", .money)]
    case .health: [.init("lag_ns", .integer), .init("instrument", .instrument), .init("is_stale", .flag)]
    case .verdict: [.init("order", .identifier), .init("is_allowed", .flag), .init("code", .code)]
    case .clock, .end, .restore: []
    case .command: [.init("instrument", .instrument), .init("instance", .instance), .init("flag", .flag)] + failure + [.init("supervisor", .word)]
    case .tighten: [.init("symbols", .word)]
    case .replacement: [.init("warm_until_ns", .integer), .init("instance", .instance), .init("bytes", .word)]
    case .answer:
      [.init("call", .identifier), .init("instance", .instance), .init("status", .word), .init("count", .word), .init("recorded", .word)] + failure
    case .modelReplacement: [.init("model", .word), .init("bytes", .word)]
    case .prediction:
      [
        .init("model", .word), .init("instrument", .instrument), .init("status", .word), .init("horizon_s", .word), .init("p_up", .real),
        .init("p_down", .real), .init("edge", .real),
      ]
    case .pluginState: [.init("instance", .instance), .init("bytes", .word), .init("offset", .word)]
    case .sent:
      [.init("order", .identifier), .init("what", .recordKind), .init("decided_ns", .integer), .init("sent_ns", .integer)]
    case .send, .replace:
      request + [.init("is_reducing", .flag), .init("old_slot", .word), .init("paired_order", .identifier), .init("old_order", .identifier)]
    case .ask, .query: request
    case .cancel: [.init("order", .identifier), .init("slot", .word)]
    case .decision:
      [
        .init("instrument_sequence", .identifier), .init("tag", .identifier), .init("instance", .instance), .init("intent", .intentKind),
        .init("side", .side), .init("time_in_force", .word), .init("price", .price), .init("quantity", .quantity), .init("flags", .word),
        .init("code", .code), .init("outcome", .outcome),
      ]
    case .refusal: [.init("tag", .identifier), .init("instance", .instance), .init("instrument", .instrument)] + refusal
    case .fill:
      [
        .init("order", .identifier), .init("instance", .instance), .init("instrument", .instrument), .init("side", .side), .init("is_maker", .flag),
        .init("fee_asset", .word), .init("is_host_made", .flag), .init("quantity", .quantity), .init("price", .price), .init("fee", .money),
        .init("fee_amount", .money), .init("decision_ns", .integer), .init("decision_bid", .price), .init("decision_ask", .price),
        .init("position", .quantity), .init("realized", .money),
      ]
    case .roundTrip:
      [
        .init("instance", .instance), .init("instrument", .instrument), .init("side", .side), .init("entry_ns", .integer), .init("exit_ns", .integer),
        .init("entry_quantity", .wide), .init("entry_notional", .money), .init("exit_notional", .money), .init("fees", .money),
        .init("funding", .money), .init("pnl", .money),
      ]
    case .fundingPaid: [.init("instance", .instance), .init("instrument", .instrument), .init("amount", .money)]
    case .riskState: refusal
    case .instanceRiskState: [.init("instance", .instance)] + refusal
    case .instanceFailed: [.init("instance", .instance)] + failure
    }
  }
}
