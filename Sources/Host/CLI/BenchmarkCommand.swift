import ArgumentParser
import Backtest
import Market
import Session

/// Figures for `make bench`: CPU time of the engine alone, ticks in memory.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measure the engine alone, for make bench.", shouldDisplay: false,
    subcommands: [Engine.self, Workload.self, Orders.self])

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
      Console.line("first 10,000 orders \(costs.first) ns each, last 10,000 \(costs.last) ns each")
    }
  }
}
