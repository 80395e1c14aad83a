import Market

/// Tries a plugin as the instance it is to become: loads it, creates it with its parameters, ends it.
public struct StrategyCheck: Sendable {
  /// What the plugin says of itself.
  public let facts: @Sendable (PluginFile, Instrument, _ horizonSeconds: Int64, _ parameters: [String: String]) throws(PluginError) -> PluginFacts

  /// In this process: for plugins whose code may run here.
  ///
  /// - Parameter deliverableEvents: what the host can deliver.
  public static func inProcess(deliverableEvents: Set<UInt32>) -> StrategyCheck {
    StrategyCheck { (file, instrument, horizonSeconds, parameters) throws(PluginError) in
      let library = try PluginLibrary.load(file)
      try StrategyInstance(
        library: library, instrument: instrument, horizonSeconds: horizonSeconds, parameters: parameters,
        id: "\(library.name)@\(instrument.id.symbol)/\(horizonSeconds)", deliverableEvents: deliverableEvents
      ).close()
      return library.facts
    }
  }
}
