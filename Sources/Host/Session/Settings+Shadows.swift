import Market
import Plugins
import Settings

extension Settings {
  /// Whether a strategy trades in simulation alone: its manifest's word, or ours.
  public func isShadow(_ resolved: ResolvedStrategy, on instrument: Instrument) -> Bool {
    resolved.manifest?.isShadow == true || plugins.shadows.contains(resolved.instanceID(on: instrument))
  }
}
