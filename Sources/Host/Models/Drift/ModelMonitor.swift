import Engine

/// Holds what models are asked and say against their training, for people: nothing of it reaches a decision.
///
/// A closed second takes constant time and allocates nothing: rings and counts are made by `init` and `replace`. Everything
/// is called on the engine's thread; there are no locks.
public final class ModelMonitor: ModelWatch {
  /// What is known of one model before it is asked.
  public struct Place: Sendable {
    /// Of the schema, in order.
    public var columns: [String]
    /// 1...86400; with another one no outcome is ever known.
    public var horizonSeconds: Int64
    /// Nil: the model's manifest has none, and there is no drift to speak of.
    public var baseline: DriftBaseline?
    /// What the model calls up, in basis points of the price: 0 for the direction, the cost of a round trip for labels that want it earned.
    public var riseBps: Double

    public init(columns: [String], horizonSeconds: Int64, baseline: DriftBaseline?, riseBps: Double = 0) {
      self.columns = columns
      self.horizonSeconds = horizonSeconds
      self.baseline = baseline
      self.riseBps = riseBps
    }
  }

  public struct Options: Sendable, Hashable {
    /// The population stability index above which a column is told as drifted.
    public var alertIndex = 0.25
    /// The last closed bars, and the last known outcomes, that are looked at; at least 1.
    public var windowBars = 600
    /// Fewer say nothing.
    public var minimumBars = 300

    public init() {}
  }

  private let options: Options
  private var models: [WatchedModel?]
  /// Of models that were replaced: what was told and holds no more.
  private var withdrawn: [[DriftAlert]]

  /// - Parameter places: by the model's index in the engine; nil where there is no model.
  public init(places: [Place?], options: Options) {
    self.options = options
    models = places.map { $0.map { WatchedModel($0, options) } }
    withdrawn = places.map { _ in [] }
  }

  public func predicted(_ answer: ModelAnswer, features: UnsafeBufferPointer<Double>, second: Int64, close: Double) {
    let index = Int(answer.model)
    guard models.indices.contains(index), let model = models[index] else { return }
    model.take(answer, features: features, second: second, close: close)
  }

  /// Another model took the place, or none: its windows begin anew. An index that no place has is ignored.
  public func replace(model index: Int, with place: Place?) {
    guard models.indices.contains(index) else { return }
    if let model = models[index] { withdrawn[index] += model.withdraw() }
    models[index] = place.map { WatchedModel($0, options) }
  }

  /// As of the last closed second; nil where there is no model.
  public func figures(model index: Int) -> ModelFigures? {
    guard models.indices.contains(index) else { return nil }
    return models[index]?.figures()
  }

  /// What has begun or ended since the last call, so that each is told once. Between calls an alert that began and ended is not told.
  public func changedAlerts(model index: Int) -> [DriftAlert] {
    guard models.indices.contains(index) else { return [] }
    let ended = withdrawn[index]
    if !ended.isEmpty { withdrawn[index] = [] }
    return ended + (models[index]?.changedAlerts() ?? [])
  }
}
