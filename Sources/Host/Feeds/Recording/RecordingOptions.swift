/// How a recording is read.
public struct RecordingOptions: Sendable, Hashable {
  /// Where a message's receive time comes from.
  public enum Times: Sendable, Hashable {
    /// The file beside the recording; none is an error.
    case received
    /// That file if it is there, else as `exchange`.
    case receivedIfThere
    /// The venue's own times, held where they go back. What came before the first of them is ignored.
    case exchange
  }

  /// Counts bad lines and goes on, instead of stopping at the first. Default false.
  public var skipsBadRows: Bool
  public var times: Times
  /// File of depth snapshots; nil = none, the book then begins with a snapshot inside the recording, if ever.
  public var snapshotPath: String?
  /// Whether quotes come from the top of the book when the recording has no bookTicker. Default true.
  public var derivesQuotes: Bool
  /// Bytes per `read(2)`. Default 1 MiB. A line may be 1 MiB long.
  public var bufferBytes: Int

  public init(
    skipsBadRows: Bool = false, times: Times = .received, snapshotPath: String? = nil, derivesQuotes: Bool = true, bufferBytes: Int = 1 << 20
  ) {
    self.skipsBadRows = skipsBadRows
    self.times = times
    self.snapshotPath = snapshotPath
    self.derivesQuotes = derivesQuotes
    self.bufferBytes = bufferBytes
  }
}
