import Engine
import Journal
import Settings

extension JournalHead {
  /// The settings that the host of this journal acted on.
  ///
  /// - Parameter overrides: `section.key=value`, laid over them.
  /// - Throws: a key that this version does not have, or a value that it does not take.
  func settingsInForce(_ overrides: [String] = [], in path: String) throws(SettingsError) -> Settings {
    var settings = try Settings.recorded(self.settings + overrides, pairs: pairs, in: path)
    // Older hosts read them and let every entry pass: what they sent would be refused here.
    if areFiltersInForce != true, !overrides.contains(where: { $0.hasPrefix("decision.filters.") }) {
      settings.decisionFilters = DecisionFilters()
    }
    return settings
  }
}
