/// A path as the file system has it: bytes, which need not be UTF-8.
public struct FilePath: Sendable, Hashable, Comparable {
  public let bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
  init(_ text: String) { bytes = Array(text.utf8) }

  /// For people and JSON; what is no UTF-8 shows as U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
  var name: [UInt8] { bytes.lastIndex(of: UInt8(ascii: "/")).map { Array(bytes[($0 + 1)...]) } ?? bytes }
  var isEmpty: Bool { bytes.isEmpty }

  func appending(_ other: FilePath) -> FilePath {
    if isEmpty { return other }
    return FilePath(bytes.last == UInt8(ascii: "/") ? bytes + other.bytes : bytes + [UInt8(ascii: "/")] + other.bytes)
  }

  /// A URI reference relative to the folder, RFC 3986.
  var uri: String {
    var text = ""
    for byte in bytes {
      if Byte.isAlphanumeric(byte) || "-._~/".utf8.contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count == 1 ? "0" + digits : digits)
      }
    }
    return text
  }

  public static func < (left: FilePath, right: FilePath) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}
