import Engine
import Features
import Journal
import Market
import PluginABI
import Risk
import Session
import Settings

/// Why an order was sent, or an intent refused: from the journal, one chain from the input to the venue's last word.
public struct Explanation: Sendable {
  /// What is asked about.
  public enum Subject: Sendable, Equatable {
    /// The host's number of an order.
    case order(UInt64)
    /// Everything that was decided at an input.
    case input(UInt64)
  }

  /// One step of the chain.
  public struct Hop: Sendable {
    public var input: UInt64
    /// When: an input was received, an order was decided, it was sent; nil where nobody has read a clock.
    public var nanoseconds: Int64?
    /// tick, intent, verdict, order, sent, venue, books.
    public var what: String
    public var record: JSONValue
    /// Order and kind of what left.
    fileprivate var leaving: (UInt64, UInt32)?
    /// Since the first hop, ns; nil where its own time is not known.
    public fileprivate(set) var elapsed: Int64?
    /// Since the hop before it whose time is known.
    public fileprivate(set) var sincePrevious: Int64?
  }

  public let subject: Subject
  public private(set) var hops: [Hop] = []
  /// Before the decision: code, scope, used, limit, and how much was left.
  public private(set) var limits: [(code: String, scope: String, value: String, limit: String, headroom: String)] = []
  /// What each model was asked about at the decision: its id, and the features by name.
  public private(set) var features: [(model: String, values: [(name: String, value: Double)])] = []
  public private(set) var head: JournalHead
  /// Nil: up to the decision every answer of the journal fits. Else limits and features may be others than the host's.
  public private(set) var mismatch: JournalMismatch?

  /// - Throws: of kind `.missingInput` where the journal has nothing of it.
  public static func read(folder: String, _ subject: Subject) throws -> Explanation {
    let number: UInt64
    switch subject {
    case .input(let input): number = input
    case .order(let order):
      guard let found = try birth(of: order, in: folder) else {
        throw JournalError(
          .missingInput, "\(folder): order \(order) was not sent in this run; list those that were with: quantumedge journal export --kind send")
      }
      number = found
    }
    return try Explanation(folder, subject, at: number)
  }

  /// The newest of some journals in which an order was sent: its number is of one run, or is passed on by none.
  ///
  /// - Throws: of kind `.missingInput` where it was sent in none; where one of them cannot be read, why.
  public static func journal(of order: UInt64, in journals: JournalFolder) throws -> String {
    let names = try journals.names()
    var unreadable: (any Error)?
    for name in names.reversed() {
      do { if try birth(of: order, in: journals.path(name)) != nil { return journals.path(name) } } catch { unreadable = unreadable ?? error }
    }
    if let unreadable { throw unreadable }
    throw JournalError(
      .missingInput,
      names.isEmpty
        ? "\(journals.path): there is no journal; name one with --journal"
        : "\(journals.path): order \(order) was sent in none of the \(names.count) runs that are there; list those of a run with: quantumedge journal "
          + "export JOURNAL --kind send")
  }

  /// The input at which an order left.
  private static func birth(of order: UInt64, in folder: String) throws -> UInt64? {
    var reader = try JournalReader(folder: folder, checksChain: false)
    while let record = try reader.next() {
      switch record.kind {
      case .send, .replace, .ask:
        var decoder = record.decoder
        if decoder.take(UInt64.self) == order { return record.sequence }
      default: continue
      }
    }
    return nil
  }

  private init(_ folder: String, _ subject: Subject, at number: UInt64) throws {
    self.subject = subject
    var reader = try JournalReader(folder: folder, checksChain: false)
    head = reader.head
    let text = RecordText(
      instruments: try Settings.recorded(head.settings, pairs: head.pairs, in: folder).pairs.instruments, instances: head.instances.map(\.id))
    var engine = try RepeatedEngine(head, in: folder)
    let step = Step()
    /// Of the order that is asked about: whose it is, once that is known.
    var instance: Int32?
    var hasRun = false
    while let record = try reader.next() {
      if record.sequence < number {
        if record.kind.isInput {
          try engine.run(step, in: folder)
          step.hold(record)
        } else if record.kind.isAnswer {
          try step.take(answer: record)
        }
        continue
      }
      if record.sequence == number {
        if record.kind.isInput {
          try engine.run(step, in: folder)
          limits = Self.limits(engine.limitUses(), engine.instruments, head)
          step.hold(record)
        } else if record.kind.isAnswer {
          try step.take(answer: record)
        }
        if record.kind != .sent || subject.isOrder(of: record) { add(record, text) }
        if case .order(let order) = subject, [.send, .replace, .ask].contains(record.kind) {
          var decoder = record.decoder
          let id = decoder.take(UInt64.self)
          _ = decoder.take(Int64.self)
          if id == order { instance = decoder.take() }
        }
        continue
      }
      if !hasRun {
        hasRun = true
        try takeFeatures(&engine, step, isCut: false, folder)
      }
      guard case .order(let order) = subject else { break }
      if Self.concerns(record, order) { add(record, text) }
    }
    if !hasRun { try takeFeatures(&engine, step, isCut: reader.ending != .sealed, folder) }
    mismatch = engine.mismatch
    guard !hops.isEmpty else { throw JournalError(.missingInput, "\(folder): has no input \(number)") }
    if let instance { keep(instance, number) }
    measure()
  }

  /// The engine reads no clock: what came of an input has no time of its own, but for what left. A practice venue answers within the same moment
  /// of the engine's: where that is before the order had really left, it is no time either.
  private mutating func measure() {
    guard let start = hops.first?.nanoseconds else { return }
    var last = start
    for index in hops.indices {
      guard let time = hops[index].nanoseconds, time >= last else { continue }
      hops[index].elapsed = time - start
      if index > 0 { hops[index].sincePrevious = time - last }
      last = time
    }
  }

  /// The rows of the models that were asked in this very step.
  private mutating func takeFeatures(_ engine: inout RepeatedEngine, _ step: Step, isCut: Bool, _ folder: String) throws {
    try engine.run(step, isCut: isCut, in: folder)
    // One that closed several seconds asked each model as often: what is known of it is the last row.
    var told = Set<Int>()
    for index in step.predictions.map({ Int($0.model) }) where engine.places.indices.contains(index) && told.insert(index).inserted {
      guard let model = engine.places[index].model, let row = engine.features(ofModel: index), let schema = FeatureSchema.named(model.schema) else {
        continue
      }
      features.append((model.id, zip(schema.columns, row).map { (name: $0, value: $1) }))
    }
  }

  /// Reports, fills and cancels of an order.
  private static func concerns(_ record: JournalRecord, _ order: UInt64) -> Bool {
    switch record.kind {
    case .execution, .fill, .cancel, .query, .verdict, .sent:
      var decoder = record.decoder
      return decoder.take(UInt64.self) == order
    default: return false
    }
  }

  private mutating func add(_ record: JournalRecord, _ text: RecordText) {
    let what: String
    switch record.kind {
    case .answer: what = "intent"
    case .prediction: what = "model"
    case .decision, .refusal: what = "verdict"
    case .send, .replace, .ask, .cancel, .query: what = "order"
    case .sent: what = "sent"
    case .execution, .verdict: what = "venue"
    case .fill, .roundTrip, .funding, .fundingPaid: what = "books"
    default: what = record.kind.isInput ? "tick" : "risk"
    }
    var json = text.json(record)
    if record.kind == .answer, case .object(let members) = json { json = .object(members + [("intents", .array(text.intents(record)))]) }
    var time: Int64? = record.sequence == hops.last?.input ? nil : record.receiveNanoseconds
    if record.kind == .sent {
      var decoder = record.decoder
      let (order, kind) = (decoder.take(UInt64.self), decoder.take(UInt32.self))
      let decided = decoder.take(Int64.self)
      time = decoder.take()
      if let index = hops.lastIndex(where: { $0.leaving.map { $0 == (order, kind) } ?? false }) { hops[index].nanoseconds = decided }
    }
    hops.append(Hop(input: record.sequence, nanoseconds: time, what: what, record: json, leaving: Self.leaving(record)))
  }

  /// Order and kind of what left.
  private static func leaving(_ record: JournalRecord) -> (UInt64, UInt32)? {
    switch record.kind {
    case .send, .cancel, .replace, .query:
      var decoder = record.decoder
      return (decoder.take(), UInt32(record.kind.rawValue))
    default: return nil
    }
  }

  /// Of the order's own step what other instances said and did is no part of the chain.
  private mutating func keep(_ instance: Int32, _ number: UInt64) {
    guard head.instances.indices.contains(Int(instance)) else { return }
    let id = head.instances[Int(instance)].id
    hops.removeAll { hop in
      guard hop.input == number, hop.what != "tick", case .object(let members) = hop.record,
        let other = members.first(where: { $0.key == "instance" })?.value
      else { return false }
      return other.description != JSONValue.text(id).description
    }
  }

  private static func limits(
    _ uses: [LimitUse], _ instruments: [Instrument], _ head: JournalHead
  ) -> [(code: String, scope: String, value: String, limit: String, headroom: String)] {
    uses.sorted { $0.fraction > $1.fraction }.map { use in
      let spec = use.instrument >= 0 ? instruments[Int(use.instrument)].spec : nil
      let scale =
        switch use.unit {
        case .money: Money.scale
        case .quantity: Int(spec?.quantityScale ?? 0)
        case .price: Int(spec?.priceScale ?? 0)
        case .fraction, .basisPoints: 6
        case .none, .count, .milliseconds: 0
        }
      func text(_ raw: Int128) -> String { DecimalText.formatShort(raw, scale: scale) }
      let scope =
        use.instance >= 0 ? head.instances[Int(use.instance)].id : use.instrument >= 0 ? instruments[Int(use.instrument)].id.symbol : "account"
      return (use.code.name, scope, text(use.value), text(use.limit), text(use.limit - use.value))
    }
  }
}

// MARK: - In words

extension Explanation {
  public var json: JSONValue {
    .object([
      ("subject", subject.json),
      ("mismatch", mismatch?.json ?? .null),
      (
        "hops",
        .array(
          hops.indices.map { index in
            .object([
              ("what", .text(hops[index].what)), ("after_ms", hops[index].elapsed.map { .number(Self.milliseconds($0)) } ?? .null),
              ("since_previous_ms", hops[index].sincePrevious.map { .number(Self.milliseconds($0)) } ?? .null), ("record", hops[index].record),
            ])
          })
      ),
      (
        "features",
        .object(features.map { (key: $0.model, value: .object($0.values.map { (key: $0.name, value: .real($0.value)) })) })
      ),
      (
        "limits",
        .array(
          limits.map {
            .object([
              ("code", .text($0.code)), ("scope", .text($0.scope)), ("value", .number($0.value)), ("limit", .number($0.limit)),
              ("headroom", .number($0.headroom)),
            ])
          })
      ),
    ])
  }

  /// One line for each hop, the limits before the verdict.
  public var lines: [String] {
    var lines = mismatch.map { ["the journal: \($0.text); limits and features may be others than the host's"] } ?? []
    var hasLimits = false
    for hop in hops {
      if !hasLimits, hop.what != "tick" {
        hasLimits = true
        lines += features.map { row in
          "            asked   \(row.model): \(row.values.map { "\($0.name) \(Self.short($0.value))" }.joined(separator: ", "))"
        }
        lines += limits.map { "            limit   \($0.code) \($0.scope): \($0.value) of \($0.limit), headroom \($0.headroom)" }
      }
      let time = hop.elapsed.map { "+\(Self.milliseconds($0)) ms" } ?? ""
      let step = hop.sincePrevious.map { "  (\(Self.span($0)) after the one before)" } ?? ""
      lines.append(
        "\(String(repeating: " ", count: max(0, 11 - time.utf8.count)))\(time) \(hop.what)\(String(repeating: " ", count: max(1, 8 - hop.what.utf8.count)))\(Self.words(hop.record))\(step)"
      )
    }
    return lines
  }

  /// Seven significant digits or so: what people compare.
  private static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "missing" }
    var scale = 0
    while scale < 15, value.magnitude * Double(PowerOfTen[scale]) < 1e6 { scale += 1 }
    guard value.magnitude < 1e12 else { return "\(value)" }
    return DecimalText.formatShort(Int128((value * Double(PowerOfTen[scale])).rounded()), scale: scale)
  }

  /// Fields whose zero is none.
  private static let silentZeros: Set<String> = [
    "price", "trigger_price", "paired_order", "old_order", "flags", "time_in_force", "fee_asset", "bids", "asks",
  ]

  /// Microseconds where they are less than a millisecond.
  private static func span(_ nanoseconds: Int64) -> String {
    nanoseconds < 1_000_000 ? "\(DecimalText.formatShort(Int128(nanoseconds / 100), scale: 1)) µs" : "\(milliseconds(nanoseconds)) ms"
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String { DecimalText.formatShort(Int128(nanoseconds / 1000), scale: 3) }

  /// `kind name value name value`, without what says nothing.
  private static func words(_ record: JSONValue) -> String {
    guard case .object(let members) = record else { return "" }
    let silent: Set<String> = [
      "receive_ns", "slot", "old_slot", "failure", "detail", "figure", "call", "status", "recorded", "count", "decided_ns", "sent_ns",
    ]
    return members.compactMap { name, value in
      if silent.contains(name) { return nil }
      let text = value.description.trimmed
      if ["null", "false", "-1", "[]"].contains(text) || (text == "0" && Self.silentZeros.contains(name)) { return nil }
      return name == "kind" ? text : "\(name) \(text)"
    }.joined(separator: "  ")
  }
}

extension Explanation.Subject {
  /// Whether a record that begins with the number of an order is of the subject; every one is of an input.
  fileprivate func isOrder(of record: JournalRecord) -> Bool {
    guard case .order(let number) = self else { return true }
    var decoder = record.decoder
    return decoder.take(UInt64.self) == number
  }

  var json: JSONValue {
    switch self {
    case .order(let number): .object([("order", .number("\(number)"))])
    case .input(let number): .object([("input", .number("\(number)"))])
    }
  }
}

extension String {
  /// Without the quotes of a JSON text.
  fileprivate var trimmed: String { count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self }
}
