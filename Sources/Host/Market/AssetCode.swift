/// An asset's name in 16 bytes, NUL-terminated: `USDT`. What the plugin contract carries, and what needs no allocation.
public struct AssetCode: Sendable, BitwiseCopyable, Hashable, Codable {
  public let low: UInt64
  public let high: UInt64

  public static let maximumLength = 15

  /// Nil for an empty name or one over 15 bytes.
  public init?(_ name: String) {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if index < 8 { words.0 |= UInt64(byte) << UInt64(8 * index) } else { words.1 |= UInt64(byte) << UInt64(8 * (index - 8)) }
    }
    (low, high) = words
  }
}
