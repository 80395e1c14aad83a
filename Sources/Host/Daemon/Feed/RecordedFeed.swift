import Feeds
import Market
import Session
import Simulation

/// One symbol's stored data with its next event, and quotes made from its trades where it has none.
struct RecordedFeed {
  private let source: ReplaySource
  private var pending: MarketEvent?
  private var synthetic: SyntheticQuotes?
  /// Added to the recording's receive times.
  private(set) var offset: Int64 = 0

  /// - Throws: for what is missing or is no such data; a file without events is over at once.
  init(path: String, snapshot: String?, instrument: Instrument, syntheticSpread: BasisPoints) throws {
    source = try ReplaySource.open(
      path: path, instrument: instrument, options: ReplaySource.Options(recording: RecordingOptions(snapshotPath: snapshot)))
    synthetic = source.hasQuotes ? nil : SyntheticQuotes(spread: syntheticSpread, spec: instrument.spec)
    pending = try source.next()
  }

  var hasQuotes: Bool { source.hasQuotes }
  /// Whether its data has the venue's times and our own.
  var hasTwoClocks: Bool { if case .recording = source { true } else { false } }

  /// Receive time of the next event; nil at the end.
  var dueNanoseconds: Int64? { pending.map { $0.receiveNanoseconds + offset } }

  mutating func move(by nanoseconds: Int64) { offset = nanoseconds }

  /// - Throws: when what follows cannot be read; the event in hand is delivered then, and the feed is over.
  mutating func deliver(to loop: inout TradingLoop, shadows: [ShadowRun], instrument: Int32, receiveNanoseconds: Int64) throws {
    guard var event = pending else { return }
    pending = nil
    event.receiveNanoseconds = receiveNanoseconds
    if synthetic != nil, case .trade(let trade) = event.payload {
      // As the loop itself does it, so that the inputs have the numbers and times that they have in a backtest.
      let exchangeMilliseconds = event.exchangeNanoseconds < 0 ? -1 : event.exchangeNanoseconds / 1_000_000
      if let quote = synthetic?.quote(after: trade.price) {
        loop.quote(quote, exchangeMilliseconds: exchangeMilliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
        for shadow in shadows { shadow.quote(quote, exchangeMilliseconds: exchangeMilliseconds, receiveNanoseconds: receiveNanoseconds) }
      }
      let tick = Tick(exchangeMilliseconds: exchangeMilliseconds, trade: trade)
      loop.trade(tick, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
      for shadow in shadows { shadow.trade(tick, receiveNanoseconds: receiveNanoseconds) }
    } else {
      loop.event(event, instrument: instrument)
      for shadow in shadows { shadow.event(event) }
    }
    pending = try source.next()
  }
}
