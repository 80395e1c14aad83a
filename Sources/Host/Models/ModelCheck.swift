import Market
import Plugins

/// Tries a model as the instance it is to become: loads its adapter, creates it, asks it once, ends it.
public struct ModelCheck: Sendable {
  public let run: @Sendable (ResolvedModel, Instrument) throws(PluginError) -> Void

  public init(_ run: @escaping @Sendable (ResolvedModel, Instrument) throws(PluginError) -> Void) { self.run = run }

  /// In this process: an adapter runs where the engine does.
  public static let inProcess = ModelCheck { (resolved, instrument) throws(PluginError) in
    try ModelInstance(resolved, on: instrument).close()
  }
}
