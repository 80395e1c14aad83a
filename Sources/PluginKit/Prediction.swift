/// What a model of one horizon said last.
public struct Prediction {
  public enum State: UInt32, Sendable {
    /// No model is configured.
    case none = 0
    case fresh = 1
    /// Older than its horizon.
    case stale = 2
    /// Features are not ready.
    case warming = 3
    /// The model returned an error.
    case failed = 4
  }

  @usableFromInline let event: qe_prediction
  @inlinable init(_ event: qe_prediction) { self.event = event }

  @inlinable public var horizonSeconds: Int64 { event.horizon_s }
  /// 0...1.
  @inlinable public var pUp: Double { event.p_up }
  /// 0...1.
  @inlinable public var pDown: Double { event.p_down }
  /// pUp - 0.5, or what the model defines as its edge.
  @inlinable public var edge: Double { event.edge }
  @inlinable public var ageNanoseconds: Int64 { event.age_ns }
  /// A state this kit does not know counts as failed: do not trade on it.
  @inlinable public var state: State { State(rawValue: event.state) ?? .failed }
}
