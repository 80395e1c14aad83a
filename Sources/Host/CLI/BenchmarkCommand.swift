import Settings
import ArgumentParser
import Backtest
import Kernel
import Market
import Plugins
import Session

/// Figures for `make bench`: CPU time of the engine alone, ticks in memory.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measure the engine alone, for make bench.", shouldDisplay: false,
    subcommands: [Engine.self, Workload.self, Orders.self, Fills.self, RoundTrip.self, StorageRows.self, Models.self])

  struct Engine: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A strategy over a tick file held in memory; the best of several rounds.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var symbol = "BTCUSDT"
    @Option var ticksPath: String
    @Option var strategy = "EMACross"
    @Option(name: .customLong("param"), parsing: .singleValue) var parameters: [String] = []
    @Option var rounds = 5

    func run() throws {
      let request = BacktestRequest(
        symbol: symbol, ticksPath: ticksPath, strategy: strategy, parameters: try Assignments.parse(parameters, option: "--param"))
      let figures = try EngineBenchmark(request: request, settings: settings.load(), executableFolder: Executable.folder).engine(rounds: rounds)
      if output.json { try Console.result(figures.json.description) }
      Console.line("\(figures.ticks) ticks, best of \(rounds): \(figures.nanosecondsPerTick) ns of CPU per tick")
    }
  }

  struct Workload: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Quotes, bars, marks and trades with brackets and a wish on every tenth tick; the best of several rounds.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var symbol = "BTCUSDT"
    @Option var ticksPath: String
    @Option var rounds = 5

    func run() throws {
      let request = BacktestRequest(symbol: symbol, ticksPath: ticksPath, strategy: "Workload", parameters: [:])
      let figures = try EngineBenchmark(request: request, settings: settings.load(), executableFolder: Executable.folder).workload(rounds: rounds)
      if output.json { try Console.result(figures.json.description) }
      let nanoseconds = Int(figures.nanosecondsPerEvent.rounded())
      Console.line("\(figures.events) events, \(figures.orders) orders, best of \(rounds): \(nanoseconds) ns of CPU per event")
    }
  }

  struct Orders: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the first and the last 10,000 of a million orders cost.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var orders = 1_000_000

    func run() throws {
      let costs = try EngineBenchmark(
        request: BacktestRequest(symbol: "BTCUSDT", ticksPath: "", strategy: "Churn", parameters: ["every": "1", "mode": "trade"]),
        settings: settings.load(), executableFolder: Executable.folder
      ).orders(orders, window: 10_000)
      if output.json { try Console.result(costs.json.description) }
      Console.line("first 10,000 orders \(costs.first) ns each, last 10,000 \(costs.last) ns each; a look at all invariants \(costs.invariants) ns")
    }
  }

  struct RoundTrip: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "roundtrip", abstract: "One event of EMACross in place and through a worker, and how long deaths take to be noticed.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var events = 200_000
    @Option var deaths = 50

    func run() throws {
      let loaded = try settings.load()
      let instrument = try StrategiesOutput.instrument("BTCUSDT", loaded)
      let benchmark = RoundTripBenchmark(instrument: instrument, now: Clocks.monotonicNanoseconds)
      let plugin = try PluginFile.read(StrategiesOutput.path("EMACross"))
      var options = WorkerOptions(cpus: loaded.plugins.workerCPUs, deadlineMicroseconds: 1_000_000)
      options.spinIterations = 100_000
      var rows = [("in place", try benchmark.inPlace(plugin, count: events))]
      rows.append(("worker, spin", try benchmark.isolated(plugin, count: events, options: options)))
      options.spinIterations = loaded.plugins.spinIterations
      rows.append(("worker, \(options.spinIterations) spins, then futex", try benchmark.isolated(plugin, count: events, options: options)))
      options.spinIterations = 0
      rows.append(("worker, futex", try benchmark.isolated(plugin, count: events / 10, options: options)))
      options.spinIterations = loaded.plugins.spinIterations
      let saboteur = StrategiesOutput.path("Saboteur")
      if Files.exists(saboteur) {
        let file = try PluginFile.read(saboteur)
        rows.append(("crash noticed", try benchmark.deaths(file, fault: "crash", count: deaths, options: options)))
        options.deadlineMicroseconds = loaded.plugins.deadlineMicroseconds
        rows.append(
          ("hang noticed, deadline \(options.deadlineMicroseconds) us", try benchmark.deaths(file, fault: "hang", count: deaths, options: options)))
      }
      if output.json { try Console.result(JSONValue.object(rows.map { (key: $0.0, value: $0.1.json) }).description) }
      for (name, figures) in rows {
        Console.line("\(name): p50 \(figures.p50) ns, p99 \(figures.p99) ns, p99.9 \(figures.p999) ns (\(figures.count))")
      }
    }
  }

  struct Fills: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A passive strategy on the practice venue over a CSV of events; prints its fills.")

    @OptionGroup var settings: SettingsOptions
    @Option var symbol = "BTCUSDT"
    @Option(help: "ts_exch,ts_recv,kind,side,price,qty; ns, by receive time.") var events: String
    @Option(help: "Begin of the first period, ns since the epoch.") var start: Int64
    @Option(help: "ms between decisions.") var period: Int64 = 100
    @Option(help: "ms after which an order is cancelled.") var life: Int64 = 1000
    @Option(help: "Lots of one order.") var lots: Int64 = 1
    @Option(help: "Orders that the position may come to, either way.") var maxPosition: Int64 = 5

    func run() throws {
      let settings = try settings.load()
      guard let instrument = settings.pairs.instrument(symbol) else {
        throw SessionError(.badData, "\(symbol) is not in \(settings.pairsFile)")
      }
      let plan = FillsBenchmark.Plan(
        startNanoseconds: start, periodNanoseconds: period * 1_000_000, lifeNanoseconds: life * 1_000_000,
        quantity: lots * instrument.spec.stepSize, maximumPosition: maxPosition)
      let result = try FillsBenchmark(plan: plan, settings: settings, spec: instrument.spec).run(eventsPath: events)
      print("ts_exch,side,price,qty")
      for fill in result.fills {
        print(
          "\(fill.nanoseconds),\(fill.side.name),\(DecimalText.format(fill.price.raw, scale: Int(instrument.spec.priceScale))),"
            + DecimalText.format(fill.quantity.raw, scale: Int(instrument.spec.quantityScale)))
      }
      Console.line("\(result.orders) orders, \(result.fills.count) fills, \(result.late) messages late")
    }
  }
}
