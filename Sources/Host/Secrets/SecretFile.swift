import Cryptography
import Glibc
import Kernel

/// A container in its file: who may touch it, and how it is replaced.
public struct SecretFile: Sendable {
  /// Where it lies below the root of an installation.
  public static let defaultPath = "config/secrets.enc"

  public let path: String
  public let format: SecretContainer.Format
  public let bytes: [UInt8]
  /// What the user should know, one line each.
  public let warnings: [String]

  /// Reads it without opening it.
  ///
  /// - Throws: also for a file that others may write: they cannot forge one, but put an older one in its place.
  public static func read(_ path: String) throws(SecretsError) -> SecretFile {
    let (bytes, mode): ([UInt8], UInt32)
    do { (bytes, mode) = try Files.readWithMode(path, limit: SecretContainer.maximumByteCount) } catch {
      switch error.code {
      case _ where error.isMissing: throw SecretsError(.containerMissing, "\(path): there is no such file; make it with: quantumedge secrets init")
      case EFBIG: throw refused(.tooLarge, path)
      case EISDIR: throw SecretsError(.containerUnreadable, "\(path): is not a regular file")
      case _ where error.isDenied:
        throw SecretsError(.containerUnreadable, "\(error); give it to the user of the host (chown, chmod 600), who is user \(geteuid())")
      default: throw SecretsError(.containerUnreadable, "\(error)")
      }
    }
    let written = mode & 0o022
    guard written == 0 else {
      throw SecretsError(.containerExposed, "\(path): others may write to it (mode \(String(mode, radix: 8))); look at it, then: chmod 600 \(path)")
    }
    let format: SecretContainer.Format
    do { format = try SecretContainer.format(of: bytes) } catch { throw refused(error, path) }
    let warnings = mode & 0o044 == 0 ? [] : ["\(path): others may read it (mode \(String(mode, radix: 8))); cure: chmod 600 \(path)"]
    return SecretFile(path: path, format: format, bytes: bytes, warnings: warnings)
  }

  public func open(_ passphrase: Secret) throws(SecretsError) -> SecretContainer {
    do { return try SecretContainer.open(bytes: bytes, passphrase: passphrase) } catch { throw Self.refused(error, path) }
  }

  /// Seals and replaces the file in one step, readable by the owner alone from its first moment.
  ///
  /// - Parameter replacing: whether one that stands there is replaced; else it is refused, also when another process makes it meanwhile.
  public static func write(
    _ contents: SecretContents, to path: String, passphrase: Secret, scrypt: Scrypt = .standard, replacing: Bool = true
  ) throws(SecretsError) {
    let bytes: [UInt8]
    do { bytes = try SecretContainer.seal(contents, passphrase: passphrase, scrypt: scrypt) } catch { throw refused(error, path) }
    try write(bytes, to: path, replacing: replacing)
  }

  /// The bytes of a new container, and then the file: for those who must know the first before they do the second.
  public static func seal(_ contents: SecretContents, for path: String, passphrase: Secret) throws(SecretsError) -> [UInt8] {
    do { return try SecretContainer.seal(contents, passphrase: passphrase, scrypt: .standard) } catch { throw refused(error, path) }
  }

  /// Seals other contents into the file, unless it is no longer the one that was read: of several at once one does it.
  public func rewrite(_ contents: SecretContents, passphrase: Secret, scrypt: Scrypt = .standard) throws(SecretsError) {
    let sealed: [UInt8]
    do { sealed = try SecretContainer.seal(contents, passphrase: passphrase, scrypt: scrypt) } catch { throw Self.refused(error, path) }
    try rewrite(sealed)
  }

  func rewrite(_ sealed: [UInt8]) throws(SecretsError) {
    // The container's own lock. Whoever waits for it then has that of a file that was replaced, and sees other bytes at the path.
    let lock: FileLock
    do { lock = try FileLock.acquire(existing: path) } catch { throw SecretsError(.containerNotWritten, "\(error)") }
    guard (try? Files.read(path, limit: SecretContainer.maximumByteCount)) == bytes else {
      throw SecretsError(.containerNotWritten, "\(path): another process rewrote it meanwhile, nothing was changed; look at it, then do this again")
    }
    try Self.write(sealed, to: path)
    _ = consume lock
  }

  /// Where a link leads, that file is replaced, and not the link.
  public static func write(_ bytes: [UInt8], to path: String, replacing: Bool = true) throws(SecretsError) {
    // Unsafe: realpath gives memory that is ours to free, or NULL where nothing stands yet.
    let real = realpath(path, nil)
    defer { free(real) }
    let target = real.map { String(cString: $0) } ?? path
    do { try Files.writeAtomically(bytes, to: target, mode: 0o600, replacing: replacing) } catch {
      if !replacing, error.code == EEXIST { throw SecretsError(.containerInTheWay, "\(path): another process made it meanwhile; look at it first") }
      throw SecretsError(.containerNotWritten, "\(error)")
    }
  }

  static func refused(_ refusal: SecretContainer.Refusal, _ path: String) -> SecretsError {
    SecretsError(.container(refusal), "\(path): \(refusal)")
  }
}
