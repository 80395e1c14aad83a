import Session
import ArgumentParser
import Daemon
import Kernel
import Market
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

  /// The same, but a fault in the settings does not keep an operator from the host that they name all the same.
  ///
  /// - Throws: the faults, and what to add, where it is not beyond doubt which host is meant: a wrong one is never asked.
  func clientForOperator() throws -> ControlClient {
    do { return try client() } catch let error as SettingsError {
      let meant = try settings.meantHost(mode: mode)
      guard let folder = meant.runtimeFolder else {
        throw error.adding("it cannot be told from these settings which host is meant; add --mode MODE --set app.runtime_path=FOLDER")
      }
      let running = ControlClient.running(below: folder)
      let those = "below \(folder) " + (running.isEmpty ? "no host answers" : "there is " + running.map(\.whom).joined(separator: ", and "))
      guard let mode = meant.mode else {
        throw error.adding("it cannot be told from these settings which host is meant; add --mode MODE; \(those)")
      }
      let candidates = running.filter { $0.mode == mode }
      guard candidates.count == 1 else {
        let none = candidates.isEmpty ? "no host runs in \(mode.rawValue) mode" : "more than one host runs in \(mode.rawValue) mode"
        throw error.adding("\(none): \(those)")
      }
      for violation in error.violations { Console.warning(violation) }
      Console.warning("the settings have a fault; \(candidates[0].whom) is asked")
      return candidates[0]
    }
  }

  /// Asks and prints what happened, and by whom.
  ///
  /// - Returns: why nothing may open after it; nil when it may.
  @discardableResult
  func perform(_ command: ControlCommand) throws -> String? {
    let client = try command.isForOperator ? clientForOperator() : client()
    let (answer, text) = try client.ask(command)
    if output.json { try Console.result(text) }
    Console.line("\(answer.message ?? "done")\n\(client.whom)")
    return answer.halted
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
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "End a halt; limits are not loosened by it. Exit 1 where opening is still stopped.")

  @OptionGroup var host: HostOptions

  func run() throws {
    if try host.perform(.resume) != nil { throw ExitCode(FaultKind.failed.exitCode) }
  }
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
