import Cryptography
import Engine
import Feeds
import Journal
import Kernel
import Market
import Plugins
import Report
import Risk
import Session
import Settings

/// Replays a tick file or a recording through the engine and the practice venue.
public struct Backtest {
  public var request: BacktestRequest
  public var settings: Settings
  /// Where `--strategy NAME` finds libraries that are not published.
  public var executableFolder: String
  public var hostVersion: String
  private let quarantined: @Sendable (Digest) -> String?

  /// - Parameter quarantined: why a model file is not to be used; nil = it may.
  public init(
    request: BacktestRequest, settings: Settings, executableFolder: String, hostVersion: String,
    quarantined: @escaping @Sendable (Digest) -> String? = { _ in nil }
  ) {
    self.quarantined = quarantined
    self.request = request
    self.settings = settings
    self.executableFolder = executableFolder
    self.hostVersion = hostVersion
  }

  /// Runs to the end of the file.
  ///
  /// - Parameter progress: called now and then with the part of the file that is done, 0...1.
  /// - Throws: a `Fault`; nothing that looks like a finished report is left then.
  public func run(progress: (Double) -> Void) throws -> BacktestResult {
    let start = Clocks.monotonicNanoseconds()
    var warnings: [String] = []
    let instrument = try InstrumentChoice.instrument(for: request, settings: settings, warnings: &warnings)
    let models = ModelSource(settings, executableFolder: executableFolder, folder: request.modelsFolder, quarantined: quarantined)
    let resolved = try strategies(for: instrument, models)
    let session = try TradingSession(
      instruments: [instrument], strategies: resolved.map { (instrument: 0, resolved: $0) }, settings: settings
    ) { index, isRead in isRead ? models.places(of: instrument, index: index) : [] }
    try BacktestModels.check(session, settings, warnings: &warnings)
    let input = try BacktestInput.open(request, instrument)
    let syntheticWarning =
      "quotes are synthetic: the data has trades alone, so bid and ask are the last trade with a spread of \(Self.bps(settings.simulation.syntheticSpread))"
    if !input.hasQuotes, settings.simulation.syntheticSpread.raw > 0 || settings.simulation.fillPrice == .quote { warnings.append(syntheticWarning) }
    let recorder = BacktestRecorder(
      instrument: instrument, instances: session.instances.map(\.id), initialEquity: settings.simulation.initialCash,
      report: try makeReport(session, instrument))
    let journal = try makeJournal(session)
    var result: BacktestResult
    do {
      result = try run(session, input, recorder, journal, began: start, progress: progress)
      // What makes all figures worth nothing comes first.
      result.warnings.insert(contentsOf: warnings, at: result.models.count { $0.inSampleMilliseconds != nil })
      // The page says both in banners of their own.
      let inSample = result.models.compactMap(\.inSampleWarning)
      var summary = try summary(of: result, warnings: result.warnings.filter { $0 != syntheticWarning && !inSample.contains($0) })
      summary.inSample = inSample
      try recorder.finish(summary, result.figures)
    } catch {
      // A journal of half a run would be taken for one of a run, and its folder be refused to the next try.
      journal?.discard()
      throw error
    }
    return result
  }

  private func run(
    _ session: TradingSession, _ input: consuming BacktestInput, _ recorder: BacktestRecorder, _ journal: JournalWriter?, began start: Int64,
    progress: (Double) -> Void
  ) throws -> BacktestResult {
    let instrument = session.instruments[0]
    let models = BacktestModels(session, settings)
    var loop = session.makeLoop(hasQuotes: input.hasQuotes, clock: input.clock(request), observer: recorder, journal: journal)
    loop.watchModels(models.monitor)
    if settings.killSwitch.enabled { loop.command(.kill, receiveNanoseconds: 0) }
    let loaded = Clocks.monotonicNanoseconds()
    var span = try replay(input, through: &loop, recorder, session, progress: progress)
    let ended = Clocks.monotonicNanoseconds()
    loop.closeJournal()
    if let trouble = loop.journalTrouble { throw SessionError(.unavailable, "the journal is not whole: \(trouble)") }
    span.inputs.areQuotesSynthetic = !input.hasQuotes

    guard let figures = recorder.figures(loop.engine) else { throw SessionError(.internalError, "the figures of a run were taken twice") }
    let hashes = loop.decisionHashes()
    var result = BacktestResult(
      symbol: instrument.id.symbol, instrument: instrument, ticks: recorder.tickIndex, badRowsSkipped: input.skippedRowCount,
      firstMilliseconds: span.first, lastMilliseconds: span.last, inputs: span.inputs, counters: loop.counters,
      initialEquity: settings.simulation.initialCash,
      finalEquity: loop.engine.equity, cash: loop.engine.cash, maximumDrawdown: loop.engine.maximumDrawdown, peak: loop.engine.peak,
      position: Quantity(raw: loop.engine.book(instrument: 0).position), figures: figures,
      limits: recorder.hasReport ? limits(recorder.limits, session, instrument) : nil,
      firstRefusals: recorder.firstRefusals.entries, halt: recorder.halt, decisionHash: hashes.run.hex,
      instances: zip(session.instances, hashes.instances).map {
        BacktestResult.Instance(id: $0.id, digest: $0.digest.hex, decisionHash: $1.hex, parameters: $0.parameterTexts)
      }, warnings: [], reportPath: request.reportFolder, loadNanoseconds: loaded - start, runNanoseconds: ended - loaded, cpuSeconds: 0,
      peakResidentBytes: 0)
    for instance in session.instances {
      let missing = span.inputs.missing(for: instance.binding.wants)
      guard !missing.isEmpty else { continue }
      let made = !input.hasQuotes && missing.contains("quotes") ? " (its quotes are made from trades)" : ""
      result.warnings.append(
        "\(instance.id) reads \(missing.joined(separator: ", ")), and the data has none\(made): a session that had them may have decided otherwise")
    }
    result.models = models.results(loop.engine, first: span.first, last: span.last)
    result.warnings.insert(contentsOf: result.models.compactMap(\.inSampleWarning), at: 0)
    result.warnings += Self.warnings(span.inputs)
    for row in input.skippedRows { result.warnings.append("\(request.ticksPath):\(row.line): skipped: \(row.reason)") }
    if input.skippedRowCount > input.skippedRows.count {
      result.warnings.append("\(request.ticksPath): \(input.skippedRowCount) bad rows were skipped in all")
    }
    result.cpuSeconds = ProcessFigures.cpuSeconds()
    result.peakResidentBytes = ProcessFigures.peakResidentBytes()
    return result
  }

  /// What a recording did not hold as one would wish.
  private static func warnings(_ inputs: BacktestInputs) -> [String] {
    guard let recording = inputs.recording else { return [] }
    var warnings: [String] = []
    if recording.firstReceiveNanoseconds < 0 {
      warnings.append("the receive times are the venue's own: nothing that depends on the way from the venue is in the figures")
    }
    if recording.bookGaps > 0 {
      warnings.append("the order book had \(recording.bookGaps) gaps: from each to the next snapshot the run had no depth")
    }
    if recording.depthUpdates == 0, recording.depthUpdatesWithoutBook > 0 {
      warnings.append("the run had no depth: the recording's \(recording.depthUpdatesWithoutBook) updates need a snapshot (--snapshot)")
    }
    return warnings
  }

  /// What is asked for, else what is published to trade, shadows left out; where only models are, the ensemble over them.
  private func strategies(for instrument: Instrument, _ models: ModelSource) throws -> [ResolvedStrategy] {
    let resolver = StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: executableFolder, trust: settings.trustPolicy)
    if request.strategy == nil {
      let (published, settings) = (try resolver.published(for: instrument), settings)
      let isReal = { !settings.isShadow($0, on: instrument) }
      if published.contains(where: isReal) {
        return try resolver.resolve(strategy: nil, instrument: instrument, parameters: request.parameters).filter(isReal)
      }
      if models.hasAny(for: instrument) {
        return try resolver.resolve(strategy: "HorizonEnsemble", instrument: instrument, parameters: request.parameters)
      }
      if let shadow = published.first {
        throw PluginError(.notFound, shadow.source, "only shadows are published for \(instrument.id.symbol); name what is to trade with --strategy")
      }
    }
    return try resolver.resolve(strategy: request.strategy, instrument: instrument, parameters: request.parameters)
  }

  private func makeJournal(_ session: TradingSession) throws -> JournalWriter? {
    guard let folder = request.journalFolder else { return nil }
    try session.keepLibraries(in: ArtefactStore(runtimePath: settings.runtimeFolder))
    let head = session.journalHead(
      settings, mode: "backtest", account: "practice", startedAt: UTCStamp.text(nanoseconds: Clocks.realtimeNanoseconds()),
      host: .current(version: hostVersion))
    return try JournalWriter(folder: folder, head: head, options: settings.journal.options(syncing: JournalSync.none))
  }

  private func makeReport(_ session: TradingSession, _ instrument: Instrument) throws -> ReportRecorder? {
    guard let folder = request.reportFolder else { return nil }
    var codes = [String](repeating: "", count: 256)
    for code in RefusalCode.allCases { codes[Int(code.rawValue)] = code.name }
    return try ReportRecorder(
      folder: folder, instrument: instrument, instances: session.instances.map(\.id), refusalCodes: codes,
      feeAssets: [instrument.quoteAsset, instrument.baseAsset, "third asset"], initialEquity: settings.simulation.initialCash)
  }

  private static func bps(_ rate: BasisPoints) -> String { DecimalText.formatShort(Int128(rate.raw), scale: BasisPoints.scale) + " bps" }

  private func limits(_ peaks: LimitPeaks, _ session: TradingSession, _ instrument: Instrument) -> [ReportLimit] {
    peaks.ranked.map { peak in
      let use = peak.use
      let scope = use.instance >= 0 ? session.instances[Int(use.instance)].id : use.instrument >= 0 ? instrument.id.symbol : "account"
      return ReportLimit(
        code: use.code.name, scope: scope, value: use.text(use.value, spec: instrument.spec), limit: use.text(use.limit, spec: instrument.spec),
        unit: use.unitName(instrument), fraction: use.fraction, timeMilliseconds: peak.timeMilliseconds)
    }
  }

  private func summary(of result: BacktestResult, warnings: [String]) throws -> ReportSummary {
    let model = settings.simulation
    let simulation =
      [
        ReportSetting(section: "Simulation", name: "fills at", value: model.fillPrice == .trade ? "the last trade's price" : "the quote"),
        ReportSetting(section: "Simulation", name: "taker fee", value: Self.bps(model.takerFee)),
        ReportSetting(section: "Simulation", name: "maker fee", value: Self.bps(model.makerFee)),
        ReportSetting(
          section: "Simulation", name: "synthetic spread",
          value: result.inputs.areQuotesSynthetic ? Self.bps(model.syntheticSpread) : "not used: the data has quotes"),
        ReportSetting(section: "Simulation", name: "inputs", value: result.inputs.kinds.map { "\($0.name) \($0.count)" }.joined(separator: ", ")),
      ] + SimulationSettings.rows(of: settings)
      + (request.snapshotPath.map { [ReportSetting(section: "Simulation", name: "depth snapshots", value: $0)] } ?? [])
      + result.models.map { ReportSetting(section: "Models", name: $0.id, value: $0.words) }
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
        timeRangeMilliseconds: result.firstMilliseconds <= result.lastMilliseconds ? result.firstMilliseconds...result.lastMilliseconds : nil,
        inputs: result.inputs.kinds.map(\.name),
        syntheticSpread: result.inputs.areQuotesSynthetic ? Self.bps(model.syntheticSpread) : nil),
      ticks: result.ticks, fills: result.counters.fills, trades: result.counters.trades, wins: result.counters.wins,
      realizedPnL: result.realizedPnL, fees: result.counters.fees, initialEquity: result.initialEquity, finalEquity: result.finalEquity,
      finalPnL: result.finalPnL, maximumDrawdown: result.maximumDrawdown,
      maximumDrawdownFraction: peak > 0 ? result.maximumDrawdown.doubleValue / peak : 0, position: result.position,
      ordersRejected: result.counters.refusalCounts.map { ReportRefusal(code: $0.name, count: $0.count) }, decisionHash: result.decisionHash,
      halt: result.halt.map { ReportHalt(reason: $0.reason, timeMilliseconds: $0.milliseconds) }, limits: result.limits, warnings: warnings,
      resultsJSON: result.json.description)
  }
}
