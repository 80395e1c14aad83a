import Backtest
import Conformance
import Cryptography
import Daemon
import Drill
import Engine
import Feeds
import Journal
import Kernel
import Market
import Plugins
import Replay
import SecretGuard
import Session
import Settings
import Storage

/// The looks of `predeploy`, part by part. Each gives its findings; none ends the others.
struct Predeploy {
  let reading: SettingsReading
  let instrument: Instrument
  let ticksPath: String
  /// For all that is written.
  let folder: String
  let guarded: String
  let isOffline: Bool
  let strictness: Int

  static let strictnessRange = Conformance.Options.strictnessRange

  enum Part: CaseIterable { case settings, secrets, doctor, plugins, backtest, limits }
  static let parts = Part.allCases

  private var settings: Settings { reading.settings }

  func look(_ part: Part) -> [Finding] {
    do {
      switch part {
      case .settings: return settingsFindings()
      case .secrets: return try secretFindings()
      case .doctor: return doctorFindings()
      case .plugins: return try pluginFindings()
      case .backtest: return try backtestFindings()
      case .limits: return try limitFindings()
      }
    } catch {
      return [.fail("\(part)", "\(error)", cure: "mend it, and run predeploy again")]
    }
  }

  // MARK: What is there

  private func settingsFindings() -> [Finding] {
    let others = CompanionFile.all.flatMap { $0.violations(besides: reading.place.file) }
    return others.map { .fail("settings", $0, cure: "mend it, and look again with: quantumedge config check") }
      + reading.warnings.map { .warn("settings", $0, cure: "remove the key if that is not what you want") }
      + (others.isEmpty
        ? [.pass("settings", "\(reading.place.file ?? "built-in defaults"), mode \(settings.mode.rawValue), \(reading.origins.count) keys set")] : [])
  }

  private func secretFindings() throws -> [Finding] {
    let report = try SecretGuard.check(SecretGuard.Options(folder: guarded, isStaged: false, allowList: nil))
    // Where secrets belong: encrypted, and this host's own.
    let container = Files.realPath(settings.resolved(settings.secrets.file))
    let found = report.findings.filter { container == nil || Files.realPath("\(guarded)/\($0.path.text)") != container }.map { finding in
      Finding.fail(
        "secrets", "\(finding.path.text):\(finding.line): \(finding.rule.id): \(finding.what)", cure: "take it out, and make the key invalid")
    }
    let unread = report.unreadable.map { Finding.fail("secrets", "\($0.path.text): cannot be read: \($0.reason)", cure: "make it readable") }
    return found + unread + (found.isEmpty && unread.isEmpty ? [.pass("secrets", "\(guarded): none in \(report.files) files")] : [])
  }

  /// What the doctor finds amiss; its passes are one line.
  private func doctorFindings() -> [Finding] {
    let all =
      Doctor.mode(settings) + Doctor.secrets(settings) + Doctor.feed(settings) + Doctor.plugins(settings) + Doctor.models(settings)
      + Doctor.folders(settings) + Doctor.state(settings)
      + (isOffline ? [] : Doctor.network(settings)) + Doctor.processors(settings) + Doctor.system()
    let amiss = all.filter { $0.status != .pass }
    let passed = all.count - amiss.count
    return amiss + [.pass("doctor", "\(passed) of \(all.count) looks passed")]
  }

  /// Each library that is published for the symbol, in the harness, with the parameters that it has.
  private func pluginFindings() throws -> [Finding] {
    let store = StrategiesOutput.store(settings)
    let entries = try store.list(symbol: instrument.id.symbol)
    guard !entries.isEmpty else {
      return [
        .fail(
          "plugins", "nothing is published for \(instrument.id.symbol)",
          cure: "publish a strategy with: quantumedge strategies publish EMACross --symbol \(instrument.id.symbol)")
      ]
    }
    return try entries.map { entry in
      try StrategiesOutput.verify(entry, settings)
      var options = Conformance.Options()
      options.strictness = strictness
      options.predictionHorizonsSeconds = settings.models.horizonsSeconds.sorted()
      options.parameters = entry.manifest.parameters
      options.horizonSeconds = entry.horizonSeconds
      let verdict = try Runner(try store.file(entry), options).run()
      let what = "\(entry.manifest.name)@\(entry.symbol)/\(entry.horizonSeconds): \(verdict.summary)"
      guard verdict.hasFailed else { return .pass("plugins", what) }
      let failed = verdict.results.filter(\.outcome.isFailure).map(\.id).joined(separator: ", ")
      return .fail("plugins", "\(what): \(failed)", cure: "see the cases with: quantumedge strategies verify --deep")
    }
  }

  // MARK: The data writers

  /// A backtest of what is published, whose report, journal and ticks are read again and held to what happened.
  private func backtestFindings() throws -> [Finding] {
    let request = BacktestRequest(
      symbol: instrument.id.description, ticksPath: ticksPath, reportFolder: "\(folder)/report", journalFolder: "\(folder)/journal")
    do throws(KernelError) { try Files.createFolders(folder) } catch { throw SessionError(.unavailable, "\(error)") }
    var settings = settings
    // The drill below is for limits: a switch that is on would leave nothing to write.
    settings.killSwitch.enabled = false
    let result = try Backtest(
      request: request, settings: settings, executableFolder: Executable.folder, hostVersion: HostVersion.text,
      quarantined: Quarantine.objections(settings)
    ).run { _ in }
    var findings: [Finding] = [
      .pass(
        "backtest",
        "\(result.ticks) events, \(result.counters.fills) fills, pnl \(DecimalText.format(result.finalPnL, decimals: 4)), "
          + "\(result.counters.refusals) refused; decisions \(result.decisionHash.prefix(12))")
    ]
    findings += result.warnings.map { .warn("backtest", $0, cure: "know it when you read the figures") }
    findings.append(try reportFinding(result))
    findings.append(try journalFinding(result))
    findings.append(try tickFinding())
    return findings
  }

  private func reportFinding(_ result: BacktestResult) throws -> Finding {
    let (report, rows) = ("\(folder)/report", result.counters.fills)
    do throws(KernelError) {
      let text = try Files.read("\(report)/trades.csv", limit: 1 << 30)
      let lines = text.count { $0 == UInt8(ascii: "\n") } - 1
      guard lines == rows else { return .fail("report", "\(report)/trades.csv has \(lines) rows for \(rows) fills", cure: "look at the disk") }
      for name in ["report.html", "equity.csv", "roundtrips.csv", "results.json"] { _ = try Files.size("\(report)/\(name)") }
    } catch { return .fail("report", "\(error)", cure: "look at the disk") }
    return .pass("report", "\(report)/report.html; trades.csv has a row for each of \(rows) fills")
  }

  private func journalFinding(_ result: BacktestResult) throws -> Finding {
    let journal = "\(folder)/journal"
    let summary = try JournalSummary.read(journal, checksChain: true)
    let replay = try JournalReplay(folder: journal, runtimePath: settings.runtimeFolder).verify()
    guard replay.divergence == nil, replay.decisionHash == result.decisionHash, summary.ending == .sealed else {
      return .fail("journal", "\(journal): \(replay.text)", cure: "a plugin reads more than its inputs, or the disk is not sound")
    }
    return .pass("journal", "\(summary.records) records as written; \(replay.decisions) decisions replayed, all equal")
  }

  /// The journal's trades through the tick storage, and back.
  private func tickFinding() throws -> Finding {
    var options = StorageOptions(
      folder: "\(folder)/data",
      symbols: [
        StorageOptions.Symbol(
          name: instrument.id.symbol, market: instrument.id.market.rawValue, priceScale: Int(instrument.spec.priceScale),
          quantityScale: Int(instrument.spec.quantityScale))
      ])
    options.flushRows = Int(settings.storage.flushRows)
    options.flushNanoseconds = settings.storage.flushMilliseconds * 1_000_000
    var sent = Totals()
    let storage: MarketStorage
    do throws(KernelError) {
      storage = try MarketStorage(options)
      try storage.start()
    } catch { throw SessionError(.unavailable, "\(error)") }
    try JournalSummary.forEach("\(folder)/journal") { _, record in
      guard let (time, trade, _) = record.trade() else { return }
      // Nobody waits for a feed here: the writer is given the time that it needs.
      while sent.rows - storage.status.taken > 20_000, storage.status.trouble == nil { Clocks.sleep(nanoseconds: 200_000) }
      storage.recorder.trade(trade, instrument: 0, milliseconds: time.exchangeMilliseconds)
      sent.add(trade, time.exchangeMilliseconds)
    }
    storage.finish()
    let status = storage.status
    var read = Totals()
    for path in status.files {
      let source = try ReplaySource.open(path: path, instrument: instrument)
      while let event = try source.next() {
        if case .trade(let trade) = event.payload { read.add(trade, event.exchangeNanoseconds / 1_000_000) }
      }
    }
    guard status.trouble == nil, status.dropped == 0, read == sent else {
      let trouble = status.trouble ?? "\(sent.rows) rows were written, \(read.rows) read, \(status.dropped) dropped"
      return .fail("storage", "\(folder)/data: \(trouble)", cure: "look at the disk")
    }
    return .pass("storage", "\(sent.rows) ticks written and read again, equal to the last one")
  }

  /// Of rows, in their order.
  private struct Totals: Equatable {
    var rows = 0
    private var hash: UInt64 = 14_695_981_039_346_656_037

    mutating func add(_ trade: Trade, _ milliseconds: Int64) {
      rows += 1
      for value in [milliseconds, trade.price.raw, trade.quantity.raw, Int64(trade.takerSide.rawValue)] {
        hash = (hash ^ UInt64(bitPattern: value)) &* 1_099_511_628_211
      }
    }
  }

  // MARK: The limits

  private func limitFindings() throws -> [Finding] {
    let verdicts = try LimitDrill(settings, instrument: instrument, price: try firstPrice()).run()
    return verdicts.map { verdict in
      let limit = verdict.limit.isEmpty ? "" : " \(verdict.limit)"
      return switch verdict.outcome {
      case .hit(let text, let wasLeft):
        .pass("limits", "\(verdict.name)\(limit): \(text)\(wasLeft ? "; what was held could be left" : "")")
      case .theAccounts: .pass("limits", "\(verdict.name): none of its own, the account's holds")
      case .unlimited: .warn("limits", "\(verdict.name): there is no such limit", cure: "set one")
      case .outOfReach(let why): .warn("limits", "\(verdict.name)\(limit): nothing gets there: \(why)", cure: "tighten it if it is to protect")
      case .failed(let what): .fail("limits", "\(verdict.name)\(limit): \(what)", cure: "do not trade with this host; report it")
      }
    }
  }

  private func firstPrice() throws -> Price {
    var found: Price?
    let source = try ReplaySource.open(path: ticksPath, instrument: instrument)
    while found == nil, let event = try source.next() {
      if case .trade(let trade) = event.payload { found = trade.price }
    }
    guard let found else { throw SessionError(.badData, "\(ticksPath): there is no trade in it") }
    return found
  }
}
