import PluginABI
import Feeds
import Market
import Simulation

/// What a backtest reads: each kind has a loop of its own, because ticks come in batches and messages one by one.
enum BacktestInput {
  case ticks(TickFileReader)
  case recording(RecordingReader)

  /// Opens the file as what it is.
  static func open(_ request: BacktestRequest, _ instrument: Instrument) throws -> BacktestInput {
    switch try ReplaySource.open(path: request.ticksPath, instrument: instrument, options: request.replay) {
    case .ticks(let events): .ticks(events.reader)
    case .recording(let reader): .recording(reader)
    }
  }

  var hasQuotes: Bool {
    switch self {
    case .ticks: false
    case .recording(let reader): reader.quoteSource != .none
    }
  }

  /// A recording has the venue's times and our own; without our own it is as a tick file.
  func clock(_ request: BacktestRequest) -> DataClock {
    switch self {
    case .ticks: .row
    case .recording: request.usesExchangeTimes ? .row : .recorded
    }
  }

  var skippedRowCount: Int {
    switch self {
    case .ticks(let reader): reader.skippedRowCount
    case .recording(let reader): reader.counts.badRows
    }
  }

  var skippedRows: [BadTickRow] {
    switch self {
    case .ticks(let reader): reader.skippedRows
    case .recording(let reader): reader.skippedRows
    }
  }
}

/// What the data of a run held.
public struct BacktestInputs: Sendable {
  public var trades = 0
  /// Of the data, or from the top of its book; none where they are made from trades.
  public var quotes = 0
  /// Depth snapshots and updates.
  public var depth = 0
  public var marks = 0
  /// Bid and ask are made from trades, because the data has neither quotes nor a book.
  public var areQuotesSynthetic = true
  /// Nil for a tick file.
  public var recording: RecordingCounts?

  mutating func count(_ payload: MarketEvent.Payload) {
    switch payload {
    case .trade: trades += 1
    case .quote: quotes += 1
    case .depth: depth += 1
    case .mark: marks += 1
    }
  }

  /// Kinds that are there, with their counts, for people.
  public var kinds: [(name: String, count: Int)] { all.filter { $0.count > 0 }.map { ($0.name, $0.count) } }

  /// Kinds that a session has and this data has not; quotes made from trades are none.
  public var missing: [String] { all.filter { $0.count == 0 }.map(\.name) }

  /// Of these, what a plugin reads.
  ///
  /// - Parameter reads: whether it subscribes to an event.
  func missing(for reads: (UInt32) -> Bool) -> [String] { all.filter { $0.count == 0 && reads($0.event) }.map(\.name) }

  private var all: [(name: String, event: UInt32, count: Int)] {
    [
      ("trades", QE_EVENT_TRADE, trades), ("quotes", QE_EVENT_QUOTE, quotes), ("depth", QE_EVENT_DEPTH, depth),
      ("marks", QE_EVENT_MARK_PRICE, marks),
    ]
  }
}

extension BacktestRequest {
  var replay: ReplaySource.Options {
    ReplaySource.Options(
      ticks: TickFileOptions(skipsBadRows: skipsBadRows, sortsByTime: sortsByTime),
      recording: RecordingOptions(skipsBadRows: skipsBadRows, times: usesExchangeTimes ? .exchange : .received, snapshotPath: snapshotPath))
  }
}
