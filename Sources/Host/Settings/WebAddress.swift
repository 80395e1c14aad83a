/// `scheme://host[:port][/path]`, as far as settings look into it.
struct WebAddress: Sendable, Hashable {
  let scheme: String
  /// Without the brackets of IPv6.
  let host: String

  /// Nil for anything else, and for an address with a name or password, a query or a fragment: those carry secrets.
  init?(_ text: String) {
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.refused.contains($0) }) else { return nil }
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
    scheme = text[..<colon].lowercased()
    guard !scheme.isEmpty, scheme.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else { return nil }
    let rest = text[colon...].dropFirst(3)
    let authority = rest[..<(rest.firstIndex(of: "/") ?? rest.endIndex)]
    var name = authority
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
      name = authority[..<colon]
    }
    if name.hasPrefix("["), name.hasSuffix("]") {
      name = name.dropFirst().dropLast()
      guard name.contains(":"), name.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }) else { return nil }
    } else {
      guard name.utf8.allSatisfy({ Self.isOfName($0) }) else { return nil }
    }
    guard !name.isEmpty else { return nil }
    host = name.lowercased()
  }

  var isEncrypted: Bool { scheme == "https" || scheme == "wss" }

  /// Whether it never leaves the machine.
  var isThisMachine: Bool { host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.utf8.allSatisfy { !Self.isLetter($0) }) }

  /// `"`, `#`, `<`, `>`, `?`, `@`, `\`, `^`, `` ` ``, `{`, `|`, `}`
  private static let refused = Set("\"#<>?@\\^`{|}".utf8)

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66) }
  private static func isOfName(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F }
}
