import YAMLDocument

/// Which host an operator means whose settings have a fault: what of them can be told without a guess.
public struct MeantHost: Sendable, Equatable {
  /// Nil = the settings do not say it beyond doubt.
  public let mode: Mode?
  /// Nil = the settings do not say it beyond doubt.
  public let runtimeFolder: String?
}

extension Settings {
  /// Reads no more than what names a host. A key that is not written has its default only where nothing that could have been meant for it
  /// stands in the file.
  ///
  /// - Throws: a variable that says where settings are, and is wrong.
  public static func meantHost(path: String?, overrides: [String], environment: [String: String]) throws(SettingsError) -> MeantHost {
    let place = try SettingsPlace.find(path: path, environment: environment)
    var loader = SettingsLoader(root: place.root)
    var isReadable = true
    if let file = place.file {
      do throws(SettingsError) { loader.apply(try SettingsFile.document(file), from: file) } catch { isReadable = false }
    }
    loader.apply(environment)
    for word in overrides { loader.apply(override: word) }
    let settings = loader.settings
    func isCertain(_ key: String) -> Bool { loader.isCertain(key, fileWasRead: isReadable) }
    return MeantHost(
      mode: isCertain("app.mode") ? settings.mode : nil, runtimeFolder: isCertain("app.runtime_path") ? settings.runtimeFolder : nil)
  }
}
