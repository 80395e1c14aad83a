import Engine
import Features
import Journal
import Market
import Models
import Plugins

/// A place for a model of an instrument and horizon in a run, and what stands there.
public struct ModelPlace {
  public enum Content {
    case model(ModelInstance, from: ResolvedModel)
    /// Why nothing is there.
    case fault(PluginError)

    /// The same once the store has its files, without which nothing that it says could be replayed; else why it is not used, and the model is
    /// ended.
    public func kept(in store: ArtefactStore) -> Content {
      guard case .model(let instance, let resolved) = self else { return self }
      do throws(PluginError) {
        try resolved.keep(in: store)
        return .model(instance, from: resolved.withoutBytes)
      } catch {
        instance.close()
        return .fault(error)
      }
    }

    /// Ends the model that stands there.
    public func close() { if case .model(let instance, _) = self { instance.close() } }
  }

  /// Index into the session's instruments.
  public let instrument: Int
  public let horizonSeconds: Int64
  public var content: Content

  public init(instrument: Int, horizonSeconds: Int64, content: Content) {
    self.instrument = instrument
    self.horizonSeconds = horizonSeconds
    self.content = content
  }

  public var model: ModelInstance? {
    if case .model(let instance, _) = content { instance } else { nil }
  }

  public var binding: ModelBinding? { model?.binding }

  public var fault: PluginError? {
    if case .fault(let error) = content { error } else { nil }
  }

  /// Index into `FeatureSchema.all`; -1 where nothing is there.
  public var schemaIndex: Int32 {
    guard let model else { return -1 }
    return FeatureSchema.all.firstIndex { $0.hash == model.schema.hash }.map(Int32.init) ?? -1
  }

  /// What a journal says of it.
  public func description(on instrument: Instrument) -> JournalHead.ModelPlace {
    JournalHead.ModelPlace(instrument: instrument.id.description, horizonSeconds: horizonSeconds, model: modelDescription)
  }

  private var modelDescription: JournalHead.Model? {
    guard case .model(let instance, let resolved) = content else { return nil }
    return JournalHead.Model(
      id: instance.id, schema: resolved.schema.name,
      adapter: JournalHead.File(digest: resolved.adapter.digest.hex, name: resolved.adapter.fileName),
      model: JournalHead.File(digest: resolved.model.digest.hex, name: resolved.model.fileName),
      runtime: resolved.runtimes.map { .init(path: $0.name, file: JournalHead.File(digest: $0.file.digest.hex, name: $0.file.fileName)) },
      parameters: Dictionary(instance.parameterTexts.map { ($0.name, $0.value) }) { $1 },
      label: instance.manifest.trainingData.members["label"]?.text)
  }

  /// One row of the readiness table.
  public func readiness(symbol: String, nowSeconds: Int64) -> ModelReadiness.Row {
    switch content {
    case .model(let instance, _): ModelReadiness.Row(instance, nowSeconds: nowSeconds)
    case .fault(let error): ModelReadiness.Row(error, symbol: symbol, horizonSeconds: horizonSeconds)
    }
  }
}
