import Engine
import Market
import Risk

/// What the times of market data say.
public enum DataClock: Sendable {
  /// One time in each row, the venue's, never falling: we receive it after the feed latency.
  case row
  /// The venue's and our own: both are taken as recorded.
  case recorded
  /// It is now: what has not come yet is not known, and the venue is shown data when we receive it.
  case live
}

/// What the loop asks a venue.
public enum VenueRequest {
  case submit(ApprovedOrder)
  case cancel(slot: Int32, orderID: UInt64)
  case replace(slot: Int32, orderID: UInt64, with: ApprovedOrder)
}

/// Two clocks on one time line: the venue matches by its time, the engine sees data when it was received, orders and
/// reports are on their way in between.
///
/// Whoever drives it pushes market data in the order of receipt and takes steps until there is none. Data is held until
/// what could stand before it on the time line is known: a row's successor, or, as venue times go backwards between
/// streams, the reordering window of a recording. What comes later still is applied at the venue's clock, and counted.
/// Ties: the venue's data (and so fills), reports, the engine's data, requests; then sequence.
public struct DelayLine: ~Copyable {
  public enum Step {
    /// Show it to the venue; then `release`.
    case venueData(slot: Int)
    /// Show it to the engine; then `release`.
    case engineData(slot: Int)
    case request(VenueRequest)
    case report(ExecutionReport)
    case funding(FundingPayment)
  }

  /// How far venue times may fall behind in a recording; more is applied late.
  public static let windowNanoseconds: Int64 = 2_000_000_000
  /// Messages that may be held; a fuller line goes on before its time, and counts what comes late by that.
  public static let capacity = 1 << 16

  private struct Slot {
    var instrument: Int32 = 0
    var exchangeNanoseconds: Int64 = -1
    var receiveNanoseconds: Int64 = 0
    var stored = Stored.depth(bids: 0, asks: 0, isSnapshot: false)
    // Unsafe: levels of a depth message, owned by the slot and kept for the next one; lent until the slot is released.
    var levels = UnsafeMutableBufferPointer<BookLevel>(start: nil, count: 0)
    /// Sides that have not read it.
    var readers = 0
  }

  private enum Stored {
    case trade(Trade)
    case quote(Quote)
    case mark(MarkPrice)
    case depth(bids: Int, asks: Int, isSnapshot: Bool)
  }

  private enum News {
    case report(ExecutionReport)
    case funding(FundingPayment)
  }

  private let model: LatencyModel
  private let dataClock: DataClock
  private let limit: Int
  private let slots: UnsafeMutablePointer<Slot>
  private var slotCount = 0
  private var free: [Int] = []
  private var venueData = TimeHeap()
  private var engineData = TimedQueue<Int>()
  private var requests = TimedQueue<VenueRequest>()
  private var news = TimedQueue<News>()
  private var draws: SeededDraws
  private var sequence: UInt64 = 0
  private var horizon = Int64.min
  /// The largest lead of the venue's clock over ours: it cannot have sent what we have received already.
  private var clockLead: Int64 = 0

  /// The time of the step that was taken last.
  public private(set) var nowNanoseconds = Int64.min
  /// Messages whose place on the time line had passed when they came.
  public private(set) var lateCount = 0

  public init(model: SimulationModel, clock: DataClock, capacity: Int = DelayLine.capacity) {
    self.model = model.latency
    dataClock = clock
    limit = max(4, capacity)
    draws = SeededDraws(seed: UInt64(bitPattern: model.seed))
    // Unsafe: a fixed table, so that lent levels stay where they are; pages that are never used are never there.
    slots = .allocate(capacity: limit)
  }

  deinit {
    for index in 0..<slotCount { slots[index].levels.deallocate() }
    slots.deallocate()
  }

  // MARK: In

  /// Whether steps must be taken before the next push: what is held ends the earliest of them.
  public mutating func makeRoom() -> Bool {
    guard free.isEmpty, slotCount == limit else { return false }
    horizon = max(horizon, engineData.first ?? horizon)
    return true
  }

  /// A message of market data; receive times do not fall. Depth levels are copied.
  public mutating func push(_ event: MarketEvent, instrument: Int32) {
    let (venue, receive) = times(of: event)
    let index = takeSlot()
    let slot = slots + index
    slot.pointee.instrument = instrument
    slot.pointee.exchangeNanoseconds = event.exchangeNanoseconds
    slot.pointee.receiveNanoseconds = receive
    slot.pointee.readers = 2
    switch event.payload {
    case .trade(let trade): slot.pointee.stored = .trade(trade)
    case .quote(let quote): slot.pointee.stored = .quote(quote)
    case .mark(let mark): slot.pointee.stored = .mark(mark)
    case .depth(let depth):
      let (bids, asks) = (depth.bids.count, depth.asks.count)
      if slot.pointee.levels.count < bids + asks {
        slot.pointee.levels.deallocate()
        slot.pointee.levels = .allocate(capacity: bids + asks)
      }
      for (index, level) in depth.bids.enumerated() { slot.pointee.levels.initializeElement(at: index, to: level) }
      for (index, level) in depth.asks.enumerated() { slot.pointee.levels.initializeElement(at: bids + index, to: level) }
      slot.pointee.stored = .depth(bids: bids, asks: asks, isSnapshot: depth.isSnapshot)
    }
    if venue < nowNanoseconds { lateCount += 1 }
    sequence &+= 1
    venueData.insert(TimeHeap.Item(time: venue, sequence: sequence, slot: index))
    engineData.append(index, at: receive)
    switch dataClock {
    // Another row of the same time may follow.
    case .row: horizon = max(horizon, venue - 1)
    case .recorded: horizon = max(horizon, receive - Self.windowNanoseconds)
    case .live: horizon = max(horizon, receive)
    }
  }

  /// Time has passed without data: of live data that is known, of a file only its next row can tell.
  public mutating func reach(_ nanoseconds: Int64) {
    if dataClock == .live { horizon = max(horizon, nanoseconds) }
  }

  /// No more data comes: everything may be taken.
  public mutating func close() { horizon = .max }

  /// What the engine wants of the venue, at the time of the step in work.
  public mutating func send(_ request: VenueRequest) {
    requests.append(request, at: nowNanoseconds + model.at(nowNanoseconds).orderNanoseconds + jitter())
  }

  /// What the venue says, at the time of the step in work. The market as it stood is taken out: over a wire it is not told.
  public mutating func respond(_ report: ExecutionReport) {
    var report = report
    report.bid = .zero
    report.ask = .zero
    report.last = .zero
    news.append(.report(report), at: nowNanoseconds + model.at(nowNanoseconds).responseNanoseconds + jitter())
  }

  public mutating func respond(_ payment: FundingPayment) {
    news.append(.funding(payment), at: nowNanoseconds + model.at(nowNanoseconds).responseNanoseconds + jitter())
  }

  // MARK: Out

  /// When the next step is, or nil until more is known.
  public var nextNanoseconds: Int64? {
    let (time, lane) = earliest
    return lane > 0 && time <= horizon ? time : nil
  }

  /// A moment between two steps at which something is sent; not after the next one.
  public mutating func wait(until nanoseconds: Int64) { nowNanoseconds = max(nowNanoseconds, nanoseconds) }

  private var earliest: (time: Int64, lane: Int) {
    var time = Int64.max
    var lane = 0
    // Earlier ones win ties.
    if let first = venueData.first { (time, lane) = (max(first.time, nowNanoseconds), 1) }
    if let first = news.first, first < time { (time, lane) = (first, 2) }
    if let first = engineData.first, first < time { (time, lane) = (first, 3) }
    if let first = requests.first, first < time { (time, lane) = (first, 4) }
    return (time, lane)
  }

  /// The next step on the time line, or nil until more is known.
  public mutating func next() -> Step? {
    let (time, lane) = earliest
    guard lane > 0, time <= horizon else { return nil }
    nowNanoseconds = max(nowNanoseconds, time)
    switch lane {
    case 1: return .venueData(slot: venueData.removeFirst().slot)
    case 2:
      switch news.removeFirst() {
      case .report(let report): return .report(report)
      case .funding(let payment): return .funding(payment)
      }
    case 3: return .engineData(slot: engineData.removeFirst())
    default: return .request(requests.removeFirst())
    }
  }

  public func instrument(_ slot: Int) -> Int32 { slots[slot].instrument }

  /// The message of a step; a depth message's levels are lent until `release`.
  public func event(_ slot: Int) -> MarketEvent {
    let held = slots[slot]
    let payload: MarketEvent.Payload
    switch held.stored {
    case .trade(let trade): payload = .trade(trade)
    case .quote(let quote): payload = .quote(quote)
    case .mark(let mark): payload = .mark(mark)
    case .depth(let bids, let asks, let isSnapshot):
      let levels = UnsafeBufferPointer(held.levels)
      payload = .depth(
        DepthUpdate(
          bids: UnsafeBufferPointer(rebasing: levels[0..<bids]), asks: UnsafeBufferPointer(rebasing: levels[bids..<(bids + asks)]),
          isSnapshot: isSnapshot))
    }
    return MarketEvent(exchangeNanoseconds: held.exchangeNanoseconds, receiveNanoseconds: held.receiveNanoseconds, payload: payload)
  }

  /// One of its two sides has read it.
  public mutating func release(_ slot: Int) {
    slots[slot].readers -= 1
    if slots[slot].readers == 0 { free.append(slot) }
  }

  // MARK: -

  private mutating func times(of event: MarketEvent) -> (venue: Int64, receive: Int64) {
    let latest = engineData.latest
    switch dataClock {
    case .row:
      let venue = event.exchangeNanoseconds >= 0 ? event.exchangeNanoseconds : event.receiveNanoseconds
      return (venue, max(latest, venue + model.at(venue).feedNanoseconds + jitter()))
    case .recorded:
      let receive = max(latest, event.receiveNanoseconds)
      guard event.exchangeNanoseconds >= 0 else { return (receive - model.at(receive).feedNanoseconds, receive) }
      clockLead = max(clockLead, event.exchangeNanoseconds - receive)
      return (event.exchangeNanoseconds - clockLead, receive)
    case .live:
      let receive = max(latest, event.receiveNanoseconds)
      return (receive, receive)
    }
  }

  private mutating func jitter() -> Int64 { draws.upTo(model.jitterNanoseconds) }

  private mutating func takeSlot() -> Int {
    if let slot = free.popLast() { return slot }
    precondition(slotCount < limit, "a full delay line was pushed to; makeRoom says when to take steps first")
    (slots + slotCount).initialize(to: Slot())
    slotCount += 1
    return slotCount - 1
  }
}
