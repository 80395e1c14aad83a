import Market

/// Measures a run as it happens, in bounded memory, without files.
///
/// Nothing is done per tick: the caller compares the time of its next input with `wakeMilliseconds` and calls `advance` only
/// when something falls due before it. No call allocates in steady state.
public struct RunMeasures {
  /// The account and the market after an event.
  public struct Moment: BitwiseCopyable {
    /// Of that event, epoch milliseconds.
    public var timeMilliseconds: Int64
    public var equity: Money
    /// Zero where there is no quote.
    public var bid: Price
    public var ask: Price
    public var last: Price

    public init(timeMilliseconds: Int64, equity: Money, bid: Price, ask: Price, last: Price) {
      self.timeMilliseconds = timeMilliseconds
      self.equity = equity
      self.bid = bid
      self.ask = ask
      self.last = last
    }

    /// bid + ask in raw prices, twice the last trade where there is no quote; zero = neither.
    var twiceMid: Int64 { bid.raw > 0 && ask.raw > 0 ? bid.raw + ask.raw : 2 * last.raw }
  }

  /// An input later than this must be announced by `advance`.
  public private(set) var wakeMilliseconds = Int64.min
  private let spec: InstrumentSpec
  private let symbol: String
  private let names: [String]
  private var instances: [InstanceMeasures]
  private var markouts = PendingMarkouts()
  private var daily: DailyReturns
  private var minuteEnd = Int64.min
  private var firstMilliseconds: Int64?
  private var netPosition: Int64 = 0
  private var maximumExposure = Money.zero
  private var heldSince: Int64?
  private var heldMilliseconds: Int64 = 0
  private var stops: [RunStop] = []

  static let stopCapacity = 1024
  private static let minute: Int64 = 60_000

  /// - Parameter instances: names that `FillRow.instance` and `TradeRow.instance` point into.
  public init(instrument: Instrument, instances names: [String], initialEquity: Money) {
    spec = instrument.spec
    symbol = instrument.id.symbol
    self.names = names
    instances = names.map { _ in InstanceMeasures() }
    daily = DailyReturns(initialEquity: initialEquity)
    stops.reserveCapacity(Self.stopCapacity)
  }

  /// Before an input at `timeMilliseconds` is processed: settles what falls due before it at the state until then.
  ///
  /// - Parameter moment: after the last input; not looked at before the first.
  public mutating func advance(to timeMilliseconds: Int64, _ moment: Moment) {
    guard timeMilliseconds > wakeMilliseconds else { return }
    if firstMilliseconds == nil {
      firstMilliseconds = timeMilliseconds
      daily.begin(timeMilliseconds)
    } else {
      settle(before: timeMilliseconds, moment)
      if timeMilliseconds >= minuteEnd {
        expose(moment.twiceMid)
        daily.advance(to: timeMilliseconds, last: moment.timeMilliseconds, equity: moment.equity)
      }
    }
    if timeMilliseconds >= minuteEnd { minuteEnd = (UTCTime.floorDivide(timeMilliseconds, Self.minute) + 1) * Self.minute }
    wakeMilliseconds = min(minuteEnd - 1, markouts.nextDue)
  }

  public mutating func fill(_ row: FillRow) {
    instances[row.instance].add(row, spec)
    let before = netPosition
    netPosition += row.side.sign * row.quantity.raw
    if before == 0 { heldSince = row.timeMilliseconds }
    if netPosition == 0, let since = heldSince.take() { heldMilliseconds += max(0, row.timeMilliseconds - since) }
    expose(2 * row.price.raw)
    markouts.add(
      PendingMarkouts.Entry(
        timeMilliseconds: row.timeMilliseconds, price: row.price.raw, notional: row.notional.doubleValue, instance: Int32(row.instance),
        sign: Int8(row.side.sign), isMaker: row.isMaker))
    wakeMilliseconds = min(wakeMilliseconds, markouts.nextDue)
  }

  public mutating func roundTrip(_ row: TradeRow) { instances[row.instance].add(row) }

  /// One refused intent.
  public mutating func refusal(instance: Int) { instances[instance].addRefusal() }

  /// Money that came in (above zero) or left without being a result.
  public mutating func transfer(_ amount: Money) { daily.transfer(amount) }

  /// - Parameter reason: nil: opening is allowed again.
  public mutating func stop(_ reason: String?, timeMilliseconds: Int64) {
    if stops.count < Self.stopCapacity { stops.append(RunStop(timeMilliseconds: timeMilliseconds, reason: reason)) }
  }

  /// The figures of the whole run.
  ///
  /// - Parameter moment: after the last input.
  public consuming func finish(_ moment: Moment) -> RunFigures {
    // A horizon that ends with the last event is inside the data.
    settle(before: moment.timeMilliseconds + 1, moment)
    expose(moment.twiceMid)
    daily.close(last: moment.timeMilliseconds, equity: moment.equity)
    if let since = heldSince { heldMilliseconds += max(0, moment.timeMilliseconds - since) }
    let span = moment.timeMilliseconds - (firstMilliseconds ?? moment.timeMilliseconds)
    var total = InstanceMeasures()
    for instance in instances { total += instance }
    return RunFigures(
      instances: zip(names, instances).map { $1.figures(id: $0, symbol: symbol) },
      total: total.figures(id: "all", symbol: symbol, maximumExposure: maximumExposure),
      daily: daily.figures, maximumExposure: maximumExposure, timeInMarket: span > 0 ? min(1, Double(heldMilliseconds) / Double(span)) : nil,
      droppedMarkouts: markouts.dropped, stops: stops)
  }

  private mutating func settle(before timeMilliseconds: Int64, _ moment: Moment) {
    markouts.resolve(before: timeMilliseconds, twiceMid: moment.twiceMid, into: &instances)
  }

  private mutating func expose(_ twicePrice: Int64) {
    guard netPosition != 0 else { return }
    let exposure = Money(raw: Int128(netPosition.magnitude) * Int128(twicePrice) * spec.notionalMultiplier / 2)
    if exposure > maximumExposure { maximumExposure = exposure }
  }
}
