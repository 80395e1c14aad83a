import Engine
import Market
import Risk

/// A venue that fills against the market data it is shown. Backtest and paper trading share it.
///
/// - A market order, and a limit order that crosses the touch, fills at once as taker: level by level where an order
///   book was shown (what is taken stays away until the level changes), else in full at the last trade's price or at the
///   touch (`SimulationModel.FillPrice`); slippage on top, a limit never worse than its price.
/// - A resting limit order fills as maker at its own price: by `SimulationModel.QueueModel` when trades reach it, in full
///   when a trade goes through it (strictly beyond) or the opposite touch reaches it. Fills come before the data that
///   caused them.
/// - A conditional order becomes a market order once the last trade is at its trigger or beyond it.
/// - An order without any price to fill at is rejected.
public struct SimulatedVenue: ~Copyable {
  // Usable from inline, because every tick passes here and nearly all find no order at rest.
  @usableFromInline
  struct Touch {
    @usableFromInline let spec: InstrumentSpec
    @usableFromInline var last = Price.zero
    @usableFromInline var bid = Price.zero
    @usableFromInline var ask = Price.zero
    /// Orders at rest, and one more where a book must follow the quotes: zero is the fast way out.
    @usableFromInline var watchers: Int = 0
    // What the touch shows; zero = not told.
    @usableFromInline var bidQuantity: Int64 = 0
    @usableFromInline var askQuantity: Int64 = 0
    /// Index into `books`; -1 = no depth was shown.
    var book = -1
    var funding = FundingClock()

    init(spec: InstrumentSpec) { self.spec = spec }

    @inlinable
    mutating func show(_ quote: Quote) {
      bid = quote.bidPrice
      ask = quote.askPrice
      bidQuantity = quote.bidQuantity.raw
      askQuantity = quote.askQuantity.raw
    }
  }

  let model: SimulationModel
  @usableFromInline let touches: UnsafeMutablePointer<Touch>
  let instrumentCount: Int
  /// Orders at rest, oldest first.
  let resting: UnsafeMutablePointer<VenueOrder>
  var restingCount = 0
  let capacity: Int
  var books: [OrderBook] = []
  /// Legs whose partner has ended before they arrived: they expire on arrival. A ring of as many as may be open.
  var endedPairs: [UInt64]
  var nextEndedPair = 0
  var hasEndedPairs = false
  var thirdBalance: Money
  private var reports: [ExecutionReport] = []
  private var nextReportIndex = 0
  private var payments: [FundingPayment] = []
  /// The earliest moment that funding is due; `.max` = never, `.min` = the first moment that is shown decides.
  public private(set) var nextFunding: Int64

  /// - Parameter capacity: open orders at most; the engine's own bound.
  public init(model: SimulationModel, instruments: [InstrumentSpec], capacity: Int) {
    self.model = model
    self.capacity = capacity
    instrumentCount = instruments.count
    thirdBalance = model.thirdAsset.balance
    endedPairs = Array(repeating: 0, count: max(1, capacity))
    // Unsafe: fixed tables, owned here, freed in deinit; the hot path looks at a counter and returns.
    touches = .allocate(capacity: max(1, instruments.count))
    for (index, spec) in instruments.enumerated() { (touches + index).initialize(to: Touch(spec: spec)) }
    resting = .allocate(capacity: max(1, capacity))
    reports.reserveCapacity(2 * capacity + 16)
    // The first moment that is shown starts the clocks.
    nextFunding = model.fundingRate == .zero ? .max : .min
  }

  deinit {
    touches.deallocate()
    resting.deallocate()
  }

  /// The oldest report that was not taken yet.
  public mutating func nextReport() -> ExecutionReport? {
    if nextReportIndex == reports.count {
      if nextReportIndex > 0 {
        reports.removeAll(keepingCapacity: true)
        nextReportIndex = 0
      }
      return nil
    }
    nextReportIndex += 1
    return reports[nextReportIndex - 1]
  }

  var hasReports: Bool { nextReportIndex < reports.count }

  mutating func append(_ report: ExecutionReport) { reports.append(report) }

  mutating func report(_ order: VenueOrder, _ kind: ExecutionReport.Kind, code: RefusalCode = .none) {
    var report = ExecutionReport(slot: order.slot, orderID: order.id, kind: kind)
    report.code = code
    reports.append(report)
  }

  /// What was last seen of an instrument in a former life.
  public mutating func show(last: Price, bid: Price, ask: Price, instrument: Int32) {
    touches[Int(instrument)].last = last
    touches[Int(instrument)].bid = bid
    touches[Int(instrument)].ask = ask
  }

  public mutating func take(thirdBalance balance: Money) { thirdBalance = balance }

  // MARK: Market data

  /// True when it caused reports: take them first, then show the quote to the engine.
  @inlinable
  public mutating func observe(_ quote: Quote, instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    if touch.pointee.watchers > 0 { return quoted(quote, instrument) }
    touch.pointee.show(quote)
    return false
  }

  /// As for a quote.
  @inlinable
  public mutating func observe(_ trade: Trade, instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    touch.pointee.last = trade.price
    return touch.pointee.watchers > 0 && traded(trade, instrument)
  }

  /// As for a quote.
  public mutating func observe(_ depth: DepthUpdate, instrument: Int32) -> Bool { changed(depth, instrument) }

  /// What the venue marks the instrument at; funding is told by it.
  public mutating func observe(_ mark: MarkPrice, instrument: Int32) {
    touches[Int(instrument)].funding.mark(mark)
    updateNextFunding()
  }

  // MARK: Funding

  /// Moves the venue's clock; true when funding fell due: take the payments before anything else of this moment.
  public mutating func advance(to nanoseconds: Int64) -> Bool { nanoseconds >= nextFunding && paid(until: nanoseconds) }

  /// The oldest payment that was not taken yet.
  public mutating func nextFundingPayment() -> FundingPayment? { payments.isEmpty ? nil : payments.removeFirst() }

  private mutating func paid(until nanoseconds: Int64) -> Bool {
    let before = payments.count
    for index in 0..<instrumentCount where !touches[index].spec.isSpot {
      touches[index].funding.start(at: nanoseconds, rate: model.fundingRate)
      while let (rate, mark) = touches[index].funding.payment(at: nanoseconds) {
        let price = mark.raw > 0 ? mark : touches[index].last
        if price.raw > 0 { payments.append(FundingPayment(instrument: Int32(index), rate: rate, price: price)) }
      }
    }
    updateNextFunding()
    return payments.count > before
  }

  private mutating func updateNextFunding() {
    // With every mark: no array.
    nextFunding = .max
    for index in 0..<instrumentCount { nextFunding = min(nextFunding, touches[index].funding.dueNanoseconds) }
  }
}
