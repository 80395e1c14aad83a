import Market
import ArgumentParser
import Session
import Settings

/// `quantumedge doctor`: whether everything that a run with these settings needs is there.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at all that a run needs: PASS, WARN and FAIL lines with the cure; exit 1 if one fails, 78 for the settings.")

  @OptionGroup var host: HostOptions

  @Flag(name: .long, help: "Ask nobody on the network.")
  var offline = false

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp("Read the passphrase of the secrets from this file descriptor, one line; nobody is asked for it.", valueName: "n"))
  var passphraseDescriptor: Int32?

  func validate() throws { try SecretFileOptions.check(passphraseDescriptor, "--passphrase-fd") }

  func run() throws {
    var findings: [Finding] = []
    var exitCode = ExitCode.failure
    do throws(SettingsError) {
      let reading = try host.read()
      findings += settingsFindings(reading)
      let loaded = reading.settings
      findings += CompanionFile.all.flatMap { $0.violations(besides: reading.place.file) }.map {
        .warn("settings", $0, cure: "mend it before the Supervisor reads it")
      }
      findings += Doctor.mode(loaded)
      findings += Doctor.secrets(loaded, passphraseDescriptor: passphraseDescriptor)
      findings += Doctor.feed(loaded)
      findings += Doctor.plugins(loaded)
      findings += Doctor.models(loaded)
      findings += Doctor.folders(loaded)
      findings += Doctor.state(loaded)
      findings += offline ? [.pass("network", "not asked, as --offline says")] : Doctor.network(loaded)
      findings += Doctor.processors(loaded)
    } catch {
      // As run would end.
      exitCode = ExitCode(error.kind.exitCode)
      findings += error.violations.map { .fail("settings", $0, cure: "mend it, and look again with: quantumedge config check") }
    }
    findings += Doctor.system()
    try tell(findings, exitCode)
  }

  private func settingsFindings(_ reading: SettingsReading) -> [Finding] {
    let file = reading.place.file ?? "built-in defaults"
    return [.pass("settings", "\(file), mode \(reading.settings.mode.rawValue), \(reading.origins.count) keys set")]
      + reading.warnings.map { .warn("settings", $0, cure: "remove the key if that is not what you want") }
  }

  private func tell(_ findings: [Finding], _ exitCode: ExitCode) throws {
    let worst: Finding.Status =
      findings.contains { $0.status == .fail } ? .fail : findings.contains { $0.status == .warn } ? .warn : .pass
    for finding in findings { finding.tell() }
    if host.output.json {
      try Console.result(
        JSONValue.object([("status", .text(worst.rawValue)), ("results", .array(findings.map(\.json)))]).description)
    }
    if worst == .fail { throw exitCode }
  }
}
