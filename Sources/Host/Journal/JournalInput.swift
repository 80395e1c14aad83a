import Engine
import FoundationEssentials
import Market
import PluginABI
import Risk

/// An input, read back.
public enum JournalInput {
  case event(Event)
  /// The best levels, in order.
  case depth(EventTime, instrument: Int32, bids: [qe_level], asks: [qe_level])
  // Rare and large: a trade is not to be moved with their room.
  indirect case tighten(EventTime, RiskLimits, symbolNotional: [Money?])
  indirect case replacement(EventTime, instance: Int32, warmUntilNanoseconds: Int64, JournalHead.Instance)
  /// Index into the head's models.
  indirect case modelReplacement(EventTime, model: Int32, JournalHead.ModelPlace)
  /// With the state beside the head.
  case restore(EventTime)
  case end
}

extension JournalRecord {
  /// - Throws: of kind `.badData` where the payload is none of its kind. Its checksum was right: another program wrote it.
  public func input() throws(JournalError) -> JournalInput {
    var decoder = decoder
    let input = read(&decoder)
    guard let input, !decoder.isShort else {
      throw JournalError(.badData, "input \(sequence): a record of kind \(kind.name) that this host cannot read")
    }
    return input
  }

  /// The most frequent inputs without the detour through `JournalInput`, which is large; nil for another kind, and for what is none.
  public func trade() -> (time: EventTime, trade: Trade, instrument: Int32)? {
    guard kind == .trade else { return nil }
    var decoder = decoder
    let exchange = decoder.take(Int64.self)
    let (price, quantity, instrument) = (Price(raw: decoder.take()), Quantity(raw: decoder.take()), decoder.take(Int32.self))
    guard let side = Side(rawValue: UInt8(truncatingIfNeeded: decoder.take(UInt32.self))), !decoder.isShort else { return nil }
    return (
      EventTime(sequence: sequence, receiveNanoseconds: receiveNanoseconds, exchangeMilliseconds: exchange),
      Trade(price: price, quantity: quantity, takerSide: side), instrument
    )
  }

  public func quote() -> (time: EventTime, quote: Quote, instrument: Int32)? {
    guard kind == .quote else { return nil }
    var decoder = decoder
    let exchange = decoder.take(Int64.self)
    var quote = Quote(
      bidPrice: Price(raw: decoder.take()), bidQuantity: Quantity(raw: decoder.take()), askPrice: Price(raw: decoder.take()),
      askQuantity: Quantity(raw: decoder.take()))
    let instrument = decoder.take(Int32.self)
    quote.isSynthetic = decoder.take(UInt32.self) != 0
    if decoder.isShort { return nil }
    return (EventTime(sequence: sequence, receiveNanoseconds: receiveNanoseconds, exchangeMilliseconds: exchange), quote, instrument)
  }

  private func read(_ decoder: inout RecordDecoder) -> JournalInput? {
    func time(_ exchangeMilliseconds: Int64 = -1) -> EventTime {
      EventTime(sequence: sequence, receiveNanoseconds: receiveNanoseconds, exchangeMilliseconds: exchangeMilliseconds)
    }
    func price() -> Price { Price(raw: decoder.take()) }
    func quantity() -> Quantity { Quantity(raw: decoder.take()) }
    switch kind {
    case .trade: return trade().map { .event(Event($0.time, .trade(instrument: $0.instrument, $0.trade))) }
    case .quote: return quote().map { .event(Event($0.time, .quote(instrument: $0.instrument, $0.quote))) }
    case .depth:
      let (exchange, instrument) = (decoder.take(Int64.self), decoder.take(Int32.self))
      let (bids, asks) = (Int(decoder.take(UInt32.self)), Int(decoder.take(UInt32.self)))
      guard (bids + asks) * 16 <= decoder.remaining else { return nil }
      func levels(_ count: Int) -> [qe_level] { (0..<count).map { _ in qe_level(price: decoder.take(), quantity: decoder.take()) } }
      return .depth(time(exchange), instrument: instrument, bids: levels(bids), asks: levels(asks))
    case .mark:
      let exchange = decoder.take(Int64.self)
      let mark = MarkPrice(price: price(), fundingRate: BasisPoints(raw: decoder.take()), nextFundingMilliseconds: decoder.take())
      return .event(Event(time(exchange), .markPrice(instrument: decoder.take(), mark)))
    case .execution: return report(&decoder).map { .event(Event(time(), .execution($0))) }
    case .funding:
      let (rate, price) = (BasisPoints(raw: decoder.take()), price())
      return .event(Event(time(), .funding(instrument: decoder.take(), rate: rate, price: price)))
    case .transfer: return .event(Event(time(), .transfer(Money(raw: decoder.takeWide()))))
    case .health:
      let lag = decoder.take(Int64.self)
      return .event(Event(time(), .health(instrument: decoder.take(), isStale: decoder.take(UInt32.self) != 0, lagNanoseconds: lag)))
    case .verdict:
      let (order, isAllowed) = (decoder.take(UInt64.self), decoder.take(UInt32.self) != 0)
      guard let code = RefusalCode(rawValue: UInt16(truncatingIfNeeded: decoder.take(UInt32.self))), isAllowed == (code == .none) else { return nil }
      return .event(Event(time(), .verdict(orderID: order, code)))
    case .clock: return .event(Event(time(), .clock))
    case .command:
      guard let code = CommandCode(rawValue: variant) else { return nil }
      var parts = CommandCode.Parts(
        code: code, instrument: decoder.take(), instance: decoder.take(), flag: decoder.take(UInt32.self) != 0, failure: decoder.takeFailure())
      guard let word = SupervisorWord(rawValue: UInt8(truncatingIfNeeded: decoder.take(UInt32.self))) else { return nil }
      parts.word = word
      return CommandCode.command(parts).map { .event(Event(time(), .command($0))) }
    case .tighten:
      let count = Int(decoder.take(UInt32.self))
      let limits = LimitsCode.take(&decoder)
      guard count * 24 <= decoder.remaining else { return nil }
      return .tighten(time(), limits, symbolNotional: (0..<count).map { _ in LimitsCode.takeValue(&decoder).map { Money(raw: $0) } })
    case .replacement:
      let (warm, instance, count) = (decoder.take(Int64.self), decoder.take(Int32.self), Int(decoder.take(UInt32.self)))
      guard count <= decoder.remaining else { return nil }
      let text = Data((0..<count).map { _ in decoder.take(UInt8.self) })
      guard let description = try? JSONDecoder().decode(JournalHead.Instance.self, from: text) else { return nil }
      return .replacement(time(), instance: instance, warmUntilNanoseconds: warm, description)
    case .modelReplacement:
      let (model, count) = (decoder.take(Int32.self), Int(decoder.take(UInt32.self)))
      guard count <= decoder.remaining else { return nil }
      let text = Data((0..<count).map { _ in decoder.take(UInt8.self) })
      guard let place = try? JSONDecoder().decode(JournalHead.ModelPlace.self, from: text) else { return nil }
      return .modelReplacement(time(), model: model, place)
    case .restore: return .restore(time())
    case .end: return .end
    default: return nil
    }
  }

  private func report(_ decoder: inout RecordDecoder) -> ExecutionReport? {
    let (order, slot) = (decoder.take(UInt64.self), decoder.take(Int32.self))
    let (kind, isMaker) = (decoder.take(UInt32.self), decoder.take(UInt32.self) != 0)
    let (asset, code) = (decoder.take(UInt32.self), decoder.take(UInt32.self))
    _ = decoder.take(Int32.self)
    guard let kind = ExecutionReport.Kind(rawValue: UInt8(truncatingIfNeeded: kind)),
      let asset = ExecutionReport.FeeAsset(rawValue: UInt8(truncatingIfNeeded: asset)),
      let code = RefusalCode(rawValue: UInt16(truncatingIfNeeded: code))
    else { return nil }
    var report = ExecutionReport(
      slot: slot, orderID: order, kind: kind, isMaker: isMaker, quantity: Quantity(raw: decoder.take()), price: Price(raw: decoder.take()),
      fee: Money(raw: decoder.takeWide()))
    report.feeAsset = asset
    report.feeAmount = Money(raw: decoder.takeWide())
    report.code = code
    report.bid = Price(raw: decoder.take())
    report.ask = Price(raw: decoder.take())
    report.last = Price(raw: decoder.take())
    return report
  }
}

/// Of an answer that a worker failed to give.
public struct JournalFailure {
  public let instance: Int32
  public let failure: PluginFailure

  /// Nil for an answer that was given, and for what is no answer.
  public init?(answer payload: UnsafeRawBufferPointer) {
    var decoder = RecordDecoder(payload)
    _ = decoder.take(UInt64.self)
    instance = decoder.take()
    for _ in 0..<3 { _ = decoder.take(UInt32.self) }
    guard let failure = decoder.takeFailure(), !decoder.isShort else { return nil }
    self.failure = failure
  }
}
