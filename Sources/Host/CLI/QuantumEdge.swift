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
      var command = try parseAsRoot(joiningNegativeNumbers(CommandLine.arguments.dropFirst()))
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

  /// `--limit -1` as `--limit=-1`: the parser takes a number below 0 for an option, and would say that a value is missing.
  static func joiningNegativeNumbers(_ words: some Sequence<String>) -> [String] {
    var result: [String] = []
    var isOver = false
    for word in words {
      isOver = isOver || word == "--"
      if !isOver, let option = result.last, option.hasPrefix("--"), !option.contains("="), word.first == "-",
        let digit = word.dropFirst().utf8.first, digit >= 0x30 && digit <= 0x39
      {
        result[result.count - 1] = "\(option)=\(word)"
      } else {
        result.append(word)
      }
    }
    return result
  }

  private static func firstLine(_ text: String) -> String { String(text.prefix { $0 != "\n" }) }
}

enum HostVersion {
  static let text = "0.1.0"
}
