import ArgumentParser
import Market
import SecretGuard

/// `quantumedge secrets check`.
struct SecretsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Look for secrets in a folder, or in what is staged there, before they are committed.",
    discussion: "Exit code 0: none. 1: findings, one line each, values masked. 66: none, but not everything could be read.")

  @OptionGroup var options: SecretsCheckOptions

  func run() throws { try options.check() }
}

/// `quantumedge check-secrets`: the older name of the same.
struct CheckSecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-secrets", abstract: "The same as secrets check.", discussion: SecretsCheckCommand.configuration.discussion)

  @OptionGroup var options: SecretsCheckOptions

  func run() throws { try options.check() }
}

struct SecretsCheckOptions: ParsableArguments {
  @Argument(help: "The folder to check; default: this one, and with --staged the whole repository.") var folder: String?
  @Flag(name: .long, help: "Check the content that is staged in git, not the files: for a pre-commit hook.") var staged = false
  @Option(name: .long, help: "The allow-list; without it, .secretguardallow in the folder.") var allow: String?
  @Option(name: .long, help: "Also write the findings to this file, in SARIF 2.1.0.") var sarif: String?
  @Flag(name: .long, help: "List the rules, and check nothing.") var rules = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if folder == "" { throw ValidationError("the folder's name is empty; leave it out for the current one") }
  }

  func check() throws {
    if rules {
      for rule in Rule.all { Console.line("\(rule.id): \(rule.summary)") }
      return
    }
    let report = try SecretGuard.check(SecretGuard.Options(folder: folder, isStaged: staged, allowList: allow))
    if let sarif { try SARIFLog(report, toolVersion: HostVersion.text).write(to: sarif) }
    if output.json { try Console.result(report.json()) }
    tell(report)
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func tell(_ report: GuardReport) {
    for finding in report.findings {
      let place = "\(Console.printable(finding.path.text)):\(finding.line):\(finding.column)"
      let value = finding.masked.isEmpty ? "" : ": \(Console.printable(finding.masked))"
      Console.line("\(place): \(finding.rule.id): \(finding.what)\(value)")
    }
    for warning in report.warnings { Console.warning(warning) }
    for skip in report.skipped { Console.warning("\(skip.path.text): not looked into: \(skip.reason)") }
    for skip in report.unreadable { Console.error("\(skip.path.text): cannot be read: \(skip.reason)") }
    let allowed = report.allowed > 0 ? ", \(count(report.allowed, "finding")) allowed" : ""
    let unreadable = report.unreadable.isEmpty ? "" : ", \(count(report.unreadable.count, "file")) not read"
    let what = report.source == .staged ? "staged file" : "file"
    Console.line("\(count(report.files, what)) scanned, \(count(report.findings.count, "finding"))\(allowed)\(unreadable)")
  }

  private func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}
