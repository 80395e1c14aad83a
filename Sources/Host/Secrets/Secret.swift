import Cryptography

/// A value that is never shown: every interpolation, dump, mirror and JSON of it is `<redacted>`.
///
/// It lies in OpenSSL's secure heap and is zeroed when the last copy of this value is gone. It is no String, because a
/// String's bytes are copied at will and never zeroed.
public struct Secret: Sendable {
  /// The longest value that is taken, in bytes.
  public static let maximumByteCount = 16 << 10

  private let bytes: SecureBytes

  public init(_ bytes: SecureBytes) { self.bytes = bytes }

  /// Takes the bytes of an array that nobody else holds, and overwrites and empties it.
  public init(taking bytes: inout [UInt8]) { self.bytes = SecureBytes(taking: &bytes) }

  /// Copies; whoever holds the source has it still.
  public init(copying bytes: UnsafeRawBufferPointer) { self.bytes = SecureBytes(copying: bytes) }

  public var isEmpty: Bool { bytes.isEmpty }

  /// Lends the bytes for the call: the only way in. Nothing that is made of them is redacted or zeroed.
  public func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
    try bytes.withBytes(body)
  }

  /// For those who hand it to a cipher.
  var secureBytes: SecureBytes { bytes }
}

extension Secret: Equatable {
  /// In a time that depends on the lengths alone.
  public static func == (one: Secret, other: Secret) -> Bool { one.bytes.isEqual(to: other.bytes) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable, Encodable {
  public var description: String { "<redacted>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Secret {
  /// What is wrong with it as a value; nil when nothing is. Values go into headers and lines, so they hold no control
  /// characters.
  var fault: String? {
    withBytes { bytes in
      if bytes.isEmpty { return "is empty" }
      if bytes.count > Self.maximumByteCount { return "has more than \(Self.maximumByteCount) bytes" }
      if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a line break or another control character" }
      if !UTF8Check.isValid(bytes) { return "is not UTF-8" }
      return nil
    }
  }
}
