/// risk.kill_switch.*: how trading is stopped by hand.
public struct KillSwitchSettings: Sendable, Hashable {
  /// On from the start.
  public var enabled = false
  /// The operator's file, `{"enabled": true, "reason": "..."}`; nil = none is watched.
  public var file: String?
  /// Written to the log and the latch when `enabled` stops trading.
  public var reason: String?

  /// What is said and kept where `enabled` stops trading.
  public var startReason: String { reason ?? "risk.kill_switch.enabled is set" }

  public init() {}
}
