import Cryptography
import Engine
import Journal
import Market
import Models
import Plugins
import Risk
import Session
import Settings
import Simulation

/// One strategy in simulation, beside the real ones: the run's market events at the same times, and an engine, limits, a practice venue and an
/// account of its own. Nothing of what it does reaches the real account.
///
/// The engine's thread owns it, once the one that made it has handed it over.
final class ShadowRun {
  /// The instrument's place in the host.
  let instrument: Int
  let session: TradingSession
  let notices: RunNotices
  let monitor: ModelMonitor
  /// The folder of its journal; nil where none is written.
  let journal: String?
  let initialCash: Money
  private(set) var loop: TradingLoop
  private var block = ModelBlock()
  /// Why nothing is brought to it any more; nil while it runs.
  private(set) var end: String?
  private var isSealed = false

  /// - Parameter session: with one instrument and the one strategy.
  init(
    session: TradingSession, instrument: Int, settings: Settings, clock: DataClock, journal: JournalWriter?, callMark: CallMark, log: RunLog
  ) {
    self.session = session
    self.instrument = instrument
    initialCash = settings.simulation.initialCash
    monitor = ModelMonitor(session, settings)
    self.journal = journal?.folder
    notices = RunNotices(session: session, log: log, prefix: "shadow ")
    // As the real ones have it: feeds bring quotes, or make them.
    loop = session.makeLoop(hasQuotes: true, clock: clock, observer: notices, journal: journal, callMark: callMark)
    loop.watchModels(monitor)
  }

  var id: String { session.instances[0].id }
  var isOut: Bool { end != nil || loop.engine.isOut(instance: 0) }

  // MARK: The market

  func quote(_ quote: Quote, exchangeMilliseconds: Int64, receiveNanoseconds: Int64) {
    loop.quote(quote, exchangeMilliseconds: exchangeMilliseconds, instrument: 0, receiveNanoseconds: receiveNanoseconds)
  }

  func trade(_ tick: Tick, receiveNanoseconds: Int64) { loop.trade(tick, instrument: 0, receiveNanoseconds: receiveNanoseconds) }

  func event(_ event: MarketEvent) { loop.event(event, instrument: 0) }

  // MARK: What else an engine is told

  func health(isStale: Bool, lagNanoseconds: Int64, receiveNanoseconds: Int64) {
    loop.health(instrument: 0, isStale: isStale, lagNanoseconds: lagNanoseconds, receiveNanoseconds: receiveNanoseconds)
  }

  func clock(receiveNanoseconds: Int64) { loop.clock(receiveNanoseconds: receiveNanoseconds) }

  func command(_ command: Event.Command, receiveNanoseconds: Int64) { loop.command(command, receiveNanoseconds: receiveNanoseconds) }

  func tighten(_ limits: RiskLimits, symbolNotional: Money?, receiveNanoseconds: Int64) {
    loop.tighten(limits, symbolNotional: [symbolNotional], receiveNanoseconds: receiveNanoseconds)
  }

  /// Keeps its opening orders back while its models are missing, as the real ones' are.
  ///
  /// - Returns: whether that has changed.
  func noteModels(_ settings: ModelSettings, receiveNanoseconds: Int64) -> ModelBlock.Change? {
    block.note(session, settings, in: &loop, receiveNanoseconds: receiveNanoseconds)
  }

  /// The engine takes over what stands in a model's place of the session now; gives the number of the input that it was.
  func takeModel(_ place: Int, receiveNanoseconds: Int64) -> UInt64 {
    let new = session.models[place]
    monitor.replace(place, in: session)
    return loop.replaceModel(
      place, with: new.binding, schema: new.schemaIndex, description: session.description(ofModel: place), receiveNanoseconds: receiveNanoseconds)
  }

  // MARK: Its end

  /// Nothing is brought to it from here on.
  func end(_ why: String) { if end == nil { end = why } }

  /// What is on its way arrives: no more data comes.
  func finish() { if end == nil { loop.finish() } }

  /// After the last thing that it is told; waits for the disk.
  func seal() {
    guard !isSealed else { return }
    isSealed = true
    loop.closeJournal()
  }

  /// Ends its strategy and models too.
  func close() {
    seal()
    session.instances[0].close()
    for place in session.models { place.content.close() }
  }

  // MARK: What it shows

  var decisionHash: String { loop.decisionHashes().instances[0].hex }

  var status: RunStatus.Shadow {
    let equity = loop.engine.equity
    return RunStatus.Shadow(
      id: id, equity: Figure(equity), pnl: Figure(equity - initialCash - loop.engine.transfers), fees: Figure(loop.counters.fees),
      fills: loop.counters.fills, trades: loop.counters.trades, refused: loop.counters.refusals, blocked: loop.engine.blockingRefusal?.code.name,
      journal: journal, decisionHash: nil)
  }

  var instance: RunStatus.Instance {
    var instance = RunStatus.Instance(0, session, loop, notices, restarts: 0)
    instance.isShadow = true
    if let end { (instance.state, instance.why) = (.out, end) }
    return instance
  }
}
