import Engine
import Market
import PluginABI
import Risk
import Session
import Simulation
import TestKit

/// A trading loop over scripted strategies on one perpetual, and what it noted of refusals.
final class LoopHarness: RunObserver {
  var loop: TradingLoop
  private(set) var refusals: [RefusalRecord] = []
  private(set) var fills: [FillRecord] = []
  private(set) var trips: [RoundTrip] = []
  private(set) var riskCodes: [RefusalCode] = []
  private(set) var failures: [PluginFailure] = []
  private let strategies: [ScriptedStrategy]
  private var milliseconds: Int64 = 1_704_067_200_000

  init(
    _ strategies: [ScriptedStrategy], syntheticSpread: BasisPoints?, clock: DataClock = .row,
    model: SimulationModel = SimulationModel(fillPrice: .trade, syntheticSpread: .zero, initialCash: Money(units: 1_000_000))
  ) {
    self.strategies = strategies
    let configuration = EngineConfiguration(
      instruments: [Samples.perpetual().spec],
      instances: strategies.map { EngineConfiguration.Instance(binding: $0.binding, instrument: 0, horizonSeconds: 0) },
      limits: Samples.farLimits, feeReserve: model.takerFee, initialCash: model.initialCash)
    let relay = Relay()
    loop = TradingLoop(configuration, model: model, syntheticSpread: syntheticSpread, clock: clock, owner: nil, observer: relay)
    relay.target = self
  }

  func trade(_ price: Int64, afterMilliseconds: Int64 = 1) {
    milliseconds += afterMilliseconds
    let tick = Tick(exchangeMilliseconds: milliseconds, trade: Trade(price: Price(raw: price), quantity: Quantity(raw: 5), takerSide: .buy))
    loop.trade(tick, instrument: 0, receiveNanoseconds: milliseconds * 1_000_000)
  }

  func replace(with strategy: ScriptedStrategy, warmUpMilliseconds: Int64?) {
    loop.replace(
      instance: 0, with: strategy.binding, worker: nil, warmUpNanoseconds: warmUpMilliseconds.map { $0 * 1_000_000 },
      receiveNanoseconds: milliseconds * 1_000_000)
  }

  /// No more data comes.
  func finish() { loop.finish() }

  func command(_ command: Event.Command) { loop.command(command, receiveNanoseconds: milliseconds * 1_000_000) }

  var hashes: DecisionHasher.Hashes { loop.decisionHashes() }
  var counters: RunCounters { loop.counters }

  func filled(_ fill: FillRecord) { fills.append(fill) }
  func closed(_ trip: RoundTrip) { trips.append(trip) }
  func refused(_ record: RefusalRecord) { refusals.append(record) }
  func riskChanged(_ refusal: Refusal) { riskCodes.append(refusal.code) }
  func failed(instance: Int32, _ failure: PluginFailure) { failures.append(failure) }

  /// The loop holds its observer, and must not hold its owner.
  private final class Relay: RunObserver {
    weak var target: LoopHarness?
    func filled(_ fill: FillRecord) { target?.filled(fill) }
    func closed(_ trip: RoundTrip) { target?.closed(trip) }
    func refused(_ record: RefusalRecord) { target?.refused(record) }
    func riskChanged(_ refusal: Refusal) { target?.riskChanged(refusal) }
    func failed(instance: Int32, _ failure: PluginFailure) { target?.failed(instance: instance, failure) }
  }
}
