import Cryptography
import Glibc
import Kernel

/// Where a passphrase comes from: a file descriptor, else a variable, else a person at the terminal.
public struct PassphraseSource: Sendable {
  public static let variable = "SCALPER_SECRETS_PASSPHRASE"
  /// The one that `secrets rotate` changes to.
  public static let newVariable = "SCALPER_SECRETS_PASSPHRASE_NEW"
  /// The longest passphrase, in bytes.
  public static let maximumByteCount = 1024

  private let descriptor: Int32?
  private let option: String
  private let variable: String
  private let value: Secret?
  private let mayAsk: Bool

  /// - Parameters:
  ///   - descriptor: to read one line from; it stays open, and is not inherited by children.
  ///   - option: how the command line names the descriptor.
  ///   - variable: looked up in what was taken from the environment.
  ///   - mayAsk: whether a person is asked, where there is one at the terminal.
  public init(
    descriptor: Int32? = nil, option: String = "--passphrase-fd", environment: SecretEnvironment, variable: String = PassphraseSource.variable,
    mayAsk: Bool = true
  ) {
    self.descriptor = descriptor
    self.option = option
    self.variable = variable
    self.value = environment[variable]
    self.mayAsk = mayAsk
  }

  /// Whether there is one without asking anybody.
  public var isGiven: Bool { descriptor != nil || value != nil }

  /// Whether a person would be asked.
  public var canAsk: Bool { mayAsk && Question.mayBeAsked }

  /// How to give one, for messages.
  public var advice: String { "set \(variable), or give \(option) N" }

  /// The passphrase; nil when no source has one.
  ///
  /// - Parameters:
  ///   - purpose: what it opens, for the prompt.
  ///   - asking: false = nobody is asked.
  ///   - twice: a new one is typed a second time.
  public func read(for purpose: String, asking: Bool = true, twice: Bool = false) throws(SecretsError) -> Secret? {
    if let descriptor { return try checked(readLine(descriptor), "\(option) \(descriptor)") }
    if let value { return try checked(value, variable) }
    guard asking, canAsk else { return nil }
    let typed = try checked(try Self.ask("passphrase for \(purpose): "), "the passphrase")
    if twice, try Self.ask("the same again: ") != typed { throw SecretsError(.passphraseInvalid, "the two passphrases differ; nothing was changed") }
    return typed
  }

  /// A line typed without being shown.
  public static func ask(_ prompt: String) throws(SecretsError) -> Secret {
    var count: Int? = 0
    do {
      let bytes = try SecureBytes(capacity: maximumByteCount) { space throws(KernelError) in
        count = try Question.ask(prompt, into: space)
        return count ?? 0
      }
      guard count != nil else { throw SecretsError(.passphraseInvalid, "what was typed has more than \(maximumByteCount) bytes") }
      return Secret(bytes)
    } catch let error as SecretsError { throw error } catch { throw SecretsError(.passphraseMissing, "nothing was typed: \(error)") }
  }

  /// Up to the end of the line or of the input, and not a byte further: two passphrases may come by one descriptor.
  private func readLine(_ descriptor: Int32) throws(SecretsError) -> Secret {
    guard isatty(descriptor) == 0 else {
      throw SecretsError(
        .passphraseInvalid, "\(option) \(descriptor): it is a terminal and would show what is typed; leave the option away to be asked")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let bytes = try SecureBytes(capacity: Self.maximumByteCount + 1) { space throws(SecretsError) in
      var filled = 0
      while filled < space.count {
        let count = Glibc.read(descriptor, space.baseAddress! + filled, 1)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          throw SecretsError(.passphraseMissing, "\(option) \(descriptor): cannot be read: \(String(cString: strerror(errno)))")
        }
        if count == 0 || space[filled] == UInt8(ascii: "\n") { break }
        filled += 1
      }
      return filled
    }
    return Secret(bytes)
  }

  private func checked(_ secret: Secret, _ source: String) throws(SecretsError) -> Secret {
    let fault: String? = secret.withBytes { bytes in
      if bytes.isEmpty { return "is empty" }
      if bytes.count > Self.maximumByteCount { return "has more than \(Self.maximumByteCount) bytes" }
      return bytes.contains { [0x00, 0x0A, 0x0D].contains($0) } ? "holds a line break" : nil
    }
    if let fault { throw SecretsError(.passphraseInvalid, "\(source): the passphrase \(fault)") }
    return secret
  }
}
