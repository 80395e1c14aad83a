import ArgumentParser
import Daemon
import Session

/// `quantumedge plugin quarantine`: plugins that have ended a host.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Plugins that hung or crashed a host: they are not started until they are released.",
    subcommands: [List.self, Release.self])

  /// The list is of one mode and account, as the state folder.
  struct Options: ParsableArguments {
    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .long, help: "Overrides app.mode: mock, paper, demo or live.")
    var mode: String?

    func quarantine() throws -> Quarantine { Quarantine(folder: StateFolder.path(try settings.load(mode: mode))) }

    func show(_ entries: [Quarantine.Entry], as key: String, verb: String) throws {
      if output.json { try Console.result(JSONValue.object([(key, .array(entries.map(json)))]).description) }
      for entry in entries { Console.line("\(verb)\(entry.digest.prefix(12))  \(entry.instance)  \(entry.at)  \(entry.reason)") }
    }

    private func json(_ entry: Quarantine.Entry) -> JSONValue {
      .object([
        ("digest", .text(entry.digest)), ("name", .text(entry.name)), ("instance", .text(entry.instance)), ("reason", .text(entry.reason)),
        ("at", .text(entry.at)), ("host_pid", .integer(entry.hostProcess)),
      ])
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is in quarantine, and why.")

    @OptionGroup var options: Options

    func run() throws {
      let quarantine = try options.quarantine()
      let entries = try quarantine.read()
      try options.show(entries, as: "quarantine", verb: "")
      if entries.isEmpty { Console.line("nothing is in quarantine (\(quarantine.path))") }
    }
  }

  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a plugin run again, from the host's next start on.")

    @OptionGroup var options: Options
    @Argument(help: "The digest, or its first digits: at least 8.") var digest: String?
    @Flag(name: .long, help: "Release every plugin.") var all = false

    func validate() throws {
      guard (digest != nil) != all else { throw ValidationError("name a digest, or --all") }
      if let digest, digest.utf8.count < 8 { throw ValidationError("\(digest): write at least 8 digits of the digest") }
    }

    func run() throws {
      let released = try options.quarantine().release(digest: digest)
      try options.show(released, as: "released", verb: "released ")
      Console.line(released.isEmpty ? "nothing was in quarantine" : "a host that runs takes them at its next start")
    }
  }
}
