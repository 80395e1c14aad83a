import ArgumentParser
import Kernel
import Market
import Session
import Storage

extension BenchmarkCommand {
  /// What a stored tick costs the engine's thread, and how many rows the writer takes.
  struct StorageRows: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "storage", abstract: "Ticks handed to storage and written: CPU time of either side, nothing dropped.")

    @OptionGroup var output: OutputOptions
    @Option(help: "A folder that is made and filled.") var folder: String
    @Option var ticks = 4_000_000

    /// Fewer than the queue has room for: what is measured is handing over, not waiting.
    private static let burst = 20_000

    func run() throws {
      guard !Files.isPresent(folder) else { throw SessionError(.usage, "\(folder): is there already; name a new folder") }
      var options = StorageOptions(
        folder: folder, symbols: [StorageOptions.Symbol(name: "BTCUSDT", market: "usdm", priceScale: 1, quantityScale: 3)])
      options.flushRows = 200
      let storage = try MarketStorage(options)
      let whole = Clocks.monotonicNanoseconds()
      let processCPU = ProcessFigures.cpuSeconds()
      try storage.start()
      var handing = 0.0
      var waiting = 0.0
      for start in stride(from: 0, to: ticks, by: Self.burst) {
        let end = min(ticks, start + Self.burst)
        let before = ProcessFigures.threadCPUSeconds()
        for number in start..<end {
          storage.recorder.trade(
            Trade(price: Price(raw: 600_000 + Int64(number % 1000)), quantity: Quantity(raw: 1 + Int64(number % 7)), takerSide: .buy), instrument: 0,
            milliseconds: 1_700_000_000_000 + Int64(number))
        }
        let after = ProcessFigures.threadCPUSeconds()
        handing += after - before
        while storage.status.taken + storage.status.dropped < end { Clocks.sleep(nanoseconds: 200_000) }
        waiting += ProcessFigures.threadCPUSeconds() - after
      }
      storage.finish()
      let seconds = Double(Clocks.monotonicNanoseconds() - whole) / 1e9
      let status = storage.status
      let writerCPU = ProcessFigures.cpuSeconds() - processCPU - handing - waiting
      let nanoseconds = handing * 1e9 / Double(ticks)
      let perCPUSecond = Double(status.rows) / max(writerCPU, 1e-9)
      if output.json {
        try Console.result(
          JSONValue.object([
            ("ticks", .integer(ticks)), ("rows", .integer(status.rows)), ("dropped", .integer(status.dropped)),
            ("ns_per_tick", .number("\(nanoseconds)")), ("rows_per_cpu_s", .number("\(perCPUSecond)")), ("seconds", .number("\(seconds)")),
          ]).description)
      }
      Console.line(
        "\(ticks) ticks: \(Int(nanoseconds.rounded())) ns of CPU each for the engine's thread; the writer took \(Int(perCPUSecond)) rows per CPU second, "
          + "\(status.dropped) dropped, \(Int(Double(ticks) / seconds)) a second in all")
    }
  }
}
