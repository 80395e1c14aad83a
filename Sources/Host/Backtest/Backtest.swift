import Cryptography
import Engine
import Feeds
import Kernel
import Market
import Plugins
import Report
import Risk
import Session
import Settings

/// Replays a tick file through the engine and the practice venue.
public struct Backtest {
  public var request: BacktestRequest
  public var settings: Settings
  /// Where `--strategy NAME` finds libraries that are not published.
  public var executableFolder: String
  public var hostVersion: String

  public init(request: BacktestRequest, settings: Settings, executableFolder: String, hostVersion: String) {
    self.request = request
    self.settings = settings
    self.executableFolder = executableFolder
    self.hostVersion = hostVersion
  }

  /// Ticks per batch: small enough to stay in the second-level cache.
  private static let batchSize = 4096

  /// Runs to the end of the file.
  ///
  /// - Parameter progress: called now and then with the part of the file that is done, 0...1.
  /// - Throws: a `Fault`; nothing that looks like a finished report is left then.
  public func run(progress: (Double) -> Void) throws -> BacktestResult {
    let start = Clocks.monotonicNanoseconds()
    var warnings: [String] = []
    let instrument = try InstrumentChoice.instrument(for: request, settings: settings, warnings: &warnings)
    let resolved = try StrategyResolver(runtimePath: settings.runtimePath, executableFolder: executableFolder)
      .resolve(strategy: request.strategy, instrument: instrument, parameters: request.parameters)
    let session = try TradingSession(
      instruments: [instrument], strategies: resolved.map { (instrument: 0, resolved: $0) }, settings: settings)
    let reader = try TickFileReader(
      path: request.ticksPath, spec: instrument.spec,
      options: TickFileOptions(skipsBadRows: request.skipsBadRows, sortsByTime: request.sortsByTime))
    if settings.simulation.syntheticSpread.raw > 0 || settings.simulation.fillPrice == .quote {
      warnings.append(
        "quotes are synthetic: the data has trades alone, so bid and ask are the last trade with a spread of "
          + "\(DecimalText.formatShort(Int128(settings.simulation.syntheticSpread.raw), scale: BasisPoints.scale)) bps")
    }
    let recorder = BacktestRecorder(specs: [instrument.spec], report: try makeReport(session, instrument))
    var loop = session.makeLoop(hasQuotes: false, observer: recorder)
    if settings.killSwitch.enabled { loop.command(.kill, receiveNanoseconds: 0) }
    let loaded = Clocks.monotonicNanoseconds()
    let span = try replay(reader, through: &loop, recorder, session, progress: progress)
    let ended = Clocks.monotonicNanoseconds()

    let hashes = loop.decisionHashes()
    var result = BacktestResult(
      symbol: instrument.id.symbol, instrument: instrument, ticks: recorder.tickIndex, badRowsSkipped: reader.skippedRowCount,
      firstMilliseconds: span.first, lastMilliseconds: span.last, counters: loop.counters, initialEquity: settings.simulation.initialCash,
      finalEquity: loop.engine.equity, cash: loop.engine.cash, maximumDrawdown: loop.engine.maximumDrawdown, peak: loop.engine.peak,
      position: Quantity(raw: loop.engine.book(instrument: 0).position),
      firstRefusals: recorder.firstRefusals.entries, halt: recorder.halt, decisionHash: hashes.run.hex,
      instances: zip(session.instances, hashes.instances).map {
        BacktestResult.Instance(id: $0.id, digest: $0.digest.hex, decisionHash: $1.hex, parameters: $0.parameterTexts)
      }, warnings: warnings, reportPath: request.reportFolder, loadNanoseconds: loaded - start, runNanoseconds: ended - loaded, cpuSeconds: 0,
      peakResidentBytes: 0)
    for row in reader.skippedRows { result.warnings.append("\(request.ticksPath):\(row.line): skipped: \(row.reason)") }
    if reader.skippedRowCount > reader.skippedRows.count {
      result.warnings.append("\(request.ticksPath): \(reader.skippedRowCount) bad rows were skipped in all")
    }
    result.cpuSeconds = ProcessFigures.cpuSeconds()
    result.peakResidentBytes = ProcessFigures.peakResidentBytes()
    try recorder.finish(summary(of: result))
    return result
  }

  private func replay(
    _ reader: TickFileReader, through loop: inout TradingLoop, _ recorder: BacktestRecorder, _ session: TradingSession, progress: (Double) -> Void
  ) throws -> (first: Int64, last: Int64) {
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: Self.batchSize)
    // Unsafe: one reused batch, owned here; only the first `count` ticks that the reader wrote are read.
    defer { batch.deallocate() }
    var first: Int64 = 0
    var last: Int64 = 0
    var batches = 0
    let reports = recorder.hasReport
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { break }
      if recorder.tickIndex == 0 { first = batch[0].exchangeMilliseconds }
      for index in 0..<count {
        let tick = batch[index]
        recorder.timeMilliseconds = tick.exchangeMilliseconds
        loop.trade(tick, instrument: 0, receiveNanoseconds: tick.exchangeMilliseconds &* 1_000_000)
        if reports { recorder.mark(equity: loop.engine.equity, price: tick.trade.price) }
        recorder.tickIndex &+= 1
      }
      last = batch[count - 1].exchangeMilliseconds
      if let failure = recorder.failure {
        throw SessionError(
          .failed,
          "\(session.instances[failure.instance].id): \(failure.1.text) at tick \(failure.tickIndex); the run is stopped, no report is written")
      }
      batches += 1
      if batches & 63 == 0 { progress(Double(reader.fileBytesRead) / Double(max(1, reader.fileBytes))) }
    }
    loop.finish()
    return (first, last)
  }

  private func makeReport(_ session: TradingSession, _ instrument: Instrument) throws -> ReportRecorder? {
    guard let folder = request.reportFolder else { return nil }
    var codes = [String](repeating: "", count: 256)
    for code in RefusalCode.allCases { codes[Int(code.rawValue)] = code.name }
    return try ReportRecorder(
      folder: folder, instrument: instrument, instances: session.instances.map(\.id), refusalCodes: codes,
      initialEquity: settings.simulation.initialCash)
  }

  private func summary(of result: BacktestResult) throws -> ReportSummary {
    let model = settings.simulation
    let bps = { (rate: BasisPoints) in DecimalText.formatShort(Int128(rate.raw), scale: BasisPoints.scale) + " bps" }
    let simulation =
      [
        ReportSetting(section: "Simulation", name: "fills at", value: model.fillPrice == .trade ? "the last trade's price" : "the quote"),
        ReportSetting(section: "Simulation", name: "taker fee", value: bps(model.takerFee)),
        ReportSetting(section: "Simulation", name: "maker fee", value: bps(model.makerFee)),
        ReportSetting(section: "Simulation", name: "synthetic spread", value: bps(model.syntheticSpread)),
      ] + SimulationSettings.rows(of: settings)
    let peak = result.peak.doubleValue
    return ReportSummary(
      title: result.instances.map(\.id).joined(separator: ", "), symbol: result.symbol, hostVersion: hostVersion,
      strategies: zip(result.instances, result.instances.map { $0.id.prefix { $0 != "@" } }).map {
        ReportStrategy(id: $0.id, name: String($1), digest: $0.digest, parameters: $0.parameters)
      },
      settings: settings.limitRows.map { ReportSetting(section: "Risk limits", name: $0.name, value: $0.text, isUnlimited: $0.isUnlimited) }
        + simulation + result.firstRefusals.map { ReportSetting(section: "First refusal of each code", name: $0.code.name, value: $0.text) },
      data: ReportDataSource(
        path: request.ticksPath, digest: try SHA256Hasher.digest(ofFile: request.ticksPath).hex, rows: result.ticks,
        badRowsSkipped: result.badRowsSkipped,
        timeRangeMilliseconds: result.firstMilliseconds <= result.lastMilliseconds ? result.firstMilliseconds...result.lastMilliseconds : nil),
      ticks: result.ticks, fills: result.counters.fills, trades: result.counters.trades, wins: result.counters.wins,
      realizedPnL: result.realizedPnL, fees: result.counters.fees, initialEquity: result.initialEquity, finalEquity: result.finalEquity,
      finalPnL: result.finalPnL, maximumDrawdown: result.maximumDrawdown,
      maximumDrawdownFraction: peak > 0 ? result.maximumDrawdown.doubleValue / peak : 0, position: result.position,
      ordersRejected: result.counters.refusalCounts.map { ReportRefusal(code: $0.name, count: $0.count) }, decisionHash: result.decisionHash,
      halt: result.halt.map { ReportHalt(reason: $0.reason, timeMilliseconds: $0.milliseconds) }, warnings: result.warnings,
      resultsJSON: result.json.description)
  }
}
