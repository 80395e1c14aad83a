import Engine
import Market
import PluginABI
import Risk
import Session
import Settings
import Simulation

/// One instrument, a market that is put before it, and a probe that wishes for what it is told: everything else is the host's own, engine,
/// hard risk and practice venue.
struct DrillRun: ~Copyable {
  private var loop: TradingLoop
  private let probe = Probe()
  private let ears = Ears()
  let spec: InstrumentSpec
  /// Where the market stands, raw, on the tick grid.
  let home: Int64
  let initialEquity: Money
  private(set) var price: Int64
  /// Receive time, ns; an hour into a UTC day, so that no drill passes its end.
  private var now: Int64 = 1_700_006_400_000_000_000 + 3600 * 1_000_000_000

  /// - Parameters:
  ///   - limits: the one that is tried; all others are off.
  ///   - cash: what the account begins with.
  init(_ settings: Settings, _ instrument: Instrument, price: Price, limits: RiskLimits, symbolNotional: Money?, cash: Money) throws {
    var spec = instrument.spec
    // Margin is no limit of the host's: what is tried here must be what stops it.
    if !spec.isSpot { spec.leverage = 10_000 }
    self.spec = spec
    home = max(spec.tickSize, min(price.raw, spec.maximumPrice / 2) / spec.tickSize * spec.tickSize)
    self.price = home
    initialEquity = cash
    var settings = settings
    settings.simulation = SimulationModel(takerFee: .zero, makerFee: .zero, syntheticSpread: .zero, initialCash: cash)
    settings.limits = limits
    var instrument = instrument
    instrument.spec = spec
    let binding = StrategyBinding(isolatedEvents: 1 << UInt64(QE_EVENT_TRADE), timerPeriodMilliseconds: 0)
    var configuration = try settings.engineConfiguration(
      instruments: [instrument], instances: [EngineConfiguration.Instance(binding: binding, instrument: 0, horizonSeconds: 0)])
    configuration.symbolNotional = [symbolNotional]
    // What a symbol has beside the account's limits is in those that are tried.
    configuration.symbolLimits = []
    loop = TradingLoop(configuration, model: settings.simulation, syntheticSpread: nil, workers: [probe], owner: nil, observer: ears)
    show(home)
  }

  var equity: Money { loop.engine.equity }
  var loss: Money { initialEquity - equity }
  /// Raw; above 0 long.
  var position: Int64 { loop.engine.book(instrument: 0).position }
  var exposure: Money { spec.notional(Price(raw: price), Quantity(raw: abs(position))) }

  /// The smallest order that the venue takes.
  var smallest: Int64 {
    let perStep = spec.notional(Price(raw: home), Quantity(raw: spec.stepSize))
    // A price that falls in a drill must leave the order large enough.
    let needed = perStep.raw > 0 ? Int64(clamping: spec.minimumNotional.raw * 2 / perStep.raw + 1) : 1
    return max((spec.minimumQuantity + spec.stepSize - 1) / spec.stepSize, needed) * spec.stepSize
  }

  /// The quantity that is worth this much, on the grid, within what one order may have.
  func quantity(worth amount: Money) -> Int64 {
    let perStep = spec.notional(Price(raw: home), Quantity(raw: spec.stepSize))
    guard perStep.raw > 0 else { return smallest }
    let steps = Int64(clamping: amount.raw / perStep.raw)
    let most = spec.maximumQuantity / spec.stepSize
    return min(max(min(steps, most) * spec.stepSize, smallest), most * spec.stepSize)
  }

  /// Lets time pass, and shows a quote around a price.
  mutating func show(_ price: Int64, spreadTicks: Int64 = 1, afterSeconds: Int64 = 1) {
    now += afterSeconds * 1_000_000_000
    self.price = price
    let size = Quantity(raw: spec.maximumQuantity)
    loop.quote(
      Quote(
        bidPrice: Price(raw: price), bidQuantity: size, askPrice: Price(raw: price + spreadTicks * spec.tickSize), askQuantity: size),
      exchangeMilliseconds: now / 1_000_000, instrument: 0, receiveNanoseconds: now)
  }

  mutating func lag(milliseconds: Int64) {
    loop.health(instrument: 0, isStale: false, lagNanoseconds: milliseconds * 1_000_000, receiveNanoseconds: now)
  }

  mutating func goStale() { loop.health(instrument: 0, isStale: true, lagNanoseconds: 0, receiveNanoseconds: now) }

  mutating func command(_ command: Event.Command) { loop.command(command, receiveNanoseconds: now) }

  /// Asks for an order at the market. Nil: it was taken.
  mutating func buy(_ quantity: Int64) -> Refusal? {
    var intent = blank
    intent.kind = QE_INTENT_SUBMIT
    intent.side = UInt32(Side.buy.rawValue)
    intent.type = QE_TYPE_MARKET
    intent.quantity = quantity
    return wish(intent)
  }

  /// Asks for an order that fills at once or not at all.
  mutating func order(_ side: Side, _ quantity: Int64, at price: Int64) -> Refusal? {
    var intent = blank
    intent.kind = QE_INTENT_SUBMIT
    intent.side = UInt32(side.rawValue)
    intent.type = QE_TYPE_LIMIT
    intent.quantity = quantity
    intent.price = price
    intent.time_in_force = QE_TIF_IOC
    return wish(intent)
  }

  /// Asks to be flat. Nil: it was taken.
  mutating func leave() -> Refusal? {
    var intent = blank
    intent.kind = QE_INTENT_TARGET_POSITION
    intent.type = QE_TYPE_MARKET
    return wish(intent)
  }

  private var blank: qe_intent {
    var intent = qe_intent()
    intent.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    intent.confidence = 1
    intent.edge = 1
    return intent
  }

  private mutating func wish(_ intent: qe_intent) -> Refusal? {
    var intent = intent
    probe.tag += 1
    intent.tag = probe.tag
    ears.refusal = nil
    probe.wish = intent
    loop.trade(
      Tick(
        exchangeMilliseconds: now / 1_000_000, trade: Trade(price: Price(raw: price), quantity: Quantity(raw: spec.stepSize), takerSide: .buy)),
      instrument: 0, receiveNanoseconds: now)
    return ears.refusal?.tag == intent.tag ? ears.refusal?.refusal : nil
  }

  /// Stands in a plugin's place: one wish, with the next trade.
  private final class Probe: Worker {
    var tag: UInt64 = 0
    var wish: qe_intent?

    func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {}

    func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer {
      guard let wish else { return .intents(status: QE_OK, count: 0) }
      self.wish = nil
      // Unsafe: the engine's room has at least one element, which was lent for this answer.
      room[0] = wish
      return .intents(status: QE_OK, count: 1)
    }
  }

  private final class Ears: RunObserver {
    var refusal: RefusalRecord?
    func refused(_ record: RefusalRecord) { refusal = record }
    func filled(_ fill: FillRecord) {}
    func closed(_ trip: RoundTrip) {}
    func riskChanged(_ refusal: Refusal) {}
    func failed(instance: Int32, _ failure: PluginFailure) {}
  }
}
