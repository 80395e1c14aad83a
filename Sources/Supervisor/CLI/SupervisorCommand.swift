import ArgumentParser
import Glibc
import Kernel
import LogOutput
import Logging
import Market
import Settings
import SupervisorAgent

/// `quantumedge-supervisor`: watches over hosts and their risk, behind an HTTP interface.
@main
struct SupervisorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantumedge-supervisor", abstract: "Watches over hosts: heartbeats, risk over all of them, halts, and an audit of it.",
    discussion: """
      Reads config/supervisor.yaml, and risk.yaml beside it. Ends on SIGTERM or SIGINT. Exit 0, 64 for the command line, 66 for a file that \
      is not there, 69 where it cannot listen or write, 78 for settings.
      """)

  @Option(help: "The settings file; config/supervisor.yaml below QE_ROOT or the working folder without it.") var config: String?
  @Option(name: .customLong("set"), parsing: .singleValue, help: "key=value of supervisor.yaml, or risk.key=value of risk.yaml; may be repeated.")
  var overrides: [String] = []
  @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning or error.") var logLevel = "info"
  @Option(name: .customLong("log-format"), help: "text or json.") var logFormat = "text"

  private static let sectionsWithoutUse = ["bot", "snapshots", "llm"]

  static func main() async {
    ProcessStart.prepare()
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
    } catch let fault as any Fault {
      for line in fault.description.split(separator: "\n") { say(String(line)) }
      Glibc.exit(fault.kind.exitCode)
    } catch {
      let code = exitCode(for: error)
      if code.isSuccess {
        print(fullMessage(for: error))
        Glibc.exit(0)
      }
      let text = code == .validationFailure ? "\(message(for: error)) (see quantumedge-supervisor --help)" : "\(error)"
      say(String(text.prefix { $0 != "\n" }))
      Glibc.exit((code == .validationFailure ? FaultKind.usage : .internalError).exitCode)
    }
  }

  private static func say(_ line: String) {
    var line = "quantumedge-supervisor: \(line)\n"
    line.withUTF8 { bytes in _ = write(2, bytes.baseAddress, bytes.count) }
  }

  func run() async throws {
    var options = LogOutput.Options()
    guard let level = Logger.Level(rawValue: logLevel) else { throw ValidationError("--log-level: trace, debug, info, notice, warning or error") }
    guard let format = LogFormat(rawValue: logFormat) else { throw ValidationError("--log-format: text or json") }
    (options.level, options.format, options.isTerminal) = (level, format, isatty(2) == 1)
    let output = try LogOutput(options)
    let log = output.logger("supervisor")
    let place = try ConfigurationPlace.find(config)
    let supervisor = try CompanionFile.supervisor.read(place.supervisor, overrides: overrides.filter { !$0.hasPrefix("risk.") })
    let risk = try CompanionFile.risk.read(place.risk, overrides: overrides.filter { $0.hasPrefix("risk.") }.map { String($0.dropFirst(5)) })
    let idle = supervisor.changed(in: Self.sectionsWithoutUse, of: .supervisor)
    if !idle.isEmpty { log.warning("\(idle.joined(separator: ", ")): checked and not used in this version (docs/SUPERVISOR.md)") }
    let agentOptions = try AgentOptions(supervisor: supervisor, risk: risk, resolve: place.resolved)
    let listening = try Listening(supervisor, place)
    let agent = try Agent(agentOptions, log: log)
    defer {
      agent.stop()
      output.flush()
    }
    let token = try Token.find(supervisor, place, log)
    try listening.check(hasToken: !token.isEmpty)
    if token.isEmpty { log.warning("api_auth_token: '': whoever reaches \(listening.host) may halt hosts and let them go on") }
    let gatekeeper = Gatekeeper(token: token, maximumBadPerMinute: agentOptions.maximumBadTokensPerMinute)
    try await SupervisorServer(agent, gatekeeper, listening, origins: agentOptions.origins, log: log).run()
  }
}
