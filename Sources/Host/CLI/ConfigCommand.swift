import ArgumentParser
import Daemon
import Glibc
import Market
import Session
import Settings

/// `quantumedge config`: what the settings are, where each comes from, and what is wrong with them.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check, show, describe, import and reload settings.",
    subcommands: [
      CheckConfigCommand.self, ShowConfigCommand.self, SchemaConfigCommand.self, ImportConfigCommand.self, ReloadConfigCommand.self,
    ])
}

struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read all settings as run does, and the Supervisor's files beside them; name every fault with its line, exit 78 if there is one.")

  @OptionGroup var host: HostOptions

  func run() throws {
    do {
      let reading = try host.read()
      let others = CompanionFile.all.flatMap { $0.violations(besides: reading.place.file) }
      if !others.isEmpty { throw SettingsError(violations: others) }
      for warning in reading.warnings { Console.warning(warning) }
      let place = reading.place.file ?? "built-in defaults"
      let (keys, instruments) = (reading.origins.count, reading.settings.pairs.instruments.count)
      let text =
        "\(place): \(keys) \(keys == 1 ? "key is" : "keys are") set, \(instruments) \(instruments == 1 ? "instrument" : "instruments"); no faults"
      guard host.output.json else { return Console.line(text) }
      try Console.result(
        JSONValue.object([
          ("file", .optional(reading.place.file)), ("faults", .array([])), ("warnings", .array(reading.warnings.map { .text($0) })),
        ]).description)
    } catch let error as SettingsError {
      if host.output.json {
        try Console.result(
          JSONValue.object([
            ("file", .optional(try? SettingsPlace.find(path: host.settings.config, environment: SettingsOptions.environment).file)),
            ("faults", .array(error.violations.map { .text($0) })), ("warnings", .array([])),
          ])
          .description)
      }
      throw error
    }
  }
}

struct ShowConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Every key with the value that holds.")

  @OptionGroup var host: HostOptions

  @Flag(name: .long, help: "Also where each value comes from: default, file:line, variable or --set.")
  var origin = false

  func run() throws {
    let reading = try host.read()
    if host.output.json {
      let shapes = Dictionary(uniqueKeysWithValues: SettingsKey.all.map { ($0.name, $0.shape) })
      let members: [(key: String, value: JSONValue)] = reading.rows.map { row in
        let value = SettingsSchema.value(row.value, shapes[row.key] ?? .text)
        return (row.key, origin ? JSONValue.object([("value", value), ("origin", .text(row.origin))]) : value)
      }
      return try Console.result(JSONValue.object(members).description)
    }
    let width = origin ? (reading.rows.map { $0.key.count + $0.value.count }.max() ?? 0) + 2 : 0
    for row in reading.rows {
      let line = "\(row.key)=\(row.value)"
      try Console.row(origin ? line + String(repeating: " ", count: max(1, min(width, 60) - line.count)) + "# \(row.origin)" : line)
    }
  }
}

struct SchemaConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON Schema of settings.yaml on standard output, for editors.")

  func run() throws { try Console.result(SettingsSchema.json.description) }
}

struct ImportConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Move a settings.yaml or bot.yaml of the Python system over, and list every key that is dropped.")

  @Argument(help: ArgumentHelp("The old file; it is not changed.", valueName: "old.yaml"))
  var file: String

  @Option(name: .long, help: ArgumentHelp("Where the new one goes; default: standard output.", valueName: "file"))
  var out: String?

  @Flag(name: .long, help: "Overwrite the new file.")
  var force = false

  func run() throws {
    if let out { try NewFile.check(out, overwriting: force) }
    let imported = try ReferenceImport.read(file)
    for line in imported.left { Console.line("dropped: \(line)") }
    Console.line("\(imported.taken.count) \(imported.taken.count == 1 ? "key" : "keys") taken, \(imported.left.count) dropped")
    // The text is what the old file says all the same: whoever mends it has the rest.
    let faults = imported.faults(as: out)
    for fault in faults { Console.warning("to be mended: \(fault)") }
    guard let out else { return try Console.result(String(imported.text.dropLast())) }
    try NewFile.write(imported.text, to: out, mode: 0o600, overwriting: force)
    Console.line("\(out): written; \(faults.isEmpty ? "look at it" : "mend it as said above"), then: quantumedge config check --config \(out)")
  }
}

struct ReloadConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have a running host read its settings again: limits only tighten, the rest is named.")

  @OptionGroup var host: HostOptions

  func run() throws { try host.perform(.reloadSettings) }
}
