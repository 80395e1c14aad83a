import PluginABI

/// The header's own types in a saved state: as the bytes that the header lays out, which a version of the contract never changes.
extension qe_intent: @retroactive Encodable, @retroactive Decodable {
  public init(from decoder: any Decoder) throws { self = try SavedBytes.read(decoder, qe_intent()) }
  public func encode(to encoder: any Encoder) throws { try SavedBytes.write(self, encoder) }
}

extension qe_order_update: @retroactive Encodable, @retroactive Decodable {
  public init(from decoder: any Decoder) throws { self = try SavedBytes.read(decoder, qe_order_update()) }
  public func encode(to encoder: any Encoder) throws { try SavedBytes.write(self, encoder) }
}

private enum SavedBytes {
  static func write<Value: BitwiseCopyable>(_ value: Value, _ encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(withUnsafeBytes(of: value) { bytes in bytes.map { hex[Int($0 >> 4)] + hex[Int($0 & 15)] }.joined() })
  }

  /// - Parameter blank: of the header's size; what a newer header has more is nothing.
  static func read<Value: BitwiseCopyable>(_ decoder: any Decoder, _ blank: Value) throws -> Value {
    let text = Array(try decoder.singleValueContainer().decode(String.self).utf8)
    let bytes = stride(from: 0, to: text.count - 1, by: 2).compactMap { UInt8(String(decoding: text[$0...$0 + 1], as: UTF8.self), radix: 16) }
    guard text.count % 2 == 0, bytes.count == text.count / 2, bytes.count <= MemoryLayout<Value>.size else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "these are no bytes of \(Value.self)"))
    }
    var value = blank
    // Unsafe: plain bytes of a C struct without pointers, at most as many as it has.
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes) }
    return value
  }

  private static let hex = "0123456789abcdef".map(String.init)
}
