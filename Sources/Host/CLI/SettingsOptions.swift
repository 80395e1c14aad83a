import ArgumentParser
import Glibc
import Settings

/// The options that every command takes.
struct SettingsOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("Settings file; default: $QE_CONFIG_PATH, else config/settings.yaml, else built-in defaults.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Overrides one setting by its name in settings.yaml; may be repeated, the last wins.", valueName: "section.key=value"))
  var overrides: [String] = []

  func load() throws -> Settings { try read().settings }

  /// - Parameter mode: of the option `--mode`, over all else.
  func load(mode: String?) throws -> Settings { try read(mode: mode).settings }

  /// - Parameter place: of an earlier reading; nil = it is looked for.
  func read(mode: String? = nil, at place: SettingsPlace? = nil) throws(SettingsError) -> SettingsReading {
    let words = overrides + (mode.map { ["app.mode=\($0)"] } ?? [])
    if let place { return try Settings.read(at: place, overrides: words, environment: Self.environment) }
    return try Settings.read(path: config, overrides: words, environment: Self.environment)
  }

  /// Which host settings with a fault still name.
  func meantHost(mode: String?) throws(SettingsError) -> MeantHost {
    try Settings.meantHost(path: config, overrides: overrides + (mode.map { ["app.mode=\($0)"] } ?? []), environment: Self.environment)
  }

  /// What of the environment means something to settings. Secrets are no longer in it.
  static var environment: [String: String] { HostEnvironment.variables.filter { EnvironmentKeys.concerns($0.key) } }
}

/// `--json`: one object on standard output.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print exactly one JSON object on standard output.")
  var json = false
}

/// Where this executable stands: strategies that were built beside it are found by name.
enum Executable {
  static var folder: String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
    guard count > 0 else { return "." }
    let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return String(path[..<slash])
  }
}

/// `name=value` words of the command line.
enum Assignments {
  /// - Throws: `ValidationError` for a word without `=` or a name that comes twice.
  static func parse(_ words: [String], option: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for word in words {
      guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
        throw ValidationError("\(option) \(word): write it as name=value")
      }
      let name = String(word[..<equals])
      guard result.updateValue(String(word[word.index(after: equals)...]), forKey: name) == nil else {
        throw ValidationError("\(option) \(name): given twice")
      }
    }
    return result
  }
}
