import ArgumentParser
import Market
import Plugins
import Replay
import Session
import Settings

/// `quantumedge replay JOURNAL --verify`, and what would have been decided instead.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run a journal once more: with the same plugins, and compare every decision; or with something changed, and show what differs.",
    discussion: """
      Without a change (--verify, named or not) every decision is compared with the journal's; exit 1 at the first that differs.

      With --with, --param, or --diff and --config or --set, the journal's market runs through the practice venue twice, as it ran and changed, \
      and both are shown side by side; exit 0, whatever differs.
      """)

  @Argument(help: ArgumentHelp("The folder of a journal.", valueName: "journal"))
  var folder: String

  @Flag(name: .long, help: "Compare with the journal: what replay does when nothing is changed.")
  var verify = false

  @Flag(name: .long, help: "Take --config as the changed settings, or --set over the journal's own.")
  var diff = false

  @Option(
    name: .customLong("with"), parsing: .singleValue,
    help: ArgumentHelp(
      "Another strategy in one's place, by name (EMACross), instance (EMACross@BTCUSDT/0), or `strategy` for all; may be repeated.",
      valueName: "strategy=name|path"))
  var replacements: [String] = []

  @Option(
    name: .customLong("param"), parsing: .singleValue,
    help: ArgumentHelp("A parameter of what --with names; without --with, of every strategy.", valueName: "name=value"))
  var parameters: [String] = []

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  private var isChanged: Bool { diff || !replacements.isEmpty || !parameters.isEmpty }

  func validate() throws {
    if verify, isChanged { throw ValidationError("--verify compares with the journal as it is: leave out --diff, --with and --param") }
    if diff, replacements.isEmpty, parameters.isEmpty, settings.config == nil, settings.overrides.isEmpty {
      throw ValidationError("--diff: name what is changed, by --with, --param, --config or --set")
    }
    // What is taken from the journal is not passed over in silence where it is named otherwise; the store is where the libraries are.
    let idle = settings.overrides.filter { !$0.hasPrefix("app.runtime_path=") }
    if !diff, settings.config != nil || !idle.isEmpty {
      let what = settings.config.map { "--config \($0)" } ?? "--set \(idle[0])"
      throw ValidationError("\(what): the settings are the journal's; add --diff to change them (--set app.runtime_path=FOLDER needs none)")
    }
    _ = try Assignments.parse(replacements, option: "--with")
    _ = try Assignments.parse(parameters, option: "--param")
  }

  func run() throws {
    let loaded = try settings.load()
    if isChanged { return try showDifference(loaded) }
    let result = try JournalReplay(folder: folder, runtimePath: loaded.runtimeFolder).verify()
    if output.json { try Console.result(result.json.description) }
    Console.line("\(folder): \(result.text)")
    if result.divergence != nil { throw ExitCode(FaultKind.failed.exitCode) }
  }

  private func showDifference(_ loaded: Settings) throws {
    let resolver = StrategyResolver(runtimePath: loaded.runtimeFolder, executableFolder: Executable.folder, trust: loaded.trustPolicy)
    let change = WhatIf.Change(
      settings: diff && settings.config != nil ? loaded : nil, overrides: diff ? settings.overrides : [],
      strategies: try Assignments.parse(replacements, option: "--with"), parameters: try Assignments.parse(parameters, option: "--param"))
    let result = try WhatIf(folder: folder, runtimePath: loaded.runtimeFolder, resolver: resolver).run(change)
    if output.json { try Console.result(result.json.description) }
    Console.line("\(folder): \(result.text)")
  }
}
