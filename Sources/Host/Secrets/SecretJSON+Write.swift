import Cryptography

/// `{"NAME":"value",…}` as bytes in secure memory, read and written without a String of a value.
enum SecretJSON {
  static func write(_ contents: SecretContents) -> SecureBytes {
    let entries = contents.names.compactMap { name in contents[name].map { (name: Array(name.utf8), value: $0) } }
    // Names need no escapes; a value's quotes and backslashes take two bytes.
    let size = entries.reduce(2) { sum, entry in
      sum + entry.name.count + 6 + entry.value.withBytes { $0.reduce(0) { $0 + (isEscaped($1) ? 2 : 1) } }
    }
    return SecureBytes(capacity: size) { space in
      var position = 0
      func put(_ byte: UInt8) {
        space[position] = byte
        position += 1
      }
      put(UInt8(ascii: "{"))
      for (index, entry) in entries.enumerated() {
        if index > 0 { put(UInt8(ascii: ",")) }
        put(quote)
        entry.name.forEach(put)
        put(quote)
        put(UInt8(ascii: ":"))
        put(quote)
        entry.value.withBytes { bytes in
          for byte in bytes {
            if isEscaped(byte) { put(backslash) }
            put(byte)
          }
        }
        put(quote)
      }
      put(UInt8(ascii: "}"))
      return position
    }
  }

  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")

  /// Control characters, which would have to be escaped too, are in no value.
  private static func isEscaped(_ byte: UInt8) -> Bool { byte == quote || byte == backslash }
}
