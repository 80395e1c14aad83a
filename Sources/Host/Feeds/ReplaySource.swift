import Market

/// Stored market data of one instrument, event by event: a tick file or a raw recording.
public enum ReplaySource {
  case ticks(TickEvents)
  case recording(RecordingReader)

  /// How either is read; what the other kind needs is ignored, except a snapshot, which a tick file cannot have.
  public struct Options: Sendable, Hashable {
    public var ticks: TickFileOptions
    public var recording: RecordingOptions
    public init(ticks: TickFileOptions = TickFileOptions(), recording: RecordingOptions = RecordingOptions()) {
      self.ticks = ticks
      self.recording = recording
    }
  }

  /// Opens the file as what it is (`RecordingReader.recognises`).
  ///
  /// - Throws: as `TickFileReader` and `RecordingReader`; `.usage` for a snapshot beside a tick file, or a recording to be
  ///   sorted.
  public static func open(path: String, instrument: Instrument, options: Options = Options()) throws(TickFileError) -> ReplaySource {
    if RecordingReader.recognises(path) {
      guard !options.ticks.sortsByTime else {
        throw TickFileError(.usage, path: path, reason: "a recording is in the order in which it arrived; --sort is for tick files")
      }
      return .recording(try RecordingReader(path: path, instrument: instrument, options: options.recording))
    }
    guard options.recording.snapshotPath == nil, options.recording.times != .exchange else {
      throw TickFileError(.usage, path: path, reason: "this is a tick file; snapshots and receive times are of recordings (X.ws.jsonl)")
    }
    return .ticks(try TickEvents(path: path, spec: instrument.spec, options: options.ticks))
  }

  /// The next event, nil at the end; receive times never decrease. What a depth event lends is valid until the next call.
  ///
  /// - Throws: `.badData` with file and line, `.failed` if the read fails.
  @inline(__always)
  public func next() throws(TickFileError) -> MarketEvent? {
    switch self {
    case .ticks(let events): try events.next()
    case .recording(let reader): try reader.next()
    }
  }

  /// Whether quotes are among the events; where not, they are to be made from trades.
  public var hasQuotes: Bool {
    switch self {
    case .ticks: false
    case .recording(let reader): reader.quoteSource != .none
    }
  }

  /// Size of the file on disk, 0 if unknown.
  public var fileBytes: Int64 {
    switch self {
    case .ticks(let events): events.reader.fileBytes
    case .recording(let reader): reader.fileBytes
    }
  }

  /// Bytes taken from the file so far, packed ones in a packed file.
  public var fileBytesRead: Int64 {
    switch self {
    case .ticks(let events): events.reader.fileBytesRead
    case .recording(let reader): reader.fileBytesRead
    }
  }

  /// Bad rows passed over so far.
  public var skippedRowCount: Int {
    switch self {
    case .ticks(let events): events.reader.skippedRowCount
    case .recording(let reader): reader.counts.badRows
    }
  }

  /// The first ten of them.
  public var skippedRows: [BadTickRow] {
    switch self {
    case .ticks(let events): events.reader.skippedRows
    case .recording(let reader): reader.skippedRows
    }
  }
}
