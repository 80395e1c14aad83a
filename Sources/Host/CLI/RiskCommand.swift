import ArgumentParser
import Daemon
import Kernel
import Settings

/// `quantumedge risk`: the operator's hand on a running host.
struct RiskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "risk", abstract: "Look at and command the hard risk of a running host.",
    subcommands: [RiskStatusCommand.self, HaltCommand.self, ResumeCommand.self, FlattenCommand.self, ResetPeakCommand.self])
}

/// Settings and mode as of `run`: which host is meant is the one that it starts with them.
struct HostOptions: ParsableArguments {
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Overrides app.mode: mock, paper, demo or live.")
  var mode: String?

  func read() throws(SettingsError) -> SettingsReading { try settings.read(mode: mode) }

  func client() throws -> ControlClient { ControlClient(settings: try settings.load(mode: mode)) }

  /// The same, but a fault in the settings does not keep an operator from a host that runs: the only one that answers is meant.
  func clientForOperator() throws -> ControlClient {
    do { return try client() } catch let error as SettingsError {
      guard let client = ControlClient(runtimeFolder: settings.likelyRuntimeFolder, mode: mode.flatMap(Mode.init(rawValue:))) else { throw error }
      for violation in error.violations { Console.warning(violation) }
      Console.warning("the settings cannot be read; the one host that runs below \(settings.likelyRuntimeFolder) is asked")
      return client
    }
  }

  /// Asks and prints what happened.
  func perform(_ command: ControlCommand) throws {
    let (answer, text) = try (command.isForOperator ? clientForOperator() : client()).ask(command)
    if output.json { try Console.result(text) }
    Console.line(answer.message ?? "done")
  }
}

struct RiskStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "status", abstract: "Whether anything may open, limits used, last refusals.")

  @OptionGroup var host: HostOptions

  func run() throws {
    let (answer, _) = try host.clientForOperator().ask(.status)
    guard let status = answer.status else { return }
    if host.output.json { return try Console.result(status.json.description) }
    Console.line(StatusScreen.riskLines(status, width: Terminal.size(of: 2)?.columns ?? 200).joined(separator: "\n"))
  }
}

struct HaltCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "halt", abstract: "Nothing opens until resume; opening orders are cancelled, positions and their protection stay.")

  @OptionGroup var host: HostOptions

  @Option(name: .long, help: ArgumentHelp("One line for status and log.", valueName: "text"))
  var reason: String?

  func run() throws { try host.perform(.halt(reason: reason)) }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "resume", abstract: "End a halt; limits are not loosened by it.")

  @OptionGroup var host: HostOptions

  func run() throws { try host.perform(.resume) }
}

struct FlattenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "flatten", abstract: "Halt, cancel what is open and close every position.")

  @OptionGroup var host: HostOptions

  @Option(name: .long, help: "Positions of this symbol only; the halt holds for all.")
  var symbol: String?

  func run() throws { try host.perform(.flatten(symbol: symbol)) }
}

struct ResetPeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "reset-peak", abstract: "Measure drawdown from the equity of now on.")

  @OptionGroup var host: HostOptions

  func run() throws { try host.perform(.resetPeak) }
}
