import Market

/// A tick file one event at a time: its trades, received when they happened.
public final class TickEvents {
  public let reader: TickFileReader
  private let batch: UnsafeMutableBufferPointer<Tick>
  private var count = 0
  private var index = 0

  /// - Throws: as `TickFileReader`.
  public init(path: String, spec: InstrumentSpec, options: TickFileOptions = TickFileOptions()) throws(TickFileError) {
    reader = try TickFileReader(path: path, spec: spec, options: options)
    // Unsafe: one reused batch, owned here; only what the reader wrote is read.
    batch = .allocate(capacity: 1024)
  }

  deinit { batch.deallocate() }

  public func next() throws(TickFileError) -> MarketEvent? {
    if index == count {
      count = try reader.next(into: batch)
      index = 0
      if count == 0 { return nil }
    }
    let tick = batch[index]
    index += 1
    // The reader's range of milliseconds leaves room.
    let nanoseconds = tick.exchangeMilliseconds &* 1_000_000
    return MarketEvent(exchangeNanoseconds: nanoseconds, receiveNanoseconds: nanoseconds, payload: .trade(tick.trade))
  }
}
