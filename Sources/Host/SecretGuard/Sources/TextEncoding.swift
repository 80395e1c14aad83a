/// What the bytes of a file are.
enum TextEncoding: Equatable {
  case utf8
  case utf16(isLittleEndian: Bool)
  case binary

  private static let lookBytes = 8192

  /// - Parameter head: the first 8 KiB decide.
  init(_ head: [UInt8]) {
    let head = head.prefix(Self.lookBytes)
    if head.starts(with: [0xFF, 0xFE]) {
      self = .utf16(isLittleEndian: true)
    } else if head.starts(with: [0xFE, 0xFF]) {
      self = .utf16(isLittleEndian: false)
    } else if !head.contains(0) {
      self = .utf8
    } else {
      // Without a mark: mostly ASCII in UTF-16 has its zeros in one half of its places.
      let even = stride(from: 0, to: head.count, by: 2).count { head[$0] == 0 }
      let odd = stride(from: 1, to: head.count, by: 2).count { head[$0] == 0 }
      let half = head.count / 2
      if odd * 10 >= half * 7, even * 20 <= half, half >= 4 {
        self = .utf16(isLittleEndian: true)
      } else if even * 10 >= half * 7, odd * 20 <= half, half >= 4 {
        self = .utf16(isLittleEndian: false)
      } else {
        self = .binary
      }
    }
  }

  /// As UTF-8, without a mark.
  func decode(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .binary: return bytes
    case .utf8: return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    case .utf16(let isLittleEndian):
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
        isLittleEndian ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8 : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
      }
      let text = String(decoding: units.first == 0xFEFF ? units.dropFirst() : units[...], as: UTF16.self)
      return Array(text.utf8)
    }
  }
}
