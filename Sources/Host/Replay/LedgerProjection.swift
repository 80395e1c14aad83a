import Engine
import Journal
import Kernel
import Ledger
import Market
import Risk
import Session

/// What a journal means for the books: the rows of the ledger, which depend on that journal alone.
public enum LedgerProjection {
  /// Brings in every run that is not in the ledger to its end. What cannot be read does not keep the others out.
  ///
  /// - Parameters:
  ///   - isComplete: false = also those that are there to their end, to make them anew.
  ///   - running: the journal that a host writes now, which goes on after this.
  /// - Returns: the runs that are not in the ledger, each with the reason.
  public static func catchUp(
    _ journals: JournalFolder, into ledger: Ledger, anew: Bool = false, running: String? = nil
  ) throws -> [(name: String, reason: String)] {
    let there = anew ? [] : try ledger.finalJournals()
    var left: [(name: String, reason: String)] = []
    for name in try journals.names() where !there.contains(name) {
      do { try project(journals.path(name), name: name, into: ledger, isFinal: name != running) } catch let error as LedgerError {
        throw error
      } catch let error as any Fault { left.append((name, "\(error)")) }
    }
    return left
  }

  /// One run, all of it or nothing.
  public static func project(_ folder: String, name: String, into ledger: Ledger, isFinal: Bool) throws {
    let reader = try JournalReader(folder: folder, checksChain: false)
    let head = reader.head
    let journal = Ledger.Journal(name: name, mode: head.mode, venue: head.venue, account: head.account, hostVersion: head.hostVersion)
    var engine = try RepeatedEngine(head, in: folder)
    var records = reader
    try ledger.replace(journal) { writer in
      let step = Step()
      var rows = LedgerRows(writer, head, engine.instruments)
      while let record = try records.next() {
        if record.kind.isInput {
          try engine.run(step, in: folder)
          try rows.note(engine.mismatch)
          if step.input?.kind == .restore { try rows.carry(engine.snapshot) }
          try rows.begin(record, engine.account)
          step.hold(record)
        } else if record.kind.isAnswer {
          try step.take(answer: record)
        }
        try rows.take(record)
      }
      try engine.run(step, isCut: records.ending != .sealed, in: folder)
      try rows.note(engine.mismatch)
      try rows.finish(engine.account, engine.snapshot)
      CrashPoint.pass(.inLedger)
      return (records.ending?.name ?? "open", records.lastSequence, isFinal)
    }
  }
}

/// The account as it stands.
struct LedgerAccount {
  var equity: Money
  var cash: Money
  var peak: Money
}

/// Turns records into rows.
private struct LedgerRows {
  private struct Order {
    var quantity: Int64
    var filled: Int64 = 0
    var scale: Int
    var status: String
  }
  private struct Traded {
    var realized = Money.zero
    var fees = Money.zero
    var fills: Int64 = 0
  }
  private struct RefusalKey: Hashable {
    var instance: Int32
    var instrument: Int32
    var code: RefusalCode
  }
  private struct Refused {
    var ns: Int64
    var input: UInt64
    var words: String
    var count: Int64
    var last: Int64
  }

  private let writer: LedgerWriter
  private let text: RecordText
  private let head: JournalHead
  private let instruments: [Instrument]
  /// Of each order of this run.
  private var orders: [UInt64: Order] = [:]
  private var traded: [Traded]
  /// Of the minute in work.
  private var refusals: [RefusalKey: Refused] = [:]
  private var minute = Int64.min
  private var ns: Int64 = 0
  private var input: UInt64 = 0
  private var isMismatchTold = false

  private static let minuteNanoseconds: Int64 = 60_000_000_000

  init(_ writer: LedgerWriter, _ head: JournalHead, _ instruments: [Instrument]) {
    self.writer = writer
    self.head = head
    self.instruments = instruments
    text = RecordText(instruments: instruments, instances: head.instances.map(\.id))
    traded = head.instances.map { _ in Traded() }
  }

  /// An input comes; the account is as the one before left it.
  mutating func begin(_ record: JournalRecord, _ account: @autoclosure () -> LedgerAccount) throws {
    // A clock that jumps does not make rows without end: only what happened has a minute.
    let now = record.receiveNanoseconds / Self.minuteNanoseconds
    if now != minute {
      if minute != .min { try endMinute(account()) }
      minute = now
    }
    (ns, input) = (record.receiveNanoseconds, record.sequence)
  }

  mutating func take(_ record: JournalRecord) throws {
    switch record.kind {
    case .send, .ask: try open(record, status: record.kind == .ask ? "asked" : "sent")
    case .replace:
      try open(record, status: "sent")
      try update(UInt64(truncatingIfNeeded: raw("old_order", record))) { $0.status = "replaced" }
    case .execution: try report(record)
    case .fill: try fill(record)
    case .refusal: refuse(record)
    case .riskState: try risk("account", record, instance: nil)
    case .instanceRiskState:
      var decoder = record.decoder
      try risk("instance", record, instance: decoder.take(Int32.self))
    case .instanceFailed, .replacement, .fundingPaid, .transfer, .command, .restore, .tighten: try event(record)
    default: break
    }
  }

  /// Orders that a former run left open, which this one goes on with.
  mutating func carry(_ state: EngineSnapshot) throws {
    for order in state.openOrders {
      let request = order.request
      guard let spec = spec(request.instrument) else { continue }
      let scale = Int(spec.quantityScale)
      orders[order.id] = Order(quantity: order.remaining, scale: scale, status: "unknown")
      let decimal = { (raw: Int64, scale: Int) in LedgerValue.text(DecimalText.formatShort(Int128(raw), scale: scale)) }
      try writer.insert(
        .orders,
        moment + owner(request.instance, request.instrument) + [
          .integer(Int64(clamping: order.id)), .text(request.side.name), .text("\(request.type)"), decimal(order.remaining, scale),
          decimal(request.price.raw, Int(spec.priceScale)), decimal(request.triggerPrice.raw, Int(spec.priceScale)), .null, .integer(1),
          .text("unknown"), .text("0"), .integer(ns),
        ])
    }
  }

  mutating func finish(_ account: LedgerAccount, _ state: EngineSnapshot) throws {
    if minute != .min { try endMinute(account) }
    for index in head.instances.indices {
      let position = state.position(instance: index)
      let sums = traded[index]
      guard position != 0 || sums.fills > 0, let instrument = instruments.firstIndex(where: { $0.id.description == head.instances[index].instrument })
      else { continue }
      let spec = instruments[instrument].spec
      let average = position == 0 ? Price.zero : spec.averagePrice(state.cost(instance: index), Int128(position))
      try writer.insert(
        .positions,
        moment + owner(Int32(index), Int32(instrument)) + [
          .text(DecimalText.formatShort(Int128(position), scale: Int(spec.quantityScale))),
          position == 0 ? .null : .text(DecimalText.formatShort(Int128(average.raw), scale: Int(spec.priceScale))), money(sums.realized),
          money(sums.fees), .integer(sums.fills),
        ])
    }
  }

  // MARK: Orders

  private mutating func open(_ record: JournalRecord, status: String) throws {
    var decoder = record.decoder
    let id = decoder.take(UInt64.self)
    // Sent after it was asked for: the same order.
    if orders[id] != nil { return try update(id) { $0.status = status } }
    guard let spec = spec(Int32(truncatingIfNeeded: raw("instrument", record))) else {
      throw JournalError(.badData, "input \(input): an order of an instrument that the journal does not have")
    }
    let members = members(record)
    orders[id] = Order(quantity: Int64(truncatingIfNeeded: raw("quantity", record)), scale: Int(spec.quantityScale), status: status)
    try writer.insert(
      .orders,
      moment
        + ["instance", "instrument", "order", "side", "type", "quantity", "price", "trigger_price", "is_reducing"].map { cell(members[$0], $0) }
        + [.integer(0), .text(status), .text("0"), .integer(ns)])
  }

  private mutating func report(_ record: JournalRecord) throws {
    let report = ExecutionReport.Kind(rawValue: UInt8(truncatingIfNeeded: raw("report", record)))
    // A fill has a record of its own, and a cancel that came too late changes nothing.
    guard let report, report != .fill, report != .cancelRejected else { return }
    try update(UInt64(truncatingIfNeeded: raw("order", record))) { $0.status = "\(report)" }
  }

  private mutating func fill(_ record: JournalRecord) throws {
    var decoder = record.decoder
    let id = decoder.take(UInt64.self)
    let instance = Int(decoder.take(Int32.self))
    let members = members(record)
    try writer.insert(
      .fills,
      moment
        + ["instance", "instrument", "order", "side", "quantity", "price", "fee", "is_maker", "is_host_made", "position", "realized"].map {
          cell(members[$0], $0)
        })
    guard traded.indices.contains(instance) else {
      throw JournalError(.badData, "input \(input): a fill of an instance that the journal does not have")
    }
    // Wrapping: a crafted record is wrong and nothing worse.
    traded[instance].fills += 1
    traded[instance].fees = Money(raw: traded[instance].fees.raw &+ raw("fee", record))
    traded[instance].realized = Money(raw: traded[instance].realized.raw &+ raw("realized", record))
    let quantity = Int64(truncatingIfNeeded: raw("quantity", record))
    try update(id) { order in
      order.filled &+= quantity
      order.status = order.filled >= order.quantity ? "filled" : "partially_filled"
    }
  }

  /// One that is not of this run is the host's own (a venue's liquidation) and has a fill without an order.
  private mutating func update(_ id: UInt64, _ change: (inout Order) -> Void) throws {
    guard var order = orders[id] else { return }
    change(&order)
    orders[id] = order
    try writer.update(
      order: Int64(clamping: id), status: order.status, filled: DecimalText.formatShort(Int128(order.filled), scale: order.scale), lastNanoseconds: ns
    )
  }

  // MARK: Risk and events

  private mutating func refuse(_ record: JournalRecord) {
    var decoder = record.decoder
    _ = decoder.take(UInt64.self)
    let (instance, instrument) = (decoder.take(Int32.self), decoder.take(Int32.self))
    guard let refusal = refusal(&decoder) else { return }
    let key = RefusalKey(instance: instance, instrument: instrument, code: refusal.code)
    var refused = refusals[key] ?? Refused(ns: ns, input: input, words: refusal.text(for: spec(instrument)), count: 0, last: ns)
    refused.count += 1
    refused.last = ns
    refusals[key] = refused
  }

  private mutating func risk(_ kind: String, _ record: JournalRecord, instance: Int32?) throws {
    var decoder = record.decoder
    if instance != nil { _ = decoder.take(Int32.self) }
    guard let refusal = refusal(&decoder) else { return }
    let instrument = instance.flatMap { head.instances.indices.contains(Int($0)) ? head.instances[Int($0)].instrument : nil }
    let index = instrument.flatMap { name in instruments.firstIndex { $0.id.description == name } }.map { Int32($0) } ?? -1
    // Code none: what stopped it is over.
    try writer.insert(
      .risk,
      moment + owner(instance ?? -1, index) + [
        .text(kind), refusal.code == .none ? .null : .text(refusal.code.name),
        .text(refusal.code == .none ? "opening is allowed again" : refusal.text(for: spec(index))), .integer(1), .integer(ns),
      ])
  }

  private mutating func endMinute(_ account: LedgerAccount) throws {
    try writer.insert(
      .equity, moment + [money(account.equity), money(account.cash), money(account.peak), money(max(.zero, account.peak - account.equity))])
    for (key, refused) in refusals.sorted(by: {
      ($0.value.input, $0.key.instance, $0.key.code.rawValue) < ($1.value.input, $1.key.instance, $1.key.code.rawValue)
    }) {
      try writer.insert(
        .risk,
        [.integer(refused.ns), .integer(Int64(clamping: refused.input))] + owner(key.instance, key.instrument) + [
          .text("refusal"), .text(key.code.name), .text(refused.words), .integer(refused.count), .integer(refused.last),
        ])
    }
    refusals.removeAll(keepingCapacity: true)
  }

  /// From here on the money of the rows is what this host makes of it; orders and fills are those of the journal.
  mutating func note(_ mismatch: JournalMismatch?) throws {
    guard let mismatch, !isMismatchTold else { return }
    isMismatchTold = true
    try writer.insert(.events, moment + [.null, .null, .text("mismatch"), .text(mismatch.text)])
  }

  private mutating func event(_ record: JournalRecord) throws {
    guard case .object(let members) = text.json(record) else { return }
    let own: Set<String> = ["kind", "input", "receive_ns", "instance", "instrument", "bytes", "symbols"]
    let words = members.compactMap { name, value -> String? in
      let text = value.description
      return own.contains(name) || ["null", "false", "0", "-1"].contains(text) ? nil : "\(name) \(text.filter { $0 != "\"" })"
    }.joined(separator: ", ")
    func cell(_ name: String) -> LedgerValue { self.cell(members.first { $0.key == name }?.value, name) }
    try writer.insert(.events, moment + [cell("instance"), cell("instrument"), .text(record.kind.name), .text(words)])
  }

  // MARK: Cells

  private var moment: [LedgerValue] { [.integer(ns), .integer(Int64(clamping: input))] }

  private func owner(_ instance: Int32, _ instrument: Int32) -> [LedgerValue] {
    [
      head.instances.indices.contains(Int(instance)) ? .text(head.instances[Int(instance)].id) : .null,
      instruments.indices.contains(Int(instrument)) ? .text(instruments[Int(instrument)].id.description) : .null,
    ]
  }

  private func spec(_ instrument: Int32) -> InstrumentSpec? {
    instruments.indices.contains(Int(instrument)) ? instruments[Int(instrument)].spec : nil
  }

  private func money(_ amount: Money) -> LedgerValue { .text(DecimalText.formatShort(amount.raw, scale: Money.scale)) }

  private func refusal(_ decoder: inout RecordDecoder) -> Refusal? {
    guard let code = RefusalCode(rawValue: UInt16(truncatingIfNeeded: decoder.take(UInt32.self))),
      let unit = Refusal.Unit(rawValue: UInt8(truncatingIfNeeded: decoder.take(UInt32.self)))
    else { return nil }
    return Refusal(code, unit: unit, value: decoder.takeWide(), limit: decoder.takeWide())
  }

  private func members(_ record: JournalRecord) -> [String: JSONValue] {
    Dictionary(text.members(record.kind, record.payload), uniquingKeysWith: { first, _ in first })
  }

  /// A field as it stands in the record.
  private func raw(_ name: String, _ record: JournalRecord) -> Int128 {
    var decoder = record.decoder
    for field in RecordLayout.fields(of: record.kind) {
      let value: Int128
      switch field.kind {
      case .money, .wide: value = decoder.takeWide()
      case .price, .quantity, .integer: value = Int128(decoder.take(Int64.self))
      case .identifier: value = Int128(decoder.take(UInt64.self))
      default: value = Int128(decoder.take(Int32.self))
      }
      if field.name == name { return value }
    }
    return 0
  }

  private func cell(_ value: JSONValue?, _ name: String) -> LedgerValue {
    switch value {
    case .text(let text): .text(text)
    case .boolean(let flag): .integer(flag ? 1 : 0)
    case .number(let text): name == "order" ? UInt64(text).map { .integer(Int64(clamping: $0)) } ?? .null : .text(text)
    default: .null
    }
  }
}
