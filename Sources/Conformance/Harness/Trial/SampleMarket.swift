import Market
import PluginABI

/// A made-up market of one instrument: trends that turn, takers who lean with them, quotes with sizes, bars, marks.
///
/// Times only rise. The same seed gives the same market.
struct SampleMarket {
  /// One thing that happened; which of the fields are set follows from the kind.
  struct Moment {
    var kind: UInt32
    var receiveNanoseconds: Int64
    var price: Int64 = 0
    var quantity: Int64 = 0
    var side: UInt32 = QE_SIDE_NONE
    var bar = qe_bar()
  }

  let instrument: Instrument
  private var random: Random
  private(set) var receiveNanoseconds: Int64 = 1_750_000_000_000_000_000
  private(set) var lastPrice: Int64
  private(set) var bidPrice: Int64
  private(set) var askPrice: Int64
  private(set) var bidQuantity: Int64 = 0
  private(set) var askQuantity: Int64 = 0
  private(set) var markPrice: Int64
  private var trend = 0.0
  private var trendLeft: Int64 = 0
  private var bar = qe_bar()
  private var nextTimerMilliseconds: Int64 = 0
  /// A bar or a timer that stands before the moment that showed it to be due.
  private var held: Moment?

  private let tick: Int64
  private let unit: Int64
  private let home: Int64

  init(_ instrument: Instrument, seed: UInt64) {
    self.instrument = instrument
    random = Random(seed: seed)
    tick = instrument.spec.tickSize
    unit = PowerOfTen[Int(instrument.spec.quantityScale)]
    home = 45_000 * PowerOfTen[Int(instrument.spec.priceScale)] / tick * tick
    lastPrice = home
    markPrice = home
    bidPrice = home
    askPrice = home + tick
    bar.open_ms = receiveNanoseconds / 1_000_000_000 * 1000
    (bar.open, bar.high, bar.low, bar.close) = (home, home, home, home)
  }

  /// The next moment that the plugin subscribes to.
  ///
  /// - Parameter onBar: told of each second that closes, wanted or not, with what the trend was: -1...1.
  mutating func next(wanted: UInt64, timerPeriodMilliseconds: Int64, onBar: (qe_bar, Double) -> Void = { _, _ in }) -> Moment {
    while true {
      let moment = step(wanted, timerPeriodMilliseconds)
      if moment.kind == QE_EVENT_BAR { onBar(moment.bar, trend) }
      if wanted & (1 << UInt64(moment.kind)) != 0 { return moment }
    }
  }

  private mutating func step(_ wanted: UInt64, _ period: Int64) -> Moment {
    if let moment = held {
      held = nil
      return moment
    }
    receiveNanoseconds += 1_000_000 + random.below(38_000_000)
    let moment = happen(wanted)
    let milliseconds = receiveNanoseconds / 1_000_000
    if milliseconds >= bar.open_ms + 1000 {
      let closed = Moment(kind: QE_EVENT_BAR, receiveNanoseconds: receiveNanoseconds, price: bar.close, bar: bar)
      bar = qe_bar()
      bar.open_ms = milliseconds / 1000 * 1000
      (bar.open, bar.high, bar.low, bar.close) = (closed.bar.close, closed.bar.close, closed.bar.close, closed.bar.close)
      fold(moment)
      held = moment
      return closed
    }
    fold(moment)
    if period > 0, milliseconds >= nextTimerMilliseconds {
      let scheduled = milliseconds / period * period
      nextTimerMilliseconds = scheduled + period
      held = moment
      return Moment(kind: QE_EVENT_TIMER, receiveNanoseconds: receiveNanoseconds, price: scheduled)
    }
    return moment
  }

  private mutating func happen(_ wanted: UInt64) -> Moment {
    if trendLeft == 0 {
      trendLeft = 300 + random.below(900)
      trend = random.unit() * 2 - 1
    }
    trendLeft -= 1
    let chance = random.unit()
    if chance < 0.60 { return trade() }
    if chance < 0.90 { return quote() }
    let kinds = [QE_EVENT_DEPTH, QE_EVENT_MARK_PRICE, QE_EVENT_PREDICTION]
    markPrice = (lastPrice + home / 100_000 * (random.below(3) - 1))
    return Moment(kind: kinds[Int(random.below(3))], receiveNanoseconds: receiveNanoseconds, price: markPrice)
  }

  private mutating func trade() -> Moment {
    let buys = random.chance(0.5 + 0.45 * trend)
    // A trend of full strength moves the price by about a third of a basis point a trade; home calls it back.
    let pull = Double(home - lastPrice) / Double(home) * 20
    let move = (trend * 0.35 + pull * 0.05 + random.normal() * 0.25) / 10_000 * Double(home)
    lastPrice = max(tick, (lastPrice + Int64(move)) / tick * tick)
    bidPrice = buys ? lastPrice - tick : lastPrice
    askPrice = bidPrice + tick
    let quantity = max(instrument.spec.stepSize, unit / 1000 * (1 + random.below(500)))
    return Moment(
      kind: QE_EVENT_TRADE, receiveNanoseconds: receiveNanoseconds, price: lastPrice, quantity: quantity, side: buys ? QE_SIDE_BUY : QE_SIDE_SELL)
  }

  private mutating func quote() -> Moment {
    let lean = 1 + 0.8 * trend
    bidQuantity = max(1, Int64(Double(unit) * lean * (0.5 + random.unit())))
    askQuantity = max(1, Int64(Double(unit) * (2 - lean) * (0.5 + random.unit())))
    return Moment(kind: QE_EVENT_QUOTE, receiveNanoseconds: receiveNanoseconds, price: bidPrice)
  }

  private mutating func fold(_ moment: Moment) {
    guard moment.kind == QE_EVENT_TRADE else { return }
    bar.high = max(bar.high, moment.price)
    bar.low = min(bar.low, moment.price)
    bar.close = moment.price
    bar.quantity += moment.quantity
    if moment.side == QE_SIDE_BUY { bar.buy_quantity += moment.quantity }
    bar.trade_count += 1
  }
}
