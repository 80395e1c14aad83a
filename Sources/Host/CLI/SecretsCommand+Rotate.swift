import ArgumentParser
import Secrets
import Session

/// `quantumedge secrets rotate`.
struct RotateSecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Encrypt the container anew, with a new passphrase, salt and nonce; with --values also take new values.")

  @OptionGroup var options: SecretFileOptions

  @Option(
    name: .customLong("new-passphrase-fd"),
    help: ArgumentHelp(
      "Read the new passphrase from this file descriptor, one line; else \(PassphraseSource.newVariable), else it is asked twice on the terminal.",
      valueName: "n"))
  var newPassphraseDescriptor: Int32?

  @Flag(name: .long, help: "Take values from the environment for the names in the container; the passphrase stays, unless a new one is given.")
  var values = false

  func validate() throws { try SecretFileOptions.check(newPassphraseDescriptor, "--new-passphrase-fd") }

  func run() throws {
    var environment = HostEnvironment.secrets
    let (file, container, passphrase) = try options.open(options.path(), environment)
    guard file.format != .fernet else {
      throw SecretsError(.containerInTheWay, "\(file.path): it has the old format; first: quantumedge secrets init --migrate")
    }
    var contents = container.contents
    environment.take(contents.names)
    var renewed: [String] = []
    if values {
      for name in contents.names {
        guard let value = try environment.secret(name), value != contents[name] else { continue }
        try contents.set(name, to: value)
        renewed.append(name)
      }
    }
    let source = PassphraseSource(
      descriptor: newPassphraseDescriptor, option: "--new-passphrase-fd", environment: environment, variable: PassphraseSource.newVariable)
    let next = try source.read(for: "the rotated \(file.path)", asking: !values, twice: true)
    guard values || next != nil else { throw SecretsError(.passphraseMissing, "no new passphrase for \(file.path): \(source.advice)") }
    guard next != passphrase else { throw SecretsError(.passphraseInvalid, "\(file.path): the new passphrase is the old one; nothing was changed") }
    try file.rewrite(contents, passphrase: next ?? passphrase)
    if next != nil, let advice = SecretMigration.keptAdvice(besides: file.path) { Console.warning(advice) }
    if options.json {
      let result = JSONValue.object([
        ("path", .text(file.path)), ("passphrase_changed", .boolean(next != nil)), ("new_values", .array(renewed.map { .text($0) })),
      ])
      try Console.result(result.description)
    }
    Console.line(
      "rewrote \(file.path): \(next == nil ? "the same passphrase" : "a new passphrase"), new salt and nonce"
        + (values ? ", new values: \(renewed.isEmpty ? "none" : renewed.joined(separator: ", "))" : ""))
  }
}
