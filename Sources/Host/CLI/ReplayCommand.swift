import Settings
import Session
import ArgumentParser
import Market
import Replay

/// `quantumedge replay JOURNAL --verify`
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract:
      "Run a journal's inputs through the engine and the same plugins once more, and compare every decision; exit 1 at the first that differs.")

  @Argument(help: ArgumentHelp("The folder of a journal.", valueName: "journal"))
  var folder: String

  @Flag(name: .long, help: "Compare with the journal: what replay does in this version, named or not.")
  var verify = false

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let loaded = try settings.load()
    let result = try JournalReplay(folder: folder, runtimePath: loaded.runtimeFolder).verify()
    if output.json { try Console.result(result.json.description) }
    Console.line("\(folder): \(result.text)")
    if result.divergence != nil { throw ExitCode(FaultKind.failed.exitCode) }
  }
}
