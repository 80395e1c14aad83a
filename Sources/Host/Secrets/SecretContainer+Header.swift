import Cryptography

/// The first 100 bytes of a container, all of them authenticated. Numbers are big-endian.
struct Header {
  static let magic = Array("QESECRET".utf8)
  static let version: UInt8 = 1
  static let byteCount = 100
  static let saltByteCount = 32
  static let checkByteCount = 32
  private static let scryptID: UInt8 = 1
  private static let aes256GCMID: UInt8 = 1

  let scrypt: Scrypt
  let plaintextByteCount: Int
  var salt = [UInt8](repeating: 0, count: saltByteCount)
  /// Tells a wrong passphrase.
  var check = [UInt8](repeating: 0, count: checkByteCount)
  var nonce = [UInt8](repeating: 0, count: AES256GCM.nonceByteCount)

  init(scrypt: Scrypt, plaintextByteCount: Int) {
    self.scrypt = scrypt
    self.plaintextByteCount = plaintextByteCount
  }

  /// Of a whole container that begins with the magic. Allocates nothing that the file asks for.
  init(_ bytes: [UInt8]) throws(SecretContainer.Refusal) {
    // The version is the one thing that every version has at its place.
    guard bytes.count > 8 else { throw .truncated }
    guard bytes[8] == Self.version else { throw .versionUnsupported(bytes[8]) }
    guard bytes.count >= Self.byteCount + AES256GCM.tagByteCount else { throw .truncated }
    guard bytes[9] == Self.scryptID, bytes[10] == Self.aes256GCMID else { throw .algorithmUnsupported }
    guard bytes[11] < 32, let scrypt = Scrypt(cost: 1 << Int(bytes[11]), blockSize: Self.number(bytes, 12), parallelism: Self.number(bytes, 16)),
      scrypt.cost >= SecretContainer.minimumCost
    else { throw .parametersRefused }
    let length = Self.number(bytes, 20)
    let rest = bytes.count - Self.byteCount - AES256GCM.tagByteCount
    guard length <= SecretContainer.maximumPlaintextByteCount else { throw .tooLarge }
    guard length <= rest else { throw .truncated }
    guard length == rest else { throw .trailingBytes }
    self.init(scrypt: scrypt, plaintextByteCount: length)
    salt = Array(bytes[24..<56])
    check = Array(bytes[56..<88])
    nonce = Array(bytes[88..<100])
  }

  var bytes: [UInt8] {
    Self.magic + [Self.version, Self.scryptID, Self.aes256GCMID, UInt8(scrypt.cost.trailingZeroBitCount)] + Self.bytes(scrypt.blockSize)
      + Self.bytes(scrypt.parallelism) + Self.bytes(plaintextByteCount) + salt + check + nonce
  }

  private static func number(_ bytes: [UInt8], _ position: Int) -> Int { bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) } }

  private static func bytes(_ number: Int) -> [UInt8] { stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) } }
}
