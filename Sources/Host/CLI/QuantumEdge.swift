import ArgumentParser
import Conformance
import Glibc
import Kernel
import Market
import Plugins

/// The `quantumedge` command: parses words, calls a composition root, maps faults to exit codes.
@main
struct QuantumEdge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantumedge",
    abstract: "A plugin-hosted strategy runtime for crypto scalping.",
    discussion: "Results go to standard output with --json, words for people to standard error. Exit codes follow sysexits.h.",
    version: HostVersion.text,
    subcommands: [
      RunCommand.self, StatusCommand.self, RiskCommand.self, BacktestCommand.self, OfflineLoopCommand.self, JournalCommand.self, ReplayCommand.self,
      WhyCommand.self, LedgerCommand.self,
      StrategiesCommand.self, TrainCommand.self, ModelsCommand.self,
      ConfigCommand.self, DoctorCommand.self, PredeployCommand.self, MigrateCommand.self, PluginCommand.self, TicksCommand.self, SecretsCommand.self,
      InitSecretsAliasCommand.self,
      CheckSecretsCommand.self,
      BenchmarkCommand.self,
    ])

  static func main() {
    ProcessStart.prepare()
    // Before anything else can read the environment, copy it or start a thread.
    HostEnvironment.take()
    // A child of `strategies verify --deep`: runs one case and does not return.
    CaseChild.runIfAsked(Array(CommandLine.arguments.dropFirst()))
    // A plugin in a process of its own, started by a host: it has no words to parse, and is to be there soon.
    if CommandLine.arguments.dropFirst() == ["worker"] { WorkerMain.run() }
    ProcessStart.surviveFileBounds()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let fault as any Fault {
      for line in fault.description.split(separator: "\n") { Console.error(String(line)) }
      Glibc.exit(fault.kind.exitCode)
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch {
      let code = exitCode(for: error)
      if code.isSuccess {  // --help, --version
        print(fullMessage(for: error))
        Glibc.exit(0)
      }
      if code == ExitCode.validationFailure {
        Console.error("\(firstLine(message(for: error))) (see quantumedge --help)")
        Glibc.exit(FaultKind.usage.exitCode)
      }
      Console.error(firstLine("\(error)"))
      Glibc.exit(FaultKind.internalError.exitCode)
    }
  }

  private static func firstLine(_ text: String) -> String { String(text.prefix { $0 != "\n" }) }
}

enum HostVersion {
  static let text = "0.1.0"
}
