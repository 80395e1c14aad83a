import Engine
import Feeds
import Kernel
import Market
import Plugins
import Risk
import Session
import Settings

/// The host in `mock` mode: a seeded market at its own pace, paper orders, everything else as live.
public struct MockRun {
  public var settings: Settings
  public var executableFolder: String
  /// nil = until a signal.
  public var durationSeconds: Double?

  public init(settings: Settings, executableFolder: String, durationSeconds: Double?) {
    self.settings = settings
    self.executableFolder = executableFolder
    self.durationSeconds = durationSeconds
  }

  public struct Result: Sendable {
    public var status: RunStatus
    public var stoppedBy: String
    public var decisionHash: String
    public var instances: [(id: String, digest: String)]
    public var failures: [String]

    /// The object of `run --json`.
    public var json: JSONValue {
      .object([
        ("mode", .text(status.mode)), ("uptime_s", .integer(status.uptimeSeconds)), ("events", .integer(status.events)),
        ("fills", .integer(status.counters.fills)), ("trades", .integer(status.counters.trades)), ("pnl", .money(status.pnl)),
        ("equity", .money(status.equity)), ("fees", .money(status.counters.fees)),
        ("positions", .object(status.symbols.map { (key: $0.name, value: .number($0.position)) })),
        ("orders_rejected", .object(status.counters.refusalCounts.map { (key: $0.name, value: .integer($0.count)) })),
        ("stopped_by", .text(stoppedBy)), ("halted", status.blocked.map { .text($0) } ?? .null), ("decision_hash", .text(decisionHash)),
        ("instances", .array(instances.map { .object([("id", .text($0.id)), ("digest", .text($0.digest))]) })),
        ("failures", .array(failures.map { .text($0) })),
      ])
    }
  }

  private static let statusPeriodNanoseconds: Int64 = 1_000_000_000
  /// The longest sleep: timers and the kill switch are looked at this often in a quiet market.
  private static let idleNanoseconds: Int64 = 50_000_000

  /// Runs until the duration is over, a signal comes or every instance has failed.
  ///
  /// - Parameters:
  ///   - report: called once a second with the state; the last one is in the result.
  ///   - notice: called with one line for people when something happens.
  public func run(report: (RunStatus) -> Void, notice: @escaping (String) -> Void) throws -> Result {
    var signals = StopSignals()
    let state = try StateFolder(runtimePath: settings.runtimePath, mode: settings.mode, venue: settings.pairs.venue, account: "paper")
    let instruments = try settings.mock.symbols.map { symbol throws -> Instrument in
      guard let instrument = settings.pairs.instrument(symbol) else {
        throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: feed.mock.symbols has \(symbol), which pairs.yaml does not know")
      }
      if let reason = instrument.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
      return instrument
    }
    let resolver = StrategyResolver(runtimePath: settings.runtimePath, executableFolder: executableFolder)
    var strategies: [(instrument: Int, resolved: ResolvedStrategy)] = []
    for (index, instrument) in instruments.enumerated() {
      strategies += try resolver.published(for: instrument).map { (instrument: index, resolved: $0) }
    }
    guard !strategies.isEmpty else {
      throw SessionError(
        .missingInput,
        "\(settings.runtimePath)/strategies has nothing published for \(settings.mock.symbols.joined(separator: ", ")); "
          + "publish one with: quantumedge strategies publish EMACross --symbol \(settings.mock.symbols.first ?? "BTCUSDT")")
    }
    let session = try TradingSession(instruments: instruments, strategies: strategies, settings: settings)
    let observer = RunNotices(session: session, notice: notice)
    var loop = session.makeLoop(hasQuotes: true, clock: .live, observer: observer)

    let killSwitch = KillSwitch(file: settings.killSwitch.file, latch: state.killLatchPath)
    let watcher = KillSwitchWatcher(killSwitch)
    var isKilled = false
    let started = Clocks.realtimeNanoseconds()
    var clock = RisingClock()
    if settings.killSwitch.enabled { watcher.trip(settings.killSwitch.reason ?? "risk.kill_switch.enabled is set") }
    if case .on(let reason) = killSwitch.read() { watcher.trip(reason) }
    try watcher.start()
    defer { watcher.stop() }

    var markets = try instruments.enumerated().map { index, instrument throws -> MockFeed in
      try MockFeed(instrument: instrument, index: index, settings: settings.mock, startMilliseconds: started / 1_000_000)
    }
    let end = durationSeconds.map { started + Int64($0 * 1e9) } ?? Int64.max
    var nextStatus = started + Self.statusPeriodNanoseconds
    var events = 0
    var failures: [String] = []
    var nextLook = started
    var stoppedBy = "duration"
    while true {
      let now = clock.now()
      if now >= end { break }
      if !isKilled, let tripped = watcher.tripped() {
        isKilled = true
        notice("kill switch: \(tripped.reason); opening is off, its latch is \(killSwitch.latch)")
        if let trouble = tripped.latchTrouble {
          failures.append("the kill switch's latch is NOT set, a restart would trade: \(trouble)")
          notice(failures[failures.count - 1])
        }
        loop.command(.kill, receiveNanoseconds: now)
      }
      // The oldest event that is due; ties go to the symbol named first.
      var chosen: Int?
      for index in markets.indices where markets[index].dueNanoseconds <= now {
        if chosen.map({ markets[index].dueNanoseconds < markets[$0].dueNanoseconds }) ?? true { chosen = index }
      }
      if let chosen {
        markets[chosen].deliver(to: &loop, instrument: Int32(chosen), receiveNanoseconds: now)
        events += 1
        // Behind the feed there is no time to sleep, and yet signals and timers must have their turn.
        if now >= nextLook {
          nextLook = now + Self.idleNanoseconds
          loop.clock(receiveNanoseconds: now)
          if let signal = signals.wait(nanoseconds: 0) {
            stoppedBy = signal
            break
          }
        }
        if loop.counters.failedInstances == session.instances.count {
          stoppedBy = "every instance has failed"
          break
        }
      } else {
        loop.clock(receiveNanoseconds: now)
        let due = markets.map(\.dueNanoseconds).min() ?? Int64.max
        let wait = max(0, min(due - now, min(Self.idleNanoseconds, min(end, nextStatus) - now)))
        if let signal = signals.wait(nanoseconds: wait) {
          stoppedBy = signal
          break
        }
      }
      if now >= nextStatus {
        nextStatus += Self.statusPeriodNanoseconds
        report(status(loop, session, events: events, since: started, now: now))
      }
    }
    // Read first: the halt below is the shutdown's own, and no word about the run.
    let last = status(loop, session, events: events, since: started, now: clock.now())
    let decisionHash = loop.decisionHashes().run.hex
    // On shutdown what would open is cancelled; protective orders end with the paper venue.
    observer.isSilent = true
    loop.command(.halt, receiveNanoseconds: clock.now())
    return Result(
      status: last, stoppedBy: stoppedBy, decisionHash: decisionHash,
      instances: session.instances.map { ($0.id, $0.digest.hex) }, failures: failures + observer.failures)
  }

  private func status(_ loop: borrowing TradingLoop, _ session: TradingSession, events: Int, since started: Int64, now: Int64) -> RunStatus {
    let symbols = session.instruments.enumerated().map { index, instrument in
      RunStatus.Symbol(
        name: instrument.id.symbol,
        lastPrice: DecimalText.format(loop.engine.lastPrice(instrument: index).raw, scale: Int(instrument.spec.priceScale)),
        position: DecimalText.format(loop.engine.book(instrument: index).position, scale: Int(instrument.spec.quantityScale)))
    }
    return RunStatus(
      mode: settings.mode.rawValue, uptimeSeconds: Int((now - started) / 1_000_000_000), events: events, symbols: symbols, equity: loop.engine.equity,
      pnl: loop.engine.equity - settings.simulation.initialCash, counters: loop.counters, blocked: loop.engine.blockingRefusal?.code.name)
  }
}

/// Receive time: the wall clock, held back from ever going backwards.
struct RisingClock {
  private var last = Int64.min
  mutating func now() -> Int64 {
    last = max(last, Clocks.realtimeNanoseconds())
    return last
  }
}
