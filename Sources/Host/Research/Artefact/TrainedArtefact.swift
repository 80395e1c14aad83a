import Cryptography
import Features
import Kernel
import Market
import Models
import Plugins

/// A trained model on disk: its folder, laid out as the reference's trainer does, and what the registry has of it.
public struct TrainedArtefact: Sendable, Hashable {
  /// `artifacts/models/<SYMBOL>/<horizon>/<YYYYMMDD-HHMMSS>`.
  public var folder: String
  public var modelPath: String
  public var reportPath: String
  public var digest: Digest
  /// The copy that the registry names.
  public var legacyPath: String
}

/// Where trained models are put.
public struct ArtefactPlace: Sendable {
  /// `artifacts/models`.
  public var artefacts: String
  /// `storage/models`, with registry.json.
  public var registry: ModelRegistry

  public init(artefacts: String, registryFolder: String) {
    self.artefacts = artefacts
    registry = ModelRegistry(folder: registryFolder)
  }

  /// Trainings of a symbol and horizon before this one; a registry that cannot be read is an error.
  func trials(symbol: String, horizonSeconds: Int) throws(PluginError) -> Int {
    Int(try registry.trials(symbol: symbol, horizonSeconds: Int64(horizonSeconds)))
  }

  /// Writes the model, its manifest and its reports into a folder of their own, then the copy and the entry of the registry.
  ///
  /// - Parameters:
  ///   - model: its trials are set to what the registry has by now.
  ///   - nanoseconds: of now, since the epoch.
  /// - Throws: `ResearchError` and `PluginError`; a folder that is not whole gets no name of ours.
  public func write(_ model: inout TrainedModel, nanoseconds: Int64) throws -> TrainedArtefact {
    let name = "\(ModelRegistry.stem(symbol: model.symbol, horizonSeconds: Int64(model.horizonSeconds))).json"
    let file = ModelFile(path: name, bytes: model.model)
    let digest = file.digest
    var folder = ""
    let entry = try registry.record(symbol: model.symbol, horizonSeconds: Int64(model.horizonSeconds)) { trials in
      model.count(trials: Int(trials) + 1)
      let manifest = model.manifest(file: ModelManifest.File(path: name, digest: digest), createdAtSeconds: nanoseconds / 1_000_000_000)
      do throws(KernelError) { folder = try writeFolder(model, manifest, digest, nanoseconds) } catch { throw ResearchError(error) }
      let entry = ModelRegistry.Entry(
        symbol: model.symbol, horizonSeconds: Int64(model.horizonSeconds), createdAtSeconds: nanoseconds / 1_000_000_000,
        schemaHash: Digest(bytes: model.schema.hash).hex, modelPath: name, digest: digest, metrics: manifest.metrics,
        market: manifest.market, trainingData: manifest.trainingData, baseline: manifest.baseline)
      return (entry, file)
    }
    return TrainedArtefact(
      folder: folder, modelPath: "\(folder)/\(name)", reportPath: "\(folder)/report.html", digest: digest, legacyPath: entry.modelPath)
  }

  private func writeFolder(
    _ model: TrainedModel, _ manifest: ModelManifest, _ digest: Digest, _ nanoseconds: Int64
  ) throws(KernelError) -> String {
    let home = "\(artefacts)/\(model.symbol)/\(model.horizonSeconds)"
    let partial = "\(home)/\(Self.partial)\(ProcessFigures.number)-\(digest.hex.prefix(8))"
    Self.removeDead(in: home)
    let report = TrainingReport(model, createdAtSeconds: nanoseconds / 1_000_000_000, digest: digest)
    do throws(KernelError) {
      try Files.createFolders(partial)
      try Files.writeAtomically(model.model, to: "\(partial)/\(manifest.model.path)")
      try Files.writeAtomically(manifest.encoded, to: "\(partial)/\(ModelManifest.fileName)")
      try Files.writeAtomically(report.json(), to: "\(partial)/report.json")
      try Files.writeAtomically(Array(TrainingPage(report).text().utf8), to: "\(partial)/report.html")
      return try Self.settle(partial, in: home, stamp: Self.stamp(nanoseconds))
    } catch {
      try? Files.removeTree(partial)
      throw error
    }
  }

  private static let partial = ".partial-"

  /// What trainings have left that were killed.
  private static func removeDead(in home: String) {
    for name in (try? Files.names(in: home)) ?? [] where name.hasPrefix(partial) {
      guard let number = Int32(name.dropFirst(partial.count).prefix { $0 != "-" }), !ProcessFigures.isRunning(number) else { continue }
      try? Files.removeTree("\(home)/\(name)")
    }
  }

  /// Two trainings of one second get two names.
  private static func settle(_ partial: String, in home: String, stamp: String) throws(KernelError) -> String {
    for attempt in 0... {
      let folder = "\(home)/\(stamp)\(attempt == 0 ? "" : "-\(attempt)")"
      if Files.isPresent(folder) { continue }
      do throws(KernelError) {
        try Files.move(partial, to: folder)
        return folder
      } catch {
        // Somebody else's in the meantime: a folder with files in it is not replaced.
        guard Files.isPresent(folder), attempt < 1000 else { throw error }
      }
    }
    preconditionFailure("the attempts have no end")
  }

  /// `20261130-235958`.
  static func stamp(_ nanoseconds: Int64) -> String {
    String(UTCStamp.second(nanoseconds: nanoseconds).map { $0 == "_" ? "-" : $0 })
  }
}
