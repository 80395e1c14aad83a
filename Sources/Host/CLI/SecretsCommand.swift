import Cryptography
import ArgumentParser
import Glibc
import Kernel
import Secrets
import Session
import Settings

/// `quantumedge secrets`.
struct SecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "The encrypted file of API keys and tokens, and the guard that keeps them out of a repository.",
    subcommands: [InitSecretsCommand.self, ListSecretsCommand.self, RotateSecretsCommand.self, SecretsCheckCommand.self])
}

/// What main took out of the environment before anything else ran.
enum HostEnvironment {
  /// Taken at the first use, which is in the first line of main.
  static let secrets = SecretEnvironment.take()

  static func take() {
    if !secrets.names.isEmpty { hideMemory() }
  }

  /// Before a secret comes into this process: nobody else of this user may look into it from then on.
  static func hideMemory() {
    do throws(KernelError) { try ProcessMemory.hide() } catch {
      Console.warning("\(error); other processes of this user could read what it holds")
    }
  }

  /// The rest, as it was then.
  static let variables = ProcessEnvironment.variables
}

/// Which container, and who opens it.
struct SecretFileOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The container; default: secrets.file of the settings.", valueName: "file"))
  var file: String?

  @Option(name: .long, help: ArgumentHelp("The settings file that says where the container is; default: as run finds it.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp(
      "Read the passphrase from this file descriptor, one line; else \(PassphraseSource.variable), else it is asked on the terminal.", valueName: "n")
  )
  var passphraseDescriptor: Int32?

  @Flag(name: .long, help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if file != nil, config != nil { throw ValidationError("--file and --config: either names the container; leave one of them away") }
    try Self.check(passphraseDescriptor, "--passphrase-fd")
  }

  static func check(_ descriptor: Int32?, _ option: String) throws {
    if let descriptor, descriptor < 0 { throw ValidationError("\(option) \(descriptor): a file descriptor is 0 or more") }
  }

  /// - Throws: settings that cannot be read: which container they mean is not guessed.
  func path() throws -> String {
    if let file { return file }
    do throws(SettingsError) {
      let settings = try Settings.load(path: config, overrides: [], environment: SettingsOptions.environment)
      return settings.resolved(settings.secrets.file)
    } catch { throw error.adding("it cannot be told from these settings which container is meant; mend them, or add --file FILE") }
  }

  func source(_ environment: SecretEnvironment) -> PassphraseSource {
    HostEnvironment.hideMemory()
    return PassphraseSource(descriptor: passphraseDescriptor, environment: environment)
  }

  /// The passphrase of a file that is there, or a refusal that says how to give one.
  func passphrase(for path: String, _ environment: SecretEnvironment) throws -> Secret {
    let source = source(environment)
    guard let passphrase = try source.read(for: path) else {
      throw SecretsError(.passphraseMissing, "no passphrase for \(path): \(source.advice)")
    }
    return passphrase
  }

  /// Opens it, with its warnings told.
  func open(_ path: String, _ environment: SecretEnvironment) throws -> (file: SecretFile, container: SecretContainer, passphrase: Secret) {
    let file = try SecretFile.read(path)
    for warning in file.warnings { Console.warning(warning) }
    let passphrase = try passphrase(for: path, environment)
    return (file, try file.open(passphrase), passphrase)
  }
}

extension SecretContainer.Format {
  var words: String {
    switch self {
    case .version1(let scrypt): "version 1, AES-256-GCM, scrypt N=\(scrypt.cost) r=\(scrypt.blockSize) p=\(scrypt.parallelism)"
    case .fernet: "the old format, Fernet; 'quantumedge secrets init --migrate' rewrites it"
    }
  }

  var json: JSONValue {
    switch self {
    case .version1(let scrypt):
      .object([
        ("format", .text("quantumedge")), ("version", .integer(1)), ("cipher", .text("aes-256-gcm")), ("kdf", .text("scrypt")),
        ("n", .integer(scrypt.cost)), ("r", .integer(scrypt.blockSize)), ("p", .integer(scrypt.parallelism)),
      ])
    case .fernet: .object([("format", .text("fernet")), ("kdf", .text("pbkdf2-hmac-sha256"))])
    }
  }
}
