import Engine
import Features
import Journal
import Market
import PluginABI

/// Models that are their recorded answers.
final class RecordedModels {
  /// Of the step in work, in their order.
  private(set) var answers: ArraySlice<ModelAnswer> = []
  /// The first that was asked in it and has no answer there.
  private(set) var missing: Int32?
  private var places: [Place] = []

  /// One model, as the engine holds it.
  private final class Place {
    let ordinal: Int32
    unowned let models: RecordedModels

    init(_ ordinal: Int32, _ models: RecordedModels) {
      self.ordinal = ordinal
      self.models = models
    }
  }

  init(count: Int) { places = (0..<count).map { Place(Int32($0), self) } }

  /// Another step.
  func begin(_ predictions: [ModelAnswer]) {
    answers = predictions[...]
    missing = nil
  }

  func isPlace(_ index: Int32) -> Bool { places.indices.contains(Int(index)) }

  func binding(_ index: Int) -> ModelBinding {
    // Unsafe: the place lives as long as this object, which outlives the engine that asks it.
    ModelBinding(instance: Unmanaged.passUnretained(places[index]).toOpaque()) { memory, _, _, out in
      let place = Unmanaged<Place>.fromOpaque(memory).takeUnretainedValue()
      guard let answer = place.models.answers.first, answer.model == place.ordinal else {
        if place.models.missing == nil { place.models.missing = place.ordinal }
        return QE_ERROR
      }
      place.models.answers.removeFirst()
      out.pointee.p_up = answer.pUp
      out.pointee.p_down = answer.pDown
      out.pointee.edge = answer.edge
      return answer.status
    }
  }

  /// The head's places for the engine.
  func places(_ head: [JournalHead.ModelPlace], _ instruments: [Instrument], in path: String) throws(JournalError) -> [EngineConfiguration.Model] {
    var places: [EngineConfiguration.Model] = []
    for (index, place) in head.enumerated() {
      guard let instrument = instruments.firstIndex(where: { $0.id.description == place.instrument }) else {
        throw JournalError(.badData, "\(path): a model's instrument \(place.instrument) is not among those of the journal")
      }
      places.append(
        EngineConfiguration.Model(
          binding: place.model == nil ? nil : binding(index), instrument: Int32(instrument), horizonSeconds: place.horizonSeconds,
          schema: try place.schemaIndex(in: path)))
    }
    guard zip(places, places.dropFirst()).allSatisfy({ $0.instrument <= $1.instrument }) else {
      throw JournalError(.badData, "\(path): its models are not in the order of their instruments; it was changed")
    }
    return places
  }
}

extension JournalHead.ModelPlace {
  /// Of its model's features in `FeatureSchema.all`; -1 where there is no model.
  ///
  /// - Throws: a schema that this host does not have.
  func schemaIndex(in path: String) throws(JournalError) -> Int32 {
    guard let model else { return -1 }
    guard let index = FeatureSchema.all.firstIndex(where: { $0.name == model.schema }) else {
      throw JournalError(.badData, "\(path): \(model.id) was asked about features of \(model.schema), which this host does not have")
    }
    return Int32(index)
  }
}
