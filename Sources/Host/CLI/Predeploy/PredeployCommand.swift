import ArgumentParser
import Feeds
import Kernel
import Market
import Session
import Settings

/// `quantumedge predeploy`: everything that is to be looked at before a host is started anew, as one command.
struct PredeployCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predeploy",
    abstract: "Settings, secrets, doctor, plugins, a backtest through the real writers and a drill of each risk limit; exit 1 if one fails.",
    discussion: "Nothing of a running host is touched. What it writes stays in --out, for a look. `make predeploy` runs the tests before it.")

  @OptionGroup var host: HostOptions

  @Option(name: .customLong("ticks"), help: ArgumentHelp("Recent ticks: a tick file or a recording.", valueName: "file"))
  var ticksPath: String

  @Option(name: .long, help: "Symbol of the ticks; default: what the file's name begins with.")
  var symbol: String?

  @Option(
    name: .long, help: ArgumentHelp("A new folder for the report, the journal and the ticks; default: data/predeploy/<UTC>.", valueName: "folder"))
  var out: String?

  @Option(
    name: .customLong("guard"), help: ArgumentHelp("The folder to look for secrets in; default: QE_ROOT, else the current one.", valueName: "folder"))
  var guarded: String?

  @Flag(name: .long, help: "Ask nobody on the network.")
  var offline = false

  @Option(help: "Of the plugins: 1...10, from how strict a case on its failure fails.")
  var strictness = 5

  func validate() throws {
    guard Predeploy.strictnessRange.contains(strictness) else { throw ValidationError("--strictness is 1...10") }
  }

  func run() throws {
    let reading = try host.read()
    let loaded = reading.settings
    // Before anything takes its time.
    guard Files.exists(ticksPath) else { throw SessionError(.missingInput, "\(ticksPath): there is no such file") }
    let instrument = try instrument(loaded)
    let folder = out ?? "\(loaded.dataFolder)/predeploy/\(UTCStamp.text(nanoseconds: Clocks.realtimeNanoseconds()))"
    guard !Files.isPresent(folder) else { throw SessionError(.usage, "\(folder): is there already; name a new folder with --out") }
    let predeploy = Predeploy(
      reading: reading, instrument: instrument, ticksPath: ticksPath, folder: folder, guarded: guarded ?? (loaded.root.isEmpty ? "." : loaded.root),
      isOffline: offline,
      strictness: strictness)
    var findings: [Finding] = []
    for part in Predeploy.parts {
      let found = predeploy.look(part)
      for finding in found { finding.tell() }
      findings += found
    }
    let failed = findings.count { $0.status == .fail }
    let warned = findings.count { $0.status == .warn }
    if host.output.json {
      try Console.result(
        JSONValue.object([
          ("status", .text(failed > 0 ? "FAIL" : warned > 0 ? "WARN" : "PASS")), ("failed", .integer(failed)), ("warned", .integer(warned)),
          ("folder", .text(folder)), ("results", .array(findings.map(\.json))),
        ]).description)
    }
    Console.line(
      failed > 0
        ? "NOT ready: \(failed) of \(findings.count) failed, \(warned) warnings; \(folder)"
        : "ready: \(findings.count - warned) passed, \(warned) warnings; \(folder)")
    if failed > 0 { throw ExitCode(FaultKind.failed.exitCode) }
  }

  private func instrument(_ settings: Settings) throws -> Instrument {
    let file = ticksPath.split(separator: "/").last.map(String.init) ?? ticksPath
    let name = symbol ?? String(file.prefix { $0 != "_" && $0 != "." })
    guard let instrument = settings.pairs.instrument(name) else {
      throw SessionError(.usage, "\(name): pairs.yaml does not know it; name the symbol of \(ticksPath) with --symbol")
    }
    return instrument
  }
}
