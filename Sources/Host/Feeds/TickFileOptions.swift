/// How a tick file is read.
public struct TickFileOptions: Sendable, Hashable {
  /// Counts bad rows and goes on, instead of stopping at the first. Default false: data that lies is worse than none.
  public var skipsBadRows: Bool
  /// Accepts decreasing times and sorts by time; rows of equal time keep the file's order. Default false.
  ///
  /// Needs memory: the whole file, 32 bytes a row, and as much again while an unsorted file is being sorted.
  public var sortsByTime: Bool
  /// Bytes per `read(2)`, at least 16. Default 1 MiB. A line longer than it makes the buffer grow to 64 KiB at most.
  public var bufferBytes: Int

  public init(skipsBadRows: Bool = false, sortsByTime: Bool = false, bufferBytes: Int = 1 << 20) {
    self.skipsBadRows = skipsBadRows
    self.sortsByTime = sortsByTime
    self.bufferBytes = bufferBytes
  }
}
