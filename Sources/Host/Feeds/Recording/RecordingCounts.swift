/// What a recording held, as far as it was read.
public struct RecordingCounts: Sendable, Hashable, Encodable {
  /// Lines, bad ones included.
  public var lines = 0
  /// Events given.
  public var trades = 0
  /// Of bookTicker.
  public var quotes = 0
  /// From the top of the book, where there is no bookTicker.
  public var derivedQuotes = 0
  /// Depth updates that were applied.
  public var depthUpdates = 0
  public var marks = 0
  /// Snapshots that began a book.
  public var snapshots = 0
  /// Snapshots that were not needed, or never reached.
  public var unusedSnapshots = 0
  /// Depth updates older than their snapshot.
  public var discardedDepthUpdates = 0
  /// Depth updates that no snapshot ever followed.
  public var depthUpdatesWithoutBook = 0
  /// Times that an update was missing: the book was void from then to the next snapshot.
  public var bookGaps = 0
  /// Resting quantities with more decimals than the instrument has, rounded down.
  public var flooredQuantities = 0
  /// Lines of other symbols.
  public var otherSymbols = 0
  /// Messages that are not for trading, or have no time where one is needed.
  public var ignored = 0
  public var badRows = 0
  /// First and latest venue's time, ns; -1 = none.
  public var firstExchangeNanoseconds: Int64 = -1
  public var latestExchangeNanoseconds: Int64 = -1
  /// First and last receive time, ns; -1 = none.
  public var firstReceiveNanoseconds: Int64 = -1
  public var lastReceiveNanoseconds: Int64 = -1
  /// Messages whose venue's time is before one that came earlier.
  public var exchangeTimesBackward = 0
  /// Messages that arrived before the venue sent them, by the two clocks.
  public var receivedBeforeSent = 0
  /// Least and most receive less venue's time, ns; both 0 without a message that has both.
  public var leastDelayNanoseconds: Int64 = 0
  public var mostDelayNanoseconds: Int64 = 0

  public init() {}

  private enum CodingKeys: String, CodingKey {
    case lines
    case trades
    case quotes
    case derivedQuotes = "derived_quotes"
    case depthUpdates = "depth_updates"
    case marks
    case snapshots
    case unusedSnapshots = "unused_snapshots"
    case discardedDepthUpdates = "depth_updates_discarded"
    case depthUpdatesWithoutBook = "depth_updates_without_book"
    case bookGaps = "book_gaps"
    case flooredQuantities = "floored_quantities"
    case otherSymbols = "other_symbols"
    case ignored
    case badRows = "bad_rows"
    case firstExchangeNanoseconds = "first_exchange_ns"
    case latestExchangeNanoseconds = "latest_exchange_ns"
    case firstReceiveNanoseconds = "first_receive_ns"
    case lastReceiveNanoseconds = "last_receive_ns"
    case exchangeTimesBackward = "exchange_times_backward"
    case receivedBeforeSent = "received_before_sent"
    case leastDelayNanoseconds = "least_delay_ns"
    case mostDelayNanoseconds = "most_delay_ns"
  }
}
