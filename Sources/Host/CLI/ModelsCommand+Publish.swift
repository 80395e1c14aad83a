import ArgumentParser
import Features
import Market
import Models
import Plugins
import Session
import Settings

/// `quantumedge models publish`.
struct ModelsPublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Copy a model with its adapter and make it current for its symbol and horizon; running hosts take it over.",
    discussion: """
      From an artefact folder (or its manifest.json) as training or the Python system leaves it, or from a model file with --model, \
      --symbol and --horizon. The adapter is the manifest's, --adapter, or what ml.adapters has for the format. Everything is checked \
      before the swap: digests, that the adapter takes the model, one prediction.
      """)

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "Artefact folder, or its manifest.json.") var artefact: String?
  @Option(help: ArgumentHelp("A model file without a manifest.", valueName: "file")) var model: String?
  @Option(help: "With --model: symbol (BTCUSDT) or full instrument (binance.usdm.BTCUSDT).") var symbol: String?
  @Option(help: "With --model: seconds ahead, 1...86400.") var horizon: Int64?
  @Option(help: "With --model: what the file is; the adapter is chosen by it.") var format: String?
  @Option(help: ArgumentHelp("With --model: the plugin that evaluates it, a path or the name of one built beside quantumedge.", valueName: "library"))
  var adapter: String?
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("With --model: a library that the adapter is lent; may be repeated.", valueName: "file")) var runtime: [String] = []
  @Option(name: .customLong("param"), parsing: .singleValue, help: "With --model: a parameter of the adapter, name=value; may be repeated.")
  var parameters: [String] = []
  @Option(help: "With --model: the features that it was trained on; default feat.v1.") var features: String?
  @Option(help: "Sign what is published with this private key (quantumedge plugin keygen).") var key: String?

  func validate() throws {
    guard (artefact == nil) != (model == nil) else { throw ValidationError("give an artefact folder, or --model FILE") }
    if artefact != nil {
      guard symbol == nil, horizon == nil, format == nil, adapter == nil, runtime.isEmpty, parameters.isEmpty, features == nil else {
        throw ValidationError("an artefact has a manifest: symbol, horizon, format, adapter, runtimes, parameters and features stand there")
      }
      return
    }
    guard symbol != nil, let horizon else { throw ValidationError("--model wants --symbol and --horizon") }
    guard (1...86_400).contains(horizon) else { throw ValidationError("--horizon is 1...86400 seconds") }
    if let features, FeatureSchema.named(features) == nil {
      throw ValidationError("--features is one of \(FeatureSchema.all.map(\.name).joined(separator: ", "))")
    }
  }

  func run() throws {
    let loaded = try settings.load()
    let (resolved, instrument) = try resolve(loaded)
    for note in resolved.notes { Console.warning(note) }
    let signing = ModelStore.Signing(pem: try key.map { try SigningKey.read($0) }, trust: loaded.trustPolicy)
    let entry = try ModelsOutput.store(loaded).publish(
      resolved, instrument: instrument, keepVersions: Int(loaded.models.keepVersions), signing: signing)
    if output.json { try Console.result(ModelsOutput.json(entry).description) }
    Console.line("published \(ModelsOutput.line(entry))")
    if loaded.models.source == .legacy {
      Console.warning("ml.model_source is legacy: hosts of these settings use the registry, not what is published")
    }
    try ModelsOutput.tellHosts(entry, loaded)
  }

  private func resolve(_ loaded: Settings) throws -> (ResolvedModel, Instrument) {
    let adapters = ModelsOutput.adapters(loaded)
    let isStrict = loaded.models.strictCompatibility
    if let artefact {
      let resolved = try ResolvedModel.read(artefact, adapters: adapters, isStrict: isStrict)
      let name = ModelsOutput.name(resolved.symbol, resolved.manifest.market, loaded)
      return (resolved, try StrategiesOutput.instrument(name, loaded))
    }
    let instrument = try StrategiesOutput.instrument(symbol ?? "", loaded)
    let file = try ModelFile.read(model ?? "")
    guard let schema = FeatureSchema.named(features ?? FeatureSchema.v1.name) else {
      throw ValidationError("--features is one of \(FeatureSchema.all.map(\.name).joined(separator: ", "))")
    }
    var manifest = ModelManifest(
      symbol: instrument.id.symbol, market: instrument.id.market, horizonSeconds: horizon ?? 0, schema: schema,
      model: ModelManifest.File(path: file.fileName, digest: file.digest), createdAt: ModelsOutput.nowSeconds)
    if let format { manifest.modelFormat = format }
    manifest.parameters = try Assignments.parse(parameters, option: "--param")
    let resolved = try ResolvedModel.make(
      file, manifest: manifest, adapter: try adapter.map { try PluginFile.read(StrategiesOutput.path($0)) },
      runtimes: try runtime.map { try PluginFile.read($0) }, adapters: adapters, isStrict: isStrict)
    return (resolved, instrument)
  }
}
