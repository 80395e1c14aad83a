import Foundation
import TestKit

@testable import Settings

/// Loads settings from a text as a real file, and shows refusals with the folder cut off.
struct Loading {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func load(_ text: String, overrides: [String] = [], environment: [String: String] = [:]) throws -> Settings {
    var settings = try read(text, overrides: overrides, environment: environment).settings
    // So that equal texts give equal settings, wherever they lie.
    settings.root = ""
    return settings
  }

  func read(_ text: String, overrides: [String] = [], environment: [String: String] = [:]) throws -> SettingsReading {
    try Settings.read(path: folder.write(text, to: "s.yaml"), overrides: overrides, environment: environment)
  }

  /// The violations, or none if it was accepted.
  func violations(_ text: String, overrides: [String] = [], environment: [String: String] = [:]) throws -> [String] {
    do {
      _ = try load(text, overrides: overrides, environment: environment)
      return []
    } catch let error as SettingsError {
      return error.violations.map { $0.replacingOccurrences(of: folder.url.path + "/", with: "") }
    }
  }
}
