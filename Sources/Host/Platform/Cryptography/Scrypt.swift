import CLibCrypto

/// scrypt (RFC 7914): a key from a passphrase, at a price in memory and time.
public struct Scrypt: Sendable, Hashable {
  /// The most memory that a derivation may take, in bytes.
  public static let memoryLimit = 256 << 20
  /// The most work: N * r * p. The default takes a quarter of it.
  public static let workLimit = 1 << 22

  /// N, the cost; a power of two.
  public let cost: Int
  /// r, the block size in units of 128 bytes.
  public let blockSize: Int
  /// p, how often it is done.
  public let parallelism: Int

  /// N = 2^17, r = 8, p = 1: 128 MiB, a few tenths of a second.
  public static let standard = Scrypt(cost: 1 << 17, blockSize: 8, parallelism: 1)!

  /// Nil for what is no scrypt, or over one of the limits. Nothing is allocated to find out.
  public init?(cost: Int, blockSize: Int, parallelism: Int) {
    guard cost > 1, cost & (cost - 1) == 0, blockSize > 0, parallelism > 0 else { return nil }
    let limit = Self.memoryLimit / 128
    // Each factor is under the limit first, so that no product overflows.
    guard cost <= limit, blockSize <= limit, parallelism <= limit, (cost + 2) * blockSize + blockSize * parallelism <= limit else { return nil }
    guard cost * blockSize * parallelism <= Self.workLimit else { return nil }
    // The standard's own bound: N < 2^(16 r).
    guard blockSize > 1 || cost < 1 << 16 else { return nil }
    self.cost = cost
    self.blockSize = blockSize
    self.parallelism = parallelism
  }

  /// What a derivation takes, in bytes.
  public var memoryByteCount: Int { 128 * ((cost + 2) * blockSize + blockSize * parallelism) }

  /// `byteCount` bytes from a passphrase and a salt.
  ///
  /// OpenSSL's own blocks lie in the ordinary heap while it works, and are zeroed after.
  public func deriveKey(from passphrase: SecureBytes, salt: [UInt8], byteCount: Int) throws(CryptographyError) -> SecureBytes {
    try SecureBytes(capacity: byteCount) { space throws(CryptographyError) in
      let isDone = passphrase.withBytes { passphrase in
        EVP_PBE_scrypt(
          // Unsafe: bytes as characters, which is what C calls them.
          passphrase.baseAddress!.assumingMemoryBound(to: CChar.self), passphrase.count, salt, salt.count, UInt64(cost), UInt64(blockSize),
          UInt64(parallelism), UInt64(Self.memoryLimit), space.baseAddress!.assumingMemoryBound(to: UInt8.self), byteCount) == 1
      }
      guard isDone else { throw CryptographyError("scrypt derives no key") }
      return byteCount
    }
  }
}
