import ArgumentParser
import Glibc
import Market

/// The `quantumedge` command: parses words, calls a composition root, maps faults to exit codes.
@main
struct QuantumEdge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantumedge",
    abstract: "A plugin-hosted strategy runtime for crypto scalping.",
    version: HostVersion.text,
    subcommands: [])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let fault as any Fault {
      Console.error(fault.description)
      Glibc.exit(fault.kind.exitCode)
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch {
      let code = exitCode(for: error)
      if code.isSuccess {  // --help, --version
        print(fullMessage(for: error))
        Glibc.exit(0)
      }
      Console.error("\(message(for: error)) (see quantumedge --help)")
      Glibc.exit(FaultKind.usage.exitCode)
    }
  }
}

enum HostVersion {
  static let text = "0.1.0"
}
