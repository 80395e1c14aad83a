/// Base64 that holds text: both alphabets, with or without padding.
enum Base64Text {
  /// The decoded text, or nil where it is no base64 or not printable.
  static func decode(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
    guard text.count >= 8 else { return nil }
    var output: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for byte in text {
      guard byte != UInt8(ascii: "=") else { break }
      guard let value = value(byte) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        let next = UInt8(truncatingIfNeeded: bits >> UInt32(count))
        // Soon seen for what is an image or a digest.
        guard (0x20...0x7E).contains(next) || (0x09...0x0D).contains(next) else { return nil }
        output.append(next)
      }
    }
    return output.isEmpty ? nil : output
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
