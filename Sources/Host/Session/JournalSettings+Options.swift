import Journal
import Settings

extension JournalSettings {
  /// - Parameter sync: in the place of the setting.
  public func options(syncing sync: JournalSync? = nil) -> JournalOptions {
    let own: JournalSync =
      switch self.sync {
      case .batch: .batch
      case .always: .always
      case .none, .off: .none
      }
    return JournalOptions(sync: sync ?? own, intervalMilliseconds: intervalMilliseconds, segmentBytes: segmentMegabytes << 20)
  }
}
