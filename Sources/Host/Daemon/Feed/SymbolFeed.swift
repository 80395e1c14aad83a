import Feeds
import Market
import Session
import Settings
import Simulation
import Storage

/// Where one symbol's market data comes from.
enum SymbolFeed {
  case mock(MockFeed)
  case recorded(RecordedFeed)
  /// It failed and brings nothing more.
  case broken

  /// When the next event is due, on the engine's clock; nil when there is none left.
  var dueNanoseconds: Int64? {
    switch self {
    case .mock(let feed): feed.dueNanoseconds
    case .recorded(let feed): feed.dueNanoseconds
    case .broken: nil
    }
  }

  /// - Parameters:
  ///   - shadows: get the same after the real account has it.
  ///   - storage: has what reaches the engine, too; recordings are files already.
  mutating func deliver(
    to loop: inout TradingLoop, shadows: [ShadowRun], storage: StorageRecorder?, instrument: Int32, receiveNanoseconds: Int64
  ) throws {
    switch self {
    case .mock(var feed):
      // Out of the enum while it changes, so that nothing of it is copied.
      self = .broken
      feed.deliver(to: &loop, shadows: shadows, storage: storage, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
      self = .mock(feed)
    case .recorded(var feed):
      self = .broken
      defer { self = .recorded(feed) }
      try feed.deliver(to: &loop, shadows: shadows, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
    case .broken: break
    }
  }
}

/// What the engine's clock is while a feed plays.
enum FeedPace {
  /// The wall clock: events are received when they are taken.
  case wall
  /// The recording's receive times, moved to now: an event that is taken late keeps its time.
  case recorded
  /// The recording's own receive times; nothing waits.
  case max
}

/// All symbols' feeds, merged by the time at which they are due.
struct MarketFeeds {
  private(set) var feeds: [SymbolFeed]
  let pace: FeedPace
  /// Symbols whose quotes are made from trades.
  let syntheticSymbols: [String]

  /// - Parameters:
  ///   - now: wall clock, ns since the epoch; the beginning of what is played.
  ///   - lastPrices: of a former life: a made-up market goes on there; zero = none.
  init(instruments: [Instrument], settings: Settings, now: Int64, lastPrices: [Price] = []) throws {
    guard settings.takesRecordings else {
      feeds = try instruments.enumerated().map { index, instrument in
        .mock(
          try MockFeed(
            instrument: instrument, index: index, settings: settings.mock, startMilliseconds: now / 1_000_000,
            lastPrice: lastPrices.indices.contains(index) ? lastPrices[index] : .zero))
      }
      pace = .wall
      syntheticSymbols = []
      return
    }
    var recorded = try zip(instruments, settings.replay.recordings).map { instrument, file in
      try RecordedFeed(
        path: settings.resolved(file.path), snapshot: settings.replay.snapshot(file.symbol).map(settings.resolved), instrument: instrument,
        syntheticSpread: settings.simulation.syntheticSpread)
    }
    syntheticSymbols = zip(instruments, recorded).filter { !$1.hasQuotes }.map { $0.0.id.symbol }
    switch settings.replay.speed {
    case .max: pace = .max
    case .recorded:
      pace = .recorded
      // One offset for all: what came at the same time still does.
      let first = recorded.compactMap(\.dueNanoseconds).min() ?? now
      for index in recorded.indices { recorded[index].move(by: now - first) }
    }
    feeds = recorded.map { .recorded($0) }
  }

  /// At full speed as in a backtest, where a row of a tick file is a recording's message whose times are the same; at its
  /// own pace what has not come yet is not known.
  var clock: DataClock {
    if pace != .max { return .live }
    let hasTwoClocks = feeds.contains { if case .recorded(let feed) = $0 { feed.hasTwoClocks } else { false } }
    return hasTwoClocks ? .recorded : .row
  }

  /// When the oldest event is due; nil when all have ended.
  var nextDueNanoseconds: Int64? {
    var next: Int64?
    for feed in feeds { if let due = feed.dueNanoseconds, due < next ?? .max { next = due } }
    return next
  }

  /// The symbol of the oldest event that is due; ties go to the symbol named first.
  func due(at now: Int64) -> Int? {
    var chosen: Int?
    var oldest = pace == .max ? Int64.max : now
    for index in feeds.indices {
      guard let due = feeds[index].dueNanoseconds, due < oldest || (chosen == nil && due == oldest) else { continue }
      chosen = index
      oldest = due
    }
    return chosen
  }

  /// - Throws: when the symbol's feed broke; it brings nothing more, and the others go on.
  mutating func deliver(
    _ index: Int, to loop: inout TradingLoop, shadows: [ShadowRun] = [], storage: StorageRecorder? = nil, receiveNanoseconds: Int64
  ) throws {
    do {
      try feeds[index].deliver(
        to: &loop, shadows: shadows, storage: storage, instrument: Int32(index), receiveNanoseconds: receiveNanoseconds)
    } catch {
      feeds[index] = .broken
      throw error
    }
  }
}
