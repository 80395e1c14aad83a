import Compression
import Market

/// Writes tick files as this project writes them: header `timestamp,price,qty,side`, milliseconds, exact plain decimals
/// without trailing zeros, `buy` or `sell`; packed as the name's extension says; whole or not at all.
///
/// Not for use by two threads at once.
public final class TickFileWriter {
  public static let header = TickRow.header

  private let writer: ByteWriter
  private let priceScale: Int
  private let quantityScale: Int
  private let buffer: UnsafeMutablePointer<UInt8>
  private var filled = 0
  public private(set) var rowCount = 0

  private static let capacity = 1 << 16

  /// - Parameters:
  ///   - replaces: whether an existing file may be replaced.
  /// - Throws: `.usage` if the file exists, `.unavailable` if it cannot be written.
  public init(path: String, priceScale: Int, quantityScale: Int, replaces: Bool) throws(TickFileError) {
    precondition((0...18).contains(priceScale) && (0...18).contains(quantityScale), "scales are 0...18 decimals")
    do throws(CompressionError) {
      writer = try ByteWriter(path: path, replaces: replaces)
    } catch {
      throw Self.unwritable(error)
    }
    self.priceScale = priceScale
    self.quantityScale = quantityScale
    buffer = .allocate(capacity: TickFileWriter.capacity)
    for byte in TickRow.header.utf8 {
      buffer[filled] = byte
      filled += 1
    }
  }

  deinit { buffer.deallocate() }

  /// - Throws: `.unavailable`, for example on a full disk.
  public func write(_ tick: Tick) throws(TickFileError) {
    if filled + TickRow.maximumLength > TickFileWriter.capacity { try flush() }
    filled += TickRow.write(tick, priceScale: priceScale, quantityScale: quantityScale, to: buffer + filled)
    rowCount += 1
  }

  /// Completes the file and gives it its name. Call once, last.
  public func finish() throws(TickFileError) {
    try flush()
    do throws(CompressionError) {
      try writer.commit()
    } catch {
      throw Self.unwritable(error)
    }
  }

  private func flush() throws(TickFileError) {
    do throws(CompressionError) {
      try writer.write(UnsafeRawBufferPointer(start: buffer, count: filled))
    } catch {
      throw Self.unwritable(error)
    }
    filled = 0
  }

  /// As every file that a command makes: whatever is missing or full, there is no place to write to.
  private static func unwritable(_ error: CompressionError) -> TickFileError {
    var fault = TickFileError(error)
    if fault.kind != .usage { fault.kind = .unavailable }
    return fault
  }
}
