import Session
import ArgumentParser
import Backtest
import Market
import Report

struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest", abstract: "Replay a tick file or a recording through a strategy, hard risk and the practice venue.")

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Symbol (BTCUSDT) or full instrument (binance.usdm.BTCUSDT).")
  var symbol: String

  @Option(
    name: .long,
    help: ArgumentHelp("Tick file (.csv) or raw recording (X.ws.jsonl, with X.recv_ns.txt beside it); .gz and .zst too.", valueName: "file"))
  var ticksPath: String

  @Option(name: .long, help: ArgumentHelp("Depth snapshots of a recording, so that its order book is used.", valueName: "file"))
  var snapshot: String?

  @Flag(name: .long, help: "For a recording without receive times: take the venue's times instead.")
  var exchangeTimes = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Published or built strategy by name, a library or a manifest; default: what is published, else HorizonEnsemble.", valueName: "name|path"))
  var strategy: String?

  @Option(name: .long, help: ArgumentHelp("Published models, laid out as runtime/models; default: by ml.model_source.", valueName: "folder"))
  var models: String?

  @Option(name: .customLong("param"), parsing: .singleValue, help: ArgumentHelp("A strategy parameter; may be repeated.", valueName: "name=value"))
  var parameters: [String] = []

  @Option(name: .long, help: ArgumentHelp("Write report.html, trades.csv, roundtrips.csv, equity.csv and results.json here.", valueName: "folder"))
  var report: String?

  @Option(
    name: .long, help: ArgumentHelp("Write every input and decision here, for replay and journal; the folder must not have one.", valueName: "folder")
  )
  var journal: String?

  @Flag(name: .long, help: "Count and report bad rows instead of stopping at the first.")
  var skipBadRows = false

  @Flag(name: .long, help: "Sort the file by time first; needs memory for all of it.")
  var sort = false

  @Option(name: .long, help: ArgumentHelp("Decimals of price and quantity for a symbol that pairs.yaml does not know.", valueName: "n"))
  var scale: Int?

  func run() throws {
    let result = try BacktestCommand.run(
      BacktestRequest(
        symbol: symbol, ticksPath: ticksPath, snapshotPath: snapshot, usesExchangeTimes: exchangeTimes, strategy: strategy,
        parameters: try Assignments.parse(parameters, option: "--param"),
        reportFolder: report, journalFolder: journal, modelsFolder: models,
        skipsBadRows: skipBadRows, sortsByTime: sort, scale: scale), settings)
    for warning in result.warnings { Console.warning(warning) }
    if output.json { try Console.result(result.json.description) }
    Console.line(BacktestSummary.text(result))
  }

  static func run(_ request: BacktestRequest, _ options: SettingsOptions) throws -> BacktestResult {
    let progress = ProgressLine(task: "backtest")
    defer { progress.clear() }
    return try Backtest(request: request, settings: try options.load(), executableFolder: Executable.folder, hostVersion: HostVersion.text)
      .run { progress.show($0) }
  }
}

/// The reference's offline loop: its flags, its words on standard output.
struct OfflineLoopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offline-loop", abstract: "The old name of backtest, with the old flags and the old summary.")

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Symbol.")
  var symbol = "BTCUSDT"

  @Option(name: .long, help: ArgumentHelp("Tick file.", valueName: "file"))
  var ticksPath = "data/ticks/BTCUSDT_synthetic.csv"

  @Option(
    name: .long,
    help: ArgumentHelp("Strategy; default: what is published for the symbol, else HorizonEnsemble over its models.", valueName: "name|path"))
  var strategy: String?

  @Option(name: .customLong("param"), parsing: .singleValue, help: ArgumentHelp("A strategy parameter.", valueName: "name=value"))
  var parameters: [String] = []

  func run() throws {
    let result = try BacktestCommand.run(
      BacktestRequest(symbol: symbol, ticksPath: ticksPath, strategy: strategy, parameters: try Assignments.parse(parameters, option: "--param")),
      settings)
    for warning in result.warnings { Console.warning(warning) }
    if output.json { return try Console.result(result.json.description) }
    try Console.result("----- Offline Backtest Summary -----")
    try Console.result("Ticks processed: \(result.ticks)")
    try Console.result("Trades: \(result.counters.trades)")
    if result.counters.trades > 0 {
      try Console.result("Win rate: \(result.counters.wins)/\(result.counters.trades) (\(BacktestSummary.percent(result.winRate))%)")
    }
    try Console.result("Final PnL: \(DecimalText.format(result.finalPnL, decimals: 4))")
  }
}

/// A finished run in words.
enum BacktestSummary {
  static func text(_ result: BacktestResult) -> String {
    let quote = result.instrument.quoteAsset
    let money = { (amount: Money) in "\(DecimalText.format(amount, decimals: 4)) \(quote)" }
    var lines = [
      "\(result.instances.map(\.id).joined(separator: ", ")) on \(result.instrument.id)",
      "  ticks     \(result.ticks)  (\(result.ticksPerSecond) per second)",
      "  inputs    "
        + (result.inputs.kinds.map { "\($0.name) \($0.count)" } + (result.inputs.areQuotesSynthetic ? ["quotes synthetic"] : []))
        .joined(separator: ", ") + (result.inputs.missing.isEmpty ? "" : "; not in the data: \(result.inputs.missing.joined(separator: ", "))"),
      "  fills     \(result.counters.fills), round trips \(result.counters.trades), won \(percent(result.winRate)) %",
      "  pnl       \(money(result.finalPnL)), of it fees \(money(result.counters.fees))",
      "  equity    \(money(result.finalEquity)), largest drawdown \(money(result.maximumDrawdown))",
      "  position  \(DecimalText.formatShort(Int128(result.position.raw), scale: Int(result.instrument.spec.quantityScale))) \(result.instrument.baseAsset)",
      "  models    \(result.models.isEmpty ? "none" : result.models.map(modelText).joined(separator: ", "))",
      "  refused   "
        + (result.counters.refusals == 0
          ? "nothing" : result.counters.refusalCounts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")),
    ]
    if result.counters.fills > 0 { lines.append("  execution \(execution(result.figures.total))") }
    lines += result.firstRefusals.map { "            first \($0.text)" }
    if let halt = result.halt { lines.append("  halted    \(halt.reason)") }
    lines.append("  decisions \(result.decisionHash)")
    if let report = result.reportPath { lines.append("  report    \(report)/report.html") }
    if result.isInSample { lines.insert("IN-SAMPLE", at: 0) }
    return lines.joined(separator: "\n")
  }

  private static func modelText(_ model: BacktestResult.Model) -> String {
    if model.fault != nil { return "\(model.id) missing" }
    let failed = model.failures.map(\.count).reduce(0, +)
    return "\(model.id) asked \(model.asked) times" + (failed > 0 ? ", \(failed) without an answer" : "")
  }

  /// Whether fills were good ones: what they cost at once, and where the market went after them.
  private static func execution(_ total: InstanceFigures) -> String {
    let bps = { (figure: BpsFigure) in figure.bps.map { DecimalText.format(Int64(($0 * 100).rounded()), scale: 2) + " bps" } ?? "unknown" }
    let markouts = zip(ExecutionFigures.horizonsSeconds, total.all.markouts).map { "\($0) s \(bps($1))" }.joined(separator: ", ")
    return "maker \(percent(total.makerShare ?? 0)) %, slippage \(bps(total.all.touchSlippage)), markout \(markouts)"
  }

  static func percent(_ fraction: Double) -> String { DecimalText.format(Int64((fraction * 1000).rounded()), scale: 1) }
}
