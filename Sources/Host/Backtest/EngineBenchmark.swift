import Feeds
import Kernel
import Market
import Plugins
import Session
import Settings

/// Measures the engine, hard risk, the practice venue and a loaded plugin, without reading files.
public struct EngineBenchmark {
  private let request: BacktestRequest
  let settings: Settings
  private let executableFolder: String

  public init(request: BacktestRequest, settings: Settings, executableFolder: String) {
    self.request = request
    self.settings = settings
    self.executableFolder = executableFolder
  }

  public struct Figures {
    public var ticks: Int
    public var fills: Int
    public var finalPnL: Money
    public var cpuSeconds: Double

    public var nanosecondsPerTick: Int { Int(cpuSeconds * 1e9 / Double(max(1, ticks))) }

    public var json: JSONValue {
      .object([
        ("ticks", .integer(ticks)), ("fills", .integer(fills)), ("final_pnl", .money(finalPnL)),
        ("run_cpu_s", .number(DecimalText.format(Int64(cpuSeconds * 1e9), scale: 9))),
        ("ticks_per_cpu_s", .integer(Int(Double(ticks) / max(cpuSeconds, 1e-9)))),
      ])
    }
  }

  /// Reads the file once, then replays it from memory `rounds` times, each with a new instance; the best round counts,
  /// because a machine that is shared only ever adds.
  public func engine(rounds: Int) throws -> Figures {
    let (instrument, ticks) = try ticksInMemory()
    var best: Figures?
    for _ in 0..<max(1, rounds) {
      let session = try makeSession(instrument)
      var loop = session.makeLoop(hasQuotes: false, observer: nil)
      let start = ProcessFigures.threadCPUSeconds()
      for tick in ticks { loop.trade(tick, instrument: 0, receiveNanoseconds: tick.exchangeMilliseconds &* 1_000_000) }
      let seconds = ProcessFigures.threadCPUSeconds() - start
      if best.map({ seconds < $0.cpuSeconds }) ?? true {
        best = Figures(
          ticks: ticks.count, fills: loop.counters.fills, finalPnL: loop.engine.equity - settings.simulation.initialCash, cpuSeconds: seconds)
      }
    }
    guard let best else { throw SessionError(.internalError, "no round was run") }
    return best
  }

  /// The request's instrument and its whole file.
  func ticksInMemory() throws -> (Instrument, [Tick]) {
    var warnings: [String] = []
    let instrument = try InstrumentChoice.instrument(for: request, settings: settings, warnings: &warnings)
    let reader = try TickFileReader(path: request.ticksPath, spec: instrument.spec)
    var ticks: [Tick] = []
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
    // Unsafe: scratch for the reader; only what it wrote is copied out.
    defer { batch.deallocate() }
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { break }
      ticks.append(contentsOf: batch[..<count])
    }
    return (instrument, ticks)
  }

  public struct OrderCosts {
    /// ns of CPU per order, the tick that caused it included.
    public var first: Int
    public var last: Int
    /// ns of CPU for one look at all invariants, which every step that touches orders ends with: two such steps per order.
    public var invariants: Int
    public var json: JSONValue {
      .object([("first_ns", .integer(first)), ("last_ns", .integer(last)), ("invariants_ns", .integer(invariants))])
    }
  }

  /// A strategy that orders on every tick; the first and the last `window` of `count` orders are timed.
  ///
  /// Each window's figure is the cheapest of ten parts of it, for the same reason as above.
  public func orders(_ count: Int, window: Int) throws -> OrderCosts {
    var warnings: [String] = []
    let instrument = try InstrumentChoice.instrument(for: request, settings: settings, warnings: &warnings)
    let session = try makeSession(instrument)
    var loop = session.makeLoop(hasQuotes: false, observer: nil)
    let price = 60_000 * PowerOfTen[Int(instrument.spec.priceScale)]
    var milliseconds: Int64 = 1_704_067_200_000
    func trade(_ ticks: Int) {
      for _ in 0..<ticks {
        milliseconds += 1
        let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: instrument.spec.stepSize), takerSide: .buy)
        loop.trade(Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: 0, receiveNanoseconds: milliseconds &* 1_000_000)
      }
    }
    func cheapest() -> Int {
      (0..<10).map { _ -> Int in
        let start = ProcessFigures.threadCPUSeconds()
        let before = loop.counters.orders
        trade(window / 10)
        return Int((ProcessFigures.threadCPUSeconds() - start) * 1e9) / max(1, loop.counters.orders - before)
      }.min() ?? 0
    }
    trade(1000)  // caches and lazy binding
    let first = cheapest()
    while loop.counters.orders < count - window {
      trade(window)
      // Limits that refuse would make this endless.
      guard loop.counters.refusals == 0 else {
        let counts = loop.counters.refusalCounts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        throw SessionError(.failed, "benchmark orders: the strategy was refused (\(counts)); run it with --config config/oracle.yaml")
      }
    }
    let last = cheapest()
    return OrderCosts(first: first, last: last, invariants: try invariants(of: loop))
  }

  private func invariants(of loop: borrowing TradingLoop) throws -> Int {
    let rounds = 100_000
    var violations = 0
    let start = ProcessFigures.threadCPUSeconds()
    for _ in 0..<rounds where loop.engine.violation() != nil { violations += 1 }
    let nanoseconds = Int((ProcessFigures.threadCPUSeconds() - start) * 1e9) / rounds
    guard violations == 0 else { throw SessionError(.internalError, "benchmark orders: the books contradict each other") }
    return nanoseconds
  }

  func makeSession(_ instrument: Instrument) throws -> TradingSession {
    let resolved = try StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: executableFolder, trust: settings.trustPolicy)
      .resolve(strategy: request.strategy, instrument: instrument, parameters: request.parameters)
    return try TradingSession(instruments: [instrument], strategies: resolved.map { (instrument: 0, resolved: $0) }, settings: settings)
  }
}
