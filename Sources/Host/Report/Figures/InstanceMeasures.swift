import Market

/// What is added up for one instance while it runs.
struct InstanceMeasures {
  private(set) var trades = 0
  private var wins = 0
  private var net = Money.zero
  private var fees = Money.zero
  private var funding = Money.zero
  private var holding = HoldingTimes()
  private var maker = ExecutionMeasures()
  private var taker = ExecutionMeasures()
  private var openPosition = Quantity.zero
  private(set) var maximumExposure = Money.zero
  private(set) var refusals = 0

  mutating func add(_ trade: TradeRow) {
    trades += 1
    if trade.pnl > .zero { wins += 1 }
    net += trade.pnl
    fees += trade.fees
    funding += trade.funding
    holding.add(trade.holdingMilliseconds)
  }

  mutating func add(_ fill: FillRow, _ spec: InstrumentSpec) {
    openPosition = fill.positionAfter
    // The position that the fill left, at the fill's price.
    let exposure = spec.notional(fill.price, Quantity(raw: Int64(clamping: fill.positionAfter.raw.magnitude)))
    if exposure > maximumExposure { maximumExposure = exposure }
    if fill.isMaker { maker.add(fill) } else { taker.add(fill) }
  }

  mutating func addRefusal() { refusals += 1 }

  mutating func add(_ entry: PendingMarkouts.Entry, horizon: Int, bps: Double) {
    if entry.isMaker {
      maker.markouts[horizon].add(bps: bps, weight: entry.notional)
    } else {
      taker.markouts[horizon].add(bps: bps, weight: entry.notional)
    }
  }

  /// All but the greatest exposure: that of a sum is not the sum of theirs.
  static func += (sum: inout InstanceMeasures, other: InstanceMeasures) {
    sum.trades += other.trades
    sum.wins += other.wins
    sum.net += other.net
    sum.fees += other.fees
    sum.funding += other.funding
    sum.holding += other.holding
    sum.refusals += other.refusals
    sum.maker += other.maker
    sum.taker += other.taker
    sum.openPosition = Quantity(raw: sum.openPosition.raw + other.openPosition.raw)
  }

  /// - Parameter maximumExposure: nil = its own.
  func figures(id: String, symbol: String, maximumExposure: Money? = nil) -> InstanceFigures {
    var all = maker
    all += taker
    return InstanceFigures(
      id: id, symbol: symbol, trades: trades, wins: wins, netPnL: net, fees: fees, funding: funding,
      averageHoldingMilliseconds: holding.averageMilliseconds, medianHoldingMilliseconds: holding.medianMilliseconds, openPosition: openPosition,
      maximumExposure: maximumExposure ?? self.maximumExposure, refusals: refusals,
      all: all.figures, maker: maker.figures, taker: taker.figures)
  }
}

/// What is added up over the fills of one kind.
struct ExecutionMeasures {
  private var fills = 0
  private var notional = Money.zero
  private var touch = WeightedMean()
  private var mid = WeightedMean()
  var markouts = [WeightedMean](repeating: WeightedMean(), count: PendingMarkouts.horizonsMilliseconds.count)

  mutating func add(_ fill: FillRow) {
    fills += 1
    notional += fill.notional
    let weight = fill.notional.doubleValue
    if let bps = fill.slippageBps { touch.add(bps: bps, weight: weight) }
    if let bps = fill.midSlippageBps { mid.add(bps: bps, weight: weight) }
  }

  static func += (sum: inout ExecutionMeasures, other: ExecutionMeasures) {
    sum.fills += other.fills
    sum.notional += other.notional
    sum.touch += other.touch
    sum.mid += other.mid
    for index in sum.markouts.indices { sum.markouts[index] += other.markouts[index] }
  }

  var figures: ExecutionFigures {
    ExecutionFigures(fills: fills, notional: notional, touchSlippage: touch.figure, midSlippage: mid.figure, markouts: markouts.map(\.figure))
  }
}
