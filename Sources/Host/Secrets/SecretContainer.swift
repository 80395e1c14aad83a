import Cryptography

/// The encrypted file of secrets: what its bytes mean. `SecretFile` reads and writes the file itself.
public struct SecretContainer: Sendable {
  public enum Format: Sendable, Equatable {
    /// Ours: scrypt and AES-256-GCM.
    case version1(Scrypt)
    /// The reference system's: PBKDF2-HMAC-SHA256 and a Fernet token. It is read, never written.
    case fernet
  }

  /// Why bytes are not used, by name.
  public enum Refusal: Error, Sendable, Equatable {
    case empty
    case tooLarge
    /// Neither our magic nor a Fernet token.
    case notAContainer
    case truncated
    case trailingBytes
    case versionUnsupported(UInt8)
    case algorithmUnsupported
    /// scrypt parameters that cost too little, or more memory or time than a start may take.
    case parametersRefused
    /// The check value does not fit. A changed salt or check value looks the same.
    case passphraseWrong
    /// A Fernet token does not tell the two apart.
    case passphraseWrongOrChanged
    /// The passphrase is right, and the bytes are not what was sealed.
    case changed
    /// What was sealed is no table of secrets.
    case contentInvalid(String)
    /// OpenSSL failed.
    case cipherFailed(String)
  }

  /// The most bytes that a file may have, and that its plaintext may have.
  public static let maximumByteCount = 256 << 10
  public static let maximumPlaintextByteCount = 128 << 10
  /// The lowest scrypt N that is accepted.
  public static let minimumCost = 1 << 14

  public let format: Format
  public let contents: SecretContents

  /// What kind of container it is, without opening it: everything that can be refused before the passphrase is.
  public static func format(of bytes: [UInt8]) throws(Refusal) -> Format {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= maximumByteCount else { throw .tooLarge }
    if bytes.starts(with: Header.magic) { return .version1(try Header(bytes).scrypt) }
    if Header.magic.starts(with: bytes) || bytes.count <= Fernet.saltByteCount { throw .truncated }
    guard Fernet.isLikely(bytes) else { throw .notAContainer }
    return .fernet
  }

  /// Opens either format. Total: every input gives a container or a refusal, in bounded memory and time.
  public static func open(bytes: [UInt8], passphrase: Secret) throws(Refusal) -> SecretContainer {
    switch try format(of: bytes) {
    case .version1: try openVersion1(bytes, passphrase)
    case .fernet: SecretContainer(format: .fernet, contents: try Fernet.open(bytes, passphrase))
    }
  }

  /// A container's bytes, with a new salt and a new nonce.
  ///
  /// - Precondition: the cost is not under `minimumCost`.
  public static func seal(_ contents: SecretContents, passphrase: Secret, scrypt: Scrypt = .standard) throws(Refusal) -> [UInt8] {
    precondition(scrypt.cost >= minimumCost, "a container that no reader takes")
    let plaintext = SecretJSON.write(contents)
    guard plaintext.count <= maximumPlaintextByteCount else { throw .tooLarge }
    do {
      var header = Header(scrypt: scrypt, plaintextByteCount: plaintext.count)
      header.salt = try RandomBytes.make(Header.saltByteCount)
      header.nonce = try RandomBytes.make(AES256GCM.nonceByteCount)
      let keys = try Keys(header, passphrase)
      header.check = keys.check.withBytes { Array($0) }
      return header.bytes + (try AES256GCM.seal(plaintext, key: keys.key, nonce: header.nonce, authenticating: header.bytes))
    } catch { throw .cipherFailed(error.description) }
  }

  private static func openVersion1(_ bytes: [UInt8], _ passphrase: Secret) throws(Refusal) -> SecretContainer {
    let header = try Header(bytes)
    let plaintext: SecureBytes?
    do {
      let keys = try Keys(header, passphrase)
      var check = header.check
      guard keys.check.isEqual(to: SecureBytes(taking: &check)) else { throw Refusal.passphraseWrong }
      plaintext = try AES256GCM.open(
        Array(bytes[Header.byteCount...]), key: keys.key, nonce: header.nonce, authenticating: Array(bytes[..<Header.byteCount]))
    } catch let refusal as Refusal { throw refusal } catch { throw .cipherFailed("\(error)") }
    guard let plaintext else { throw .changed }
    let format = Format.version1(header.scrypt)
    return SecretContainer(format: format, contents: try contents(of: plaintext, in: format))
  }

  /// What a plaintext says, once it is decrypted. Total, as `open` is.
  public static func contents(of plaintext: SecureBytes, in format: Format) throws(Refusal) -> SecretContents {
    guard plaintext.count <= maximumPlaintextByteCount else { throw .tooLarge }
    do { return try SecretJSON.read(plaintext, dialect: format == .fernet ? .python : .strict) } catch { throw .contentInvalid(error.description) }
  }
}

/// What scrypt makes of a passphrase: the key, and 32 bytes that tell a wrong passphrase from a changed file. The two are
/// separate blocks of its output: the one says nothing of the other.
private struct Keys {
  let key: SecureBytes
  let check: SecureBytes

  init(_ header: Header, _ passphrase: Secret) throws(CryptographyError) {
    let size = AES256GCM.keyByteCount
    let both = try header.scrypt.deriveKey(from: passphrase.secureBytes, salt: header.salt, byteCount: size + Header.checkByteCount)
    key = both.part(0..<size)
    check = both.part(size..<both.count)
  }
}

extension SecretContainer.Refusal: CustomStringConvertible {
  /// What is wrong, to follow the name of the file.
  public var description: String {
    switch self {
    case .empty: "is empty"
    case .tooLarge:
      "has more bytes than a container of secrets may have (\(SecretContainer.maximumByteCount), plaintext \(SecretContainer.maximumPlaintextByteCount))"
    case .notAContainer: "is no container of secrets"
    case .truncated: "is truncated"
    case .trailingBytes: "has bytes after its end"
    case .versionUnsupported(let version): "has container version \(version), this program reads version \(Header.version); update it"
    case .algorithmUnsupported: "names an algorithm that this program does not have"
    case .parametersRefused:
      "asks for scrypt parameters that are out of bounds (N at least \(SecretContainer.minimumCost), at most \(Scrypt.memoryLimit >> 20) MiB)"
    case .passphraseWrong: "cannot be opened: wrong passphrase (or the file's first \(Header.byteCount) bytes were changed)"
    case .passphraseWrongOrChanged: "cannot be opened: wrong passphrase, or the file was changed"
    case .changed: "was changed after it was written: its passphrase is right, its bytes are not"
    case .contentInvalid(let what): "opens, but holds no table of secrets: \(what)"
    case .cipherFailed(let what): "cannot be processed: \(what)"
    }
  }
}
