import Cryptography

/// A leak, told without its value.
public struct Finding: Sendable, Equatable {
  /// Relative to the checked folder, as its bytes are.
  public var path: FilePath
  /// From 1; both are 1 for a finding by name.
  public var line: Int
  /// From 1, in code points.
  public var column: Int
  public var rule: Rule
  /// What it is, in a few words.
  public var what: String
  /// The first characters, four at most, and the length; empty for a finding by name.
  public var masked: String
  /// SHA-256 of the value in hex, for the allow-list; nil for a finding by name.
  let fullDigest: String?
  /// The first digits of it; nil where the value is so short that it could be guessed by them.
  public let digest: String?

  init(path: FilePath, line: Int, column: Int, rule: Rule, what: String, value: [UInt8]) {
    (self.path, self.line, self.column, self.rule, self.what) = (path, line, column, rule, what)
    masked = value.isEmpty ? "" : Self.mask(value)
    let full = value.isEmpty ? nil : SHA256Hasher.digest(of: value).hex
    fullDigest = full
    digest = value.count >= Self.digestMinimumBytes ? full.map { String($0.prefix(12)) } : nil
  }

  static let digestMinimumBytes = 20

  /// A quarter of a short value at most.
  static func mask(_ value: [UInt8]) -> String {
    let shown = value.prefix(min(4, value.count / 4)).map { (0x21...0x7E).contains($0) ? Character(Unicode.Scalar($0)) : "?" }
    return "\(String(shown))… (\(value.count) characters)"
  }
}
