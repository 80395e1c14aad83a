import Market

/// What must be known of a file before it is read for good.
public enum TickFileScan {
  /// The decimals that all of the file's prices and quantities need.
  ///
  /// - Parameter options: as for the reading that follows; order in time is not looked at with `sortsByTime`.
  /// - Throws: what reading the file throws; `.badData` also for values that need more than 9 decimals or 64 bits.
  public static func scales(path: String, options: TickFileOptions = TickFileOptions()) throws(TickFileError) -> TickScales {
    try TickFileSummary.read(path: path, options: options).scales
  }

  /// Where a file begins.
  public struct Start: Sendable, Hashable {
    /// Epoch ms; nil where bad rows are passed over and no row is good.
    public var firstMilliseconds: Int64?
    /// On the disk.
    public var bytes: Int64
    /// Of a file without a good row.
    public var badRowCount: Int
    /// The first ten of them.
    public var badRows: [BadTickRow]
  }

  /// The earliest time of a file, whatever its decimals; nothing behind the first row is read, but with `sortsByTime` all of it.
  ///
  /// - Throws: as `scales`, for the rows that are read.
  public static func start(path: String, options: TickFileOptions = TickFileOptions()) throws(TickFileError) -> Start {
    var streaming = options
    streaming.sortsByTime = false
    let reader = try TickFileReader(path: path, limits: nil, keepsOrder: !options.sortsByTime, options: streaming)
    let capacity = options.sortsByTime ? 4096 : 1
    // Unsafe: one reused batch, owned here; only what the reader wrote is looked at.
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: capacity)
    defer { batch.deallocate() }
    var first: Int64?
    do throws(TickFileError) {
      while true {
        let count = try reader.next(into: batch)
        for tick in batch[..<count] { first = min(first ?? .max, tick.exchangeMilliseconds) }
        if count == 0 || !options.sortsByTime { break }
      }
    } catch {
      guard reader.hasNoGoodRow else { throw error }
    }
    return Start(
      firstMilliseconds: first, bytes: reader.fileBytes, badRowCount: first == nil ? reader.skippedRowCount : 0,
      badRows: first == nil ? reader.skippedRows : [])
  }
}
