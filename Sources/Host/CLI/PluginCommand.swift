import ArgumentParser
import FoundationEssentials
import Scaffold

/// `quantumedge plugin`: for those who write plugins.
struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Make strategy plugins, and see which are in quarantine.",
    subcommands: [NewPluginCommand.self, QuarantineCommand.self])
}

/// `quantumedge plugin new`.
struct NewPluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a strategy plugin's package: no dependencies, builds offline.")

  @Argument(help: "A letter, then letters, digits or _: the library is lib<name>.so.")
  var name: String

  @Option(help: "swift (over PluginKit) or c (the header alone).")
  var language: PluginLanguage

  @Option(help: "The folder to make; it must not exist or be empty. Default: ./<name>.")
  var path: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    let package = PluginPackage(name: try PluginName(name), language: language, hostVersion: HostVersion.text)
    let folder = path ?? name
    try package.write(to: folder)
    if json {
      let result = Result(
        name: name, language: language.rawValue, path: folder, library: folder + "/" + package.libraryPath, stamp: package.stamp,
        files: package.files.map(\.path))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try Console.result(String(decoding: try encoder.encode(result), as: UTF8.self))
    } else {
      Console.line("made \(folder) (\(package.stamp)); build it with: make -C \(folder)")
    }
  }

  private struct Result: Encodable {
    let name: String
    let language: String
    let path: String
    let library: String
    let stamp: String
    let files: [String]
  }
}

extension PluginLanguage: ExpressibleByArgument {}
