import Cryptography
import ArgumentParser
import Conformance
import Daemon
import Engine
import Market
import Plugins
import Session
import Settings

/// `quantumedge strategies`: which plugin trades which symbol and horizon.
struct StrategiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies", abstract: "Publish, check and roll back strategy plugins by symbol and horizon.",
    subcommands: [Publish.self, Install.self, List.self, Verify.self, Rollback.self])

  struct Publish: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Install a library and make it current for a symbol and horizon; running hosts take it over.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "A library (path), the name of one that was built beside quantumedge, or an author's manifest (*.json), taken as it is.")
    var library: String
    @Option(help: "Symbol (BTCUSDT) or full instrument (binance.usdm.BTCUSDT); a manifest has its own.") var symbol: String?
    @Option(help: "Seconds between opening decisions; 0 = every event.") var horizon: Int64?
    @Option(name: .customLong("param"), parsing: .singleValue, help: "A parameter, name=value; may be repeated.") var parameters: [String] = []
    @Option(help: "in_process or process: what the manifest asks for; the settings may be stricter.") var isolation: String?
    @Flag(help: "Trade in simulation alone, beside the real ones, on the run's data.") var shadow = false
    @Option(help: "Sign what is published with this private key (quantumedge plugin keygen).") var key: String?

    private var isManifest: Bool { library.hasSuffix(".json") }

    func validate() throws {
      guard (0...86_400).contains(horizon ?? 0) else { throw ValidationError("--horizon is 0...86400 seconds") }
      if let isolation, Isolation(rawValue: isolation) == nil { throw ValidationError("--isolation is in_process or process") }
      guard isManifest else {
        guard symbol != nil else { throw ValidationError("--symbol is missing") }
        return
      }
      guard symbol == nil, horizon == nil, parameters.isEmpty, isolation == nil, !shadow, key == nil else {
        throw ValidationError("a manifest is published as it is: it has symbol, horizon, parameters, isolation, shadow and signature of its own")
      }
    }

    func run() throws {
      let loaded = try settings.load()
      let (entry, instrument) = try isManifest ? publishManifest(loaded) : publishLibrary(loaded)
      if output.json { try Console.result(StrategiesOutput.json(entry).description) }
      Console.line("published \(StrategiesOutput.line(entry))")
      try StrategiesOutput.tellHosts(entry, instrument, loaded)
    }

    /// Tried in a worker: whoever wrote it, its code does not run in the operator's shell.
    private func publishLibrary(_ loaded: Settings) throws -> (StrategyStore.Entry, Instrument) {
      let instrument = try StrategiesOutput.instrument(symbol ?? "", loaded)
      let pem = try key.map { try SigningKey.read($0) }
      let entry = try StrategiesOutput.store(loaded).publish(
        try PluginFile.read(StrategiesOutput.path(library)), instrument: instrument, horizonSeconds: horizon ?? 0,
        parameters: try Assignments.parse(parameters, option: "--param"), isolation: isolation.flatMap(Isolation.init), isShadow: shadow,
        signedBy: pem,
        trust: loaded.trustPolicy, check: StrategyLauncher(loaded).check)
      if entry.horizonSeconds > 0, !entry.manifest.events.contains("bar"), !entry.manifest.events.contains("prediction") {
        Console.warning(
          "\(entry.manifest.name) asks for neither bars nor predictions: with a horizon of \(entry.horizonSeconds) s it will never open; publish it with --horizon 0"
        )
      }
      return (entry, instrument)
    }

    private func publishManifest(_ loaded: Settings) throws -> (StrategyStore.Entry, Instrument) {
      let manifest = try StrategyManifest.read(library)
      let name = manifest.market.map { "\(loaded.pairs.venue).\($0.rawValue).\(manifest.symbol)" } ?? manifest.symbol
      let instrument = try StrategiesOutput.instrument(name, loaded)
      let resolver = StrategyResolver(runtimePath: loaded.runtimeFolder, executableFolder: Executable.folder, trust: loaded.trustPolicy)
      guard let resolved = try resolver.resolve(strategy: library, instrument: instrument, parameters: [:]).first else {
        throw PluginError(.notFound, library, "it resolves to nothing")
      }
      let entry = try StrategiesOutput.store(loaded).publish(
        resolved.file, manifest: manifest, instrument: instrument, check: StrategyLauncher(loaded).check)
      return (entry, instrument)
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Copy a library into the store by its digest, without using it.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "A library (path), or the name of one that was built beside quantumedge.") var library: String

    func run() throws {
      let loaded = try settings.load()
      let file = try PluginFile.read(StrategiesOutput.path(library))
      try file.checkDependencies()
      let path = try StrategiesOutput.store(loaded).install(file)
      if output.json {
        try Console.result(JSONValue.object([("name", .text(file.fileName)), ("digest", .text(file.digest.hex)), ("path", .text(path))]).description)
      }
      Console.line("installed \(file.fileName) as \(path)")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is current, by symbol and horizon.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let entries = try StrategiesOutput.store(settings.load()).list()
      if output.json { try Console.result(JSONValue.object([("strategies", .array(entries.map(StrategiesOutput.json)))]).description) }
      if entries.isEmpty { Console.line("nothing is published") }
      for entry in entries { Console.line(StrategiesOutput.line(entry)) }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check what is current: digest, loading, descriptor, parameters. Exit 65 at the first that fails, 66 where it is missing.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only this symbol.") var symbol: String?
    @Flag(help: "Run the conformance harness on each library too: some seconds each.") var deep = false
    @Option(help: "Of --deep: 1...10, from how strict a case on its failure fails.") var strictness = 5

    func validate() throws {
      guard Conformance.Options.strictnessRange.contains(strictness) else { throw ValidationError("--strictness is 1...10") }
    }

    func run() throws {
      let loaded = try settings.load()
      let store = StrategiesOutput.store(loaded)
      let entries = try symbol.map { try store.list(symbol: StrategiesOutput.instrument($0, loaded).id.symbol) } ?? store.list()
      guard !entries.isEmpty else {
        throw PluginError(.notFound, "\(loaded.runtimeFolder)/strategies", "nothing is published\(symbol.map { " for \($0)" } ?? "")")
      }
      for entry in entries {
        try StrategiesOutput.verify(entry, loaded)
        Console.line("ok \(StrategiesOutput.line(entry))")
      }
      if deep { try verifyDeeply(entries, store, loaded) }
      if output.json { try Console.result(JSONValue.object([("verified", .array(entries.map(StrategiesOutput.json)))]).description) }
    }

    /// Each plugin with the parameters that it is published with, every case in a process of its own.
    private func verifyDeeply(_ entries: [StrategyStore.Entry], _ store: StrategyStore, _ loaded: Settings) throws {
      var failed: [String] = []
      for entry in entries {
        var options = Conformance.Options()
        options.predictionHorizonsSeconds = loaded.models.horizonsSeconds.sorted()
        options.strictness = strictness
        options.parameters = entry.manifest.parameters
        options.horizonSeconds = entry.horizonSeconds
        let verdict = try Runner(try store.file(entry), options).run()
        let table = ResultTable(usesColour: false)
        for result in verdict.results where result.outcome.isFailure || result.outcome == .warn { Console.line(table.row(result)) }
        Console.line("\(StrategiesOutput.line(entry)): \(verdict.summary)")
        if verdict.hasFailed { failed.append(entry.manifest.name) }
      }
      guard failed.isEmpty else {
        throw SessionError(.badData, "\(failed.joined(separator: ", ")): it does not conform; see all cases with: quantumedge-conformance MANIFEST")
      }
    }
  }

  struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make the version before the current one current.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Symbol.") var symbol: String
    @Option(help: "Seconds.") var horizon: Int64 = 0

    func run() throws {
      let loaded = try settings.load()
      let instrument = try StrategiesOutput.instrument(symbol, loaded)
      let entry = try StrategiesOutput.store(loaded).rollback(symbol: instrument.id.symbol, horizonSeconds: horizon)
      if output.json { try Console.result(StrategiesOutput.json(entry).description) }
      Console.line("rolled back to \(StrategiesOutput.line(entry))")
      try StrategiesOutput.tellHosts(entry, instrument, loaded)
    }
  }
}

/// What the strategies commands share.
enum StrategiesOutput {
  static func store(_ settings: Settings) -> StrategyStore { StrategyStore(runtimePath: settings.runtimeFolder, hostVersion: HostVersion.text) }

  /// A bare name is a library beside the executable.
  static func path(_ library: String) -> String {
    library.contains("/") || library.hasSuffix(".so") ? library : "\(Executable.folder)/lib\(library).so"
  }

  static func instrument(_ symbol: String, _ settings: Settings) throws -> Instrument {
    guard let instrument = settings.pairs.instrument(symbol) else {
      throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(symbol) is not in pairs.yaml; add it there")
    }
    if let reason = instrument.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
    return instrument
  }

  /// Hosts that run it take it over; one that refuses goes on with what it has.
  ///
  /// - Throws: when one refuses: what is published is then not what runs.
  static func tellHosts(_ entry: StrategyStore.Entry, _ instrument: Instrument, _ settings: Settings) throws {
    for warning in Quarantine.warnings(entry.manifest.pluginDigest, settings) { Console.warning(warning) }
    let answers = RunningHosts(settings: settings).reload(symbol: instrument.id.symbol, horizonSeconds: entry.horizonSeconds)
    for answer in answers { Console.line("host in mode \(answer.mode.rawValue): \(answer.text)") }
    let refused = answers.filter { !$0.isDone }.map(\.mode.rawValue)
    guard refused.isEmpty else {
      throw SessionError(
        .failed, "it is published, and the host in mode \(refused.joined(separator: ", ")) goes on without it; it takes effect with its next start")
    }
  }

  /// Digest, signature where it is asked for, and one start with its parameters.
  static func verify(_ entry: StrategyStore.Entry, _ settings: Settings) throws {
    let resolver = StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: Executable.folder, trust: settings.trustPolicy)
    let name = entry.manifest.market.map { "\(settings.pairs.venue).\($0.rawValue).\(entry.symbol)" } ?? entry.symbol
    let instrument = try instrument(name, settings)
    let resolved = try resolver.published(entry, for: instrument)
    try StrategyLauncher(settings).verify(resolved, instrument)
  }

  static func line(_ entry: StrategyStore.Entry) -> String {
    let parameters = entry.manifest.parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let market = entry.manifest.market.map { "\($0.rawValue)." } ?? ""
    let isolation = entry.manifest.isolation.map { " [\($0.rawValue)]" } ?? ""
    let shadow = entry.manifest.isShadow == true ? " [shadow]" : ""
    let signature = entry.manifest.signature.map { "  signed by \($0.publicKey.prefix(16))" } ?? ""
    return
      "\(entry.manifest.name) on \(market)\(entry.symbol)/\(entry.horizonSeconds)\(isolation)\(shadow)\(parameters)  version \(entry.version)\(signature)"
  }

  static func json(_ entry: StrategyStore.Entry) -> JSONValue {
    .object([
      ("name", .text(entry.manifest.name)), ("symbol", .text(entry.symbol)), ("market", entry.manifest.market.map { .text($0.rawValue) } ?? .null),
      ("horizon", .integer(Int(entry.horizonSeconds))), ("version", .text(entry.version)), ("digest", .text(entry.manifest.pluginDigest.hex)),
      ("isolation", entry.manifest.isolation.map { .text($0.rawValue) } ?? .null),
      ("shadow", .boolean(entry.manifest.isShadow == true)),
      ("signed_by", entry.manifest.signature.map { .text($0.publicKey) } ?? .null),
      ("parameters", .object(entry.manifest.parameters.sorted { $0.key < $1.key }.map { (key: $0.key, value: .text($0.value)) })),
      ("versions", .array(entry.versions.map { .text($0) })),
    ])
  }
}
