import ArgumentParser
import Feeds
import FoundationEssentials
import Glibc
import Market

/// `quantumedge ticks`: makes, reads and converts tick files.
struct TicksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ticks", abstract: "Make, inspect and convert tick files (CSV, .gz, .zst), and read raw recordings (X.ws.jsonl).",
    subcommands: [Generate.self, Info.self, Import.self])

  /// How rows are read; the same words as in `backtest`.
  struct ReadingOptions: ParsableArguments {
    @Flag(name: .customLong("skip-bad-rows"), help: "Count bad rows and go on, instead of stopping at the first.")
    var skipsBadRows = false

    var options: TickFileOptions { TickFileOptions(skipsBadRows: skipsBadRows) }
  }

  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a seeded sample file.")

    @Option(help: "Number of rows.") var rows = 100_000
    @Option(help: "Equal seeds give equal files.") var seed: UInt64 = 42
    @Option(help: "Decides price and decimals for BTC, ETH, BNB, SOL; others get a price near 100.") var symbol = "BTCUSDT"
    @Option(help: "The file; .gz and .zst are packed.") var out: String
    @Option(help: "Epoch milliseconds UTC before the first row.") var start: Int64 = 1_704_067_200_000
    @Flag(help: "Replace the file if it exists.") var force = false
    @Flag(help: "Print one JSON object on standard output.") var json = false

    func run() throws {
      var progress = TicksProgress()
      let sample = TickSample(rowCount: rows, seed: seed, symbol: symbol, startMilliseconds: start)
      let report = try sample.write(to: out, replaces: force) { done in progress.show("\(done) of \(rows) rows") }
      progress.end()
      if json { return try TicksOutput.json(report) }
      try TicksOutput.line("\(report.path): \(report.rows) rows of \(report.symbol), seed \(report.seed)")
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Read a whole file and say what it holds.")

    @Argument(help: "A tick file, or a recording of Binance's streams.") var file: String
    @Option(help: "Of a recording: BTCUSDT or binance.usdm.BTCUSDT; default: that of its first message.") var symbol: String?
    @Option(help: ArgumentHelp("Depth snapshots of a recording.", valueName: "file")) var snapshot: String?
    @OptionGroup var reading: ReadingOptions
    @Flag(help: "Print one JSON object on standard output.") var json = false

    func run() throws {
      if RecordingReader.recognises(file) { return try recording() }
      guard symbol == nil, snapshot == nil else {
        throw TickFileError(.usage, path: file, reason: "this is a tick file; --symbol and --snapshot are for recordings")
      }
      var progress = TicksProgress()
      let summary = try TickFileSummary.read(path: file, options: reading.options) { done, size in
        progress.show(size > 0 ? "\(done * 100 / size) % read" : "\(done) bytes read")
      }
      progress.end()
      for row in summary.firstBadRows { Console.warning("\(file):\(row.line): \(row.reason)") }
      if json { return try TicksOutput.json(summary) }
      try TicksOutput.line(
        """
        \(summary.path)
          trades          \(summary.trades)
          time            \(summary.firstMilliseconds) to \(summary.lastMilliseconds) ms UTC
          open high low   \(summary.open)  \(summary.high)  \(summary.low)
          close           \(summary.close)
          bought sold     \(summary.buyQuantity)  \(summary.sellQuantity)
          average price   \(summary.averagePrice)
          decimals        price \(summary.priceDecimals), quantity \(summary.quantityDecimals)
          equal times     \(summary.equalTimestamps)
          largest gap     \(summary.largestGapMilliseconds) ms
          bad rows        \(summary.badRows)
        """)
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read tick files in any accepted dialect, or the trades of recordings, and write one file in the canonical form, in time order.")

    @Argument(help: "Tick files, recordings.") var inputs: [String]
    @Option(help: "Of recordings: BTCUSDT or binance.usdm.BTCUSDT; default: the only one in each.") var symbol: String?
    @Option(help: "The file to write; .gz and .zst are packed.") var out: String
    @Flag(help: "Merge inputs that overlap or go back in time; reads all of them into memory (32 bytes a row, twice).") var sort = false
    @OptionGroup var reading: ReadingOptions
    @Flag(help: "Replace the file if it exists.") var force = false
    @Flag(help: "Print one JSON object on standard output.") var json = false

    func run() throws {
      var progress = TicksProgress()
      var options = reading.options
      options.sortsByTime = sort
      let report = try TickImport(inputs: inputs, output: out, symbol: symbol, options: options, replaces: force).run { word, rows in
        progress.show("\(word): \(rows) rows")
      }
      progress.end()
      for input in report.inputs { for reason in input.firstBadRows { Console.warning(reason) } }
      if json { return try TicksOutput.json(report) }
      try TicksOutput.line("\(report.output): \(report.rows) rows from \(report.inputs.count) files, \(report.badRows) bad rows skipped")
    }
  }
}

/// Standard output of the `ticks` commands.
enum TicksOutput {
  /// Exactly one object and a line end.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try Console.result(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  static func line(_ text: String) throws(OutputError) { try Console.row(text) }
}

/// A word on standard error for work that takes more than a second, at most once a second.
struct TicksProgress {
  private var next = TicksProgress.seconds() + 1
  private var hasShown = false

  mutating func show(_ text: @autoclosure () -> String) {
    let now = TicksProgress.seconds()
    guard now >= next else { return }
    next = now + 1
    hasShown = true
    if Console.isTerminal { Console.write("\r\(text())\u{1B}[K") } else { Console.line(text()) }
  }

  mutating func end() {
    if hasShown, Console.isTerminal { Console.write("\r\u{1B}[K") }
  }

  private static func seconds() -> Int {
    var now = timespec()
    // CLOCK_MONOTONIC exists on every Linux; 0 would only silence the progress line.
    guard clock_gettime(CLOCK_MONOTONIC, &now) == 0 else { return 0 }
    return now.tv_sec
  }
}
