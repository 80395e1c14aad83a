import ArgumentParser
import Daemon
import Kernel
import LogOutput
import Logging
import Market
import Secrets
import Session
import Settings

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the host: published strategies on a live feed. This version knows mock, and paper on recordings or on the made-up market.")

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Overrides app.mode: mock, paper, demo or live.")
  var mode: String?

  @Option(
    name: .long, help: ArgumentHelp("Stop after this many seconds; default: at SIGINT or SIGTERM, or when the feed ends.", valueName: "seconds"))
  var duration: Double?

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp("Read the passphrase of the secrets from this file descriptor, one line.", valueName: "n"))
  var passphraseDescriptor: Int32?

  @Flag(name: .long, help: "Start the host again when a plugin has hung or crashed it, without that plugin.")
  var keepAlive = false

  @Flag(name: .long, help: "Trade without the models that are missing: --set ml.require_models=false.")
  var allowNoModels = false

  @Flag(name: .long, help: "Begin a new practice account: what the last run of this mode held is left behind.")
  var fresh = false

  /// Written by the parent of `--keep-alive`: when that ends, so does the host.
  @Option(name: .long, help: .private)
  var parentProcess: Int32?

  func validate() throws {
    if let duration, !(duration > 0 && duration <= 1e9) { throw ValidationError("--duration \(duration): is above 0 and at most 1000000000 seconds") }
    try SecretFileOptions.check(passphraseDescriptor, "--passphrase-fd")
  }

  func run() throws {
    StopSignals.holdReload()
    if keepAlive { throw ExitCode(try keepHostAlive()) }
    if let parentProcess {
      // In order, by app.on_shutdown: nobody is left who would end it.
      do { try KeptProcess.endWithParent(parentProcess) } catch { throw SessionError(.unavailable, "\(error); the host does not run") }
    }
    var settings = settings
    if allowNoModels { settings.overrides.append("ml.require_models=false") }
    let reading = try settings.read(mode: mode)
    let output = try LogOutput(reading.settings)
    defer { output.flush() }
    do { try run(reading, output, settings) } catch let fault as any Fault { try output.end(with: fault) }
  }

  private func run(_ reading: SettingsReading, _ logs: LogOutput, _ settings: SettingsOptions) throws {
    let loaded = reading.settings
    let log = logs.logger("host")
    let settingsLog = logs.logger("settings")
    for warning in reading.warnings { settingsLog.warning("\(warning)") }
    // What is asked comes after what was said.
    logs.flush()
    if !loaded.secretNeeds.required.isEmpty || loaded.hasSupervisor { HostEnvironment.hideMemory() }
    // Before the host blocks signals: whoever is asked for a passphrase can still stop it.
    let secrets = try RunSecrets.resolve(
      loaded, passphrase: PassphraseSource(descriptor: passphraseDescriptor, environment: HostEnvironment.secrets))
    let secretsLog = logs.logger("secrets")
    for warning in secrets.warnings { secretsLog.warning("\(warning)") }
    let headers = try loaded.supervisorHeaders(secrets)
    let (options, mode, place) = (settings, mode, reading.place)
    let result = try HostRun(
      settings: loaded, executableFolder: Executable.folder, durationSeconds: duration, hostVersion: HostVersion.text, beginsAnew: fresh
    )
    .run(
      report: { logs.show(status: $0.line) }, log: RunLog(logs), supervisorHeaders: headers,
      reread: { () throws(SettingsError) in try options.read(mode: mode, at: place) })
    log.notice("\(result.status.line)")
    log.notice("stopped by \(result.stoppedBy); decisions \(result.decisionHash); \(result.leftOpen)")
    logs.flush()
    if output.json { try Console.result(result.json.description) }
    // A run whose every strategy broke its contract, or whose data broke off, did not do its work.
    if result.hasFailed { throw ExitCode(FaultKind.failed.exitCode) }
  }

  private func keepHostAlive() throws -> Int32 {
    // It holds what each of its hosts is given.
    HostEnvironment.hideMemory()
    var secrets = HostEnvironment.secrets
    // A pipe is read once, and there may be many hosts: they get it as a variable, which each takes out again.
    let source = PassphraseSource(descriptor: passphraseDescriptor, environment: secrets, mayAsk: false)
    if passphraseDescriptor != nil, let passphrase = try source.read(for: "the secrets") { secrets.set(PassphraseSource.variable, passphrase) }
    let given = secrets
    var parent = KeepAlive(
      arguments: KeepAlive.childArguments(Array(CommandLine.arguments.dropFirst())), durationSeconds: duration, note: { Console.error($0) },
      start: { words throws(KernelError) in
        try given.withEntries { entries throws(KernelError) in try KeptProcess.start(words, adding: entries) }
      })
    do { return try parent.run() } catch { throw SessionError(.unavailable, "\(error)") }
  }
}

extension RunSecrets {
  /// The secrets that a run with these settings uses.
  static func resolve(_ settings: Settings, passphrase: PassphraseSource) throws(SecretsError) -> RunSecrets {
    try SecretStore.resolve(
      settings.secretNeeds, containerPath: settings.resolved(settings.secrets.file), passphrase: passphrase, environment: HostEnvironment.secrets,
      precedence: settings.secrets.precedence == .container ? .container : .environment)
  }
}

extension Settings {
  /// Exactly what this run uses.
  var secretNeeds: SecretNeeds {
    let mode: SecretNeeds.Mode =
      switch mode {
      case .mock: .mock
      case .paper: .paper
      case .demo: .demo
      case .live: .live
      }
    return SecretNeeds(
      mode: mode, exchange: exchange == .binanceSpot ? .binanceSpot : .binanceUSDM, llmEnabled: llmEnabled,
      supervisor: hasSupervisor && supervisor.token.isEmpty && supervisor.tokenFile == nil)
  }
}
