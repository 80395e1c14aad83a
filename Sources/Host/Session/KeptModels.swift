import Cryptography
import Features
import Journal
import Market
import Models
import Plugins

/// A journal's models, made anew from the kept files.
public struct KeptModels: Sendable {
  private let store: ArtefactStore
  private let file: String

  /// - Parameter file: that describes them, for errors.
  public init(store: ArtefactStore, file: String) {
    self.store = store
    self.file = file
  }

  /// The places of an instrument.
  ///
  /// - Throws: a model is not kept, or is not what the journal says: without it nothing can be replayed.
  public func places(_ head: [JournalHead.ModelPlace], of instrument: Instrument, index: Int) throws -> [ModelPlace] {
    try head.filter { $0.instrument == instrument.id.description }.map {
      ModelPlace(instrument: index, horizonSeconds: $0.horizonSeconds, content: try content($0, on: instrument))
    }
  }

  /// What stood in one place.
  public func content(_ place: JournalHead.ModelPlace, on instrument: Instrument) throws -> ModelPlace.Content {
    guard let model = place.model else {
      return .fault(PluginError(.modelMissing, "\(instrument.id.symbol)/\(place.horizonSeconds)", "none was there in this run"))
    }
    guard let schema = FeatureSchema.named(model.schema) else {
      throw PluginError(.schemaMismatch, file, "\(model.id) was asked about features of \(model.schema), which this host does not have")
    }
    let resolved = try ResolvedModel.kept(
      kept(model.model), adapter: kept(model.adapter), runtimes: model.runtime.map { (path: $0.path, kept: try kept($0.file)) },
      parameters: model.parameters, label: model.label, for: instrument.id, horizonSeconds: place.horizonSeconds, schema: schema, in: store,
      source: file)
    return .model(try ModelInstance(resolved, on: instrument), from: resolved)
  }

  private func kept(_ described: JournalHead.File) throws(PluginError) -> ResolvedModel.Kept {
    guard let digest = Digest(hex: described.digest) else {
      throw PluginError(.manifestInvalid("digest"), file, "'\(described.digest)' of \(described.name) is none")
    }
    return ResolvedModel.Kept(digest: digest, name: described.name)
  }
}
