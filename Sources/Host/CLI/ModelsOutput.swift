import Cryptography
import Daemon
import Kernel
import Market
import Models
import Plugins
import Session
import Settings

/// What the models commands share.
enum ModelsOutput {
  static var nowSeconds: Int64 { Clocks.realtimeNanoseconds() / 1_000_000_000 }

  static func store(_ settings: Settings) -> ModelStore { ModelStore(runtimePath: settings.runtimeFolder, hostVersion: HostVersion.text) }

  static func adapters(_ settings: Settings) -> ModelAdapters { ModelAdapters(settings.models.adapters, folder: Executable.folder) }

  /// The instrument's name as pairs.yaml is asked for it.
  static func name(_ symbol: String, _ market: Market?, _ settings: Settings) -> String {
    market.map { "\(settings.pairs.venue).\($0.rawValue).\(symbol)" } ?? symbol
  }

  /// Hosts that run it take it over; one that refuses goes on with what it has.
  ///
  /// - Throws: when one refuses: what is published is then not what runs.
  static func tellHosts(_ entry: ModelStore.Entry, _ settings: Settings) throws {
    for warning in Quarantine.warnings(entry.manifest.model.digest, settings) { Console.warning(warning) }
    let answers = RunningHosts(settings: settings).reloadModel(symbol: entry.symbol, horizonSeconds: entry.horizonSeconds)
    for answer in answers { Console.line("host in mode \(answer.mode.rawValue): \(answer.text)") }
    let refused = answers.filter { !$0.isDone }.map(\.mode.rawValue)
    guard refused.isEmpty else {
      throw SessionError(
        .failed, "it is published, and the host in mode \(refused.joined(separator: ", ")) goes on without it; it takes effect with its next start")
    }
  }

  static func line(_ entry: ModelStore.Entry) -> String {
    let manifest = entry.manifest
    let parameters = manifest.parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let market = manifest.market.map { "\($0.rawValue)." } ?? ""
    let adapter = manifest.adapter.map { "  adapter \($0.path) \($0.digest.hex.prefix(12))" } ?? ""
    let signature = manifest.signature.map { "  signed by \($0.publicKey.prefix(16))" } ?? ""
    return "\(market)\(entry.symbol)/\(entry.horizonSeconds) \(manifest.modelFormat) \(manifest.featuresVersion)\(parameters)  "
      + "model \(manifest.model.digest.hex.prefix(12))\(adapter)  version \(entry.version)\(signature)"
  }

  static func json(_ entry: ModelStore.Entry) -> JSONValue {
    let manifest = entry.manifest
    return .object([
      ("symbol", .text(entry.symbol)), ("market", manifest.market.map { .text($0.rawValue) } ?? .null),
      ("horizon", .integer(Int(entry.horizonSeconds))), ("version", .text(entry.version)), ("format", .text(manifest.modelFormat)),
      ("features", .text(manifest.featuresVersion)), ("digest", .text(manifest.model.digest.hex)),
      ("adapter", manifest.adapter.map { .text($0.path) } ?? .null), ("adapter_digest", manifest.adapter.map { .text($0.digest.hex) } ?? .null),
      ("runtimes", .array(manifest.runtimes.map { .object([("path", .text($0.path)), ("digest", .text($0.digest.hex))]) })),
      ("parameters", .object(manifest.parameters.sorted { $0.key < $1.key }.map { (key: $0.key, value: .text($0.value)) })),
      ("created_at", manifest.createdAt.map { .integer(Int($0)) } ?? .null), ("rows", manifest.trainingData.rows.map { .integer(Int($0)) } ?? .null),
      ("signed_by", manifest.signature.map { .text($0.publicKey) } ?? .null), ("versions", .array(entry.versions.map { .text($0) })),
    ])
  }
}
