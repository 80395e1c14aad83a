/// What plugins kept as their host ended, put together again from its pieces.
public struct JournalPluginState {
  static let pieceBytes = 32 << 10
  /// Of one plugin; more is not kept.
  public static let maximumBytes = 16 << 20

  private var parts: [Int32: (total: Int, bytes: [UInt8])] = [:]

  public init() {}

  /// - Throws: of kind `.badData`, a piece that does not follow the one before.
  public mutating func take(_ record: JournalRecord) throws(JournalError) {
    var decoder = record.decoder
    let (instance, total, offset) = (decoder.take(Int32.self), Int(decoder.take(UInt32.self)), Int(decoder.take(UInt32.self)))
    var part = offset == 0 ? (total: total, bytes: []) : parts[instance] ?? (total: -1, bytes: [])
    // A record's payload ends with padding.
    let count = min(Self.pieceBytes, total - offset)
    let piece = decoder.take(count: count)
    guard !decoder.isShort, total <= Self.maximumBytes, part.total == total, part.bytes.count == offset else {
      throw JournalError(.badData, "input \(record.sequence): a piece of a plugin's state that does not follow the one before")
    }
    part.bytes += piece
    parts[instance] = part
  }

  /// Nil where it kept nothing, or not all of it was written.
  public subscript(instance: Int) -> [UInt8]? {
    parts[Int32(instance)].flatMap { $0.bytes.count == $0.total ? $0.bytes : nil }
  }
}
