import Cryptography
import Kernel

/// Rewrites the reference system's container as ours, and keeps the old one, so that the old system can start again.
public enum SecretMigration {
  /// Where the old one stays: beside it, with this after its name.
  public static let suffix = ".fernet"

  /// A word of warning where the old container is still kept: whatever is changed in the new one, the old passphrase opens it.
  public static func keptAdvice(besides path: String) -> String? {
    guard Files.isPresent(path + suffix) else { return nil }
    return "\(path + suffix): the old passphrase still opens it; delete it when the old system is no longer needed"
  }

  /// - Returns: what the new container holds.
  /// - Throws: before anything is changed, when the old one does not open or is in the way of an other one that was kept.
  public static func run(_ file: SecretFile, passphrase: Secret, scrypt: Scrypt = .standard) throws(SecretsError) -> SecretContents {
    try run(file, passphrase: passphrase, scrypt: scrypt) { (bytes, path) throws(SecretsError) in
      if path == file.path { try file.rewrite(bytes) } else { try SecretFile.write(bytes, to: path) }
    }
  }

  /// - Parameter write: bytes to a path, in one step.
  static func run(
    _ file: SecretFile, passphrase: Secret, scrypt: Scrypt, write: (_ bytes: [UInt8], _ path: String) throws(SecretsError) -> Void
  ) throws(SecretsError) -> SecretContents {
    let kept = file.path + suffix
    guard file.format == .fernet else {
      throw SecretsError(.containerInTheWay, "\(file.path): it has the new format already; nothing to migrate")
    }
    let contents = try file.open(passphrase).contents
    if Files.isPresent(kept), (try? Files.read(kept, limit: SecretContainer.maximumByteCount)) != file.bytes {
      throw SecretsError(.containerInTheWay, "\(kept): another old container is kept there; move it away first")
    }
    let bytes: [UInt8]
    do throws(SecretContainer.Refusal) {
      bytes = try SecretContainer.seal(contents, passphrase: passphrase, scrypt: scrypt)
      // The old one is replaced by nothing that does not open.
      guard try SecretContainer.open(bytes: bytes, passphrase: passphrase).contents == contents else { throw SecretContainer.Refusal.changed }
    } catch { throw SecretFile.refused(error, file.path) }
    // In this order: whenever it breaks off, the old container is whole at one of its two places.
    try write(file.bytes, kept)
    try write(bytes, file.path)
    return contents
  }
}
