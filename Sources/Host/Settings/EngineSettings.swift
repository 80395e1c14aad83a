/// How the host watches its engine.
public struct EngineSettings: Sendable, Hashable {
  /// engine.max_step_ms; 100...60000.
  public var maximumStepMilliseconds: Int64 = 1000
}
