/// What the ledger has tables of. Each row belongs to one run, by the name of its journal.
public enum LedgerTable: String, Sendable, CaseIterable {
  /// One row for each order of a run; one that was open when the run began has a row there too.
  case orders
  case fills
  /// One row for each instance that held or traded something: as it stood at the run's end, or stands.
  case positions
  /// One row for each minute of receive time in which something happened, and the last one.
  case equity
  /// What was refused, one row for each minute, instance and code, with a count; and each stop and its end.
  case risk
  /// Failed and replaced plugins, operators' commands, funding, transfers.
  case events

  public var columns: [LedgerColumn] {
    switch self {
    case .orders:
      Self.moment + Self.owner + [
        .init("order_id", .integer), .init("side", .text), .init("type", .text), .init("quantity", .decimal), .init("price", .decimal),
        .init("trigger_price", .decimal), .init("is_reducing", .flag), .init("is_carried", .flag), .init("status", .text),
        .init("filled", .decimal), .init("last_ns", .nanoseconds),
      ]
    case .fills:
      Self.moment + Self.owner + [
        .init("order_id", .integer), .init("side", .text), .init("quantity", .decimal), .init("price", .decimal), .init("fee", .decimal),
        .init("is_maker", .flag), .init("is_host_made", .flag), .init("position", .decimal), .init("realized", .decimal),
      ]
    case .positions:
      Self.moment + Self.owner + [
        .init("position", .decimal), .init("average_price", .decimal), .init("realized", .decimal), .init("fees", .decimal),
        .init("fills", .integer),
      ]
    case .equity:
      Self.moment + [.init("equity", .decimal), .init("cash", .decimal), .init("peak", .decimal), .init("drawdown", .decimal)]
    case .risk:
      Self.moment + Self.owner + [
        .init("kind", .text), .init("code", .text), .init("words", .text), .init("count", .integer), .init("last_ns", .nanoseconds),
      ]
    case .events: Self.moment + Self.owner + [.init("kind", .text), .init("words", .text)]
    }
  }

  /// Receive time of the input that it followed from, and that input's number in its journal.
  private static let moment = [LedgerColumn("ns", .nanoseconds), LedgerColumn("input", .integer)]
  /// NULL where it is the whole account's.
  private static let owner = [LedgerColumn("instance", .text), LedgerColumn("instrument", .text)]

  /// Whether rows belong to an instance and an instrument.
  public var hasOwner: Bool { self != .equity }
}

public struct LedgerColumn: Sendable, Hashable {
  public enum Kind: Sendable {
    case integer, text
    /// Since 1970, UTC.
    case nanoseconds
    /// 0 or 1.
    case flag
    /// Its digits as text: exact, whatever its scale. Amounts are in quote currency.
    case decimal
  }

  public let name: String
  public let kind: Kind

  init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
}

public enum LedgerValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case text(String)
}
