import Feeds
import Market
import Session
import Settings
import Storage

/// One symbol's seeded market with its next event.
struct MockFeed {
  private var market: MockMarket
  private var pending: MockEvent
  /// Events that it still brings; nil = without end.
  private var left: Int64?

  /// - Throws: a configuration fault when the market cannot run with these figures.
  /// - Parameters:
  ///   - index: of the symbol in the settings.
  ///   - lastPrice: of a former life, where it goes on; zero = it begins at its start price.
  init(instrument: Instrument, index: Int, settings: MockFeedSettings, startMilliseconds: Int64, lastPrice: Price = .zero) throws {
    let text = settings.startPrice(index)
    let price: Int64
    do throws(DecimalText.Failure) { price = try DecimalText.parse(text, scale: Int(instrument.spec.priceScale)) } catch {
      throw SessionError(.configuration, "feed.mock.start_price: \(text) is no price of \(instrument.id)")
    }
    let options = MockMarketOptions(
      startPrice: lastPrice.raw > 0 ? lastPrice : Price(raw: price), volatilityBps: settings.volatilityBps, spreadTicks: settings.spreadTicks,
      tradesPerSecond: settings.tradesPerSecond)
    let violations = options.violations(for: instrument)
    guard violations.isEmpty else {
      throw SessionError(.configuration, violations.map { "feed.mock, for \(instrument.id): \($0)" }.joined(separator: "\n"))
    }
    market = MockMarket(seed: settings.seed, instrument: instrument, options: options, startMilliseconds: startMilliseconds)
    pending = market.next()
    left = settings.maximumEvents
  }

  /// Nil at its end.
  var dueNanoseconds: Int64? { left == 0 ? nil : pending.exchangeMilliseconds * 1_000_000 }

  mutating func deliver(to loop: inout TradingLoop, shadows: [ShadowRun], storage: StorageRecorder?, instrument: Int32, receiveNanoseconds: Int64) {
    left? -= 1
    switch pending {
    case .quote(let quote, let milliseconds):
      storage?.quote(quote, instrument: instrument, milliseconds: milliseconds)
      loop.quote(quote, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
      for shadow in shadows { shadow.quote(quote, exchangeMilliseconds: milliseconds, receiveNanoseconds: receiveNanoseconds) }
    case .trade(let tick):
      storage?.trade(tick.trade, instrument: instrument, milliseconds: tick.exchangeMilliseconds)
      loop.trade(tick, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
      for shadow in shadows { shadow.trade(tick, receiveNanoseconds: receiveNanoseconds) }
    }
    pending = market.next()
  }
}
