/// How an encrypted file of secrets begins, whatever it is called: docs/SECRETS.md has both formats.
enum SecretContainerMark {
  /// The header of ours; of the old one its salt and the first of its token.
  static let count = 100

  static func isOne(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > count else { return false }
    // A text may begin with the word too; a version is no letter.
    if bytes.has("QESECRET", at: 0) { return bytes[8] < 0x20 }
    return bytes.has("gAAAAA", at: 16) && bytes[16..<count].allSatisfy { Byte.isBase64($0) }
  }
}
