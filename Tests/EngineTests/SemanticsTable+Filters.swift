import Engine
import Market
import PluginABI
import Risk
import TestKit

extension SemanticsTable {
  // MARK: The venue's filters, which hold for leaving as well

  private static func instrument(
    _ market: Market = .usdm, tick: Int64 = 1, step: Int64 = 1, minimum: Int64? = nil, maximum: Int64? = nil, minimumNotional: Money = .zero
  ) -> Instrument {
    guard
      let instrument = try? Instrument(
        id: InstrumentID(venue: "binance", market: market, symbol: "BTCUSDT"), baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1, quantityScale: 3,
        tickSize: tick, stepSize: step, minimumQuantity: minimum, maximumQuantity: maximum, minimumNotional: minimumNotional,
        leverage: market == .spot ? 1 : 5)
    else { preconditionFailure("the sample instrument is valid") }
    return instrument
  }

  static var filters: [Row] {
    [
      Row("lot") { level in
        Setup {
          // Floored to the step, never raised; below one step nothing is left.
          $0.instruments = [instrument(step: 10)]
          let quantity: Int64 = level == .inside ? 19 : level == .at ? 10 : 9
          $0.opening = .market(7, .buy, quantity)
          $0.reducing = .market(7, .sell, quantity)
          $0.quantitySent = 10
          if level == .over {
            $0.openingAnswer = .quantity(.sizeBelowMinimum, 9, limit: 10)
            $0.reducingAnswer = .quantity(.sizeBelowMinimum, 9, limit: 10)
          }
        }
      },
      Row("tick") { level in
        Setup {
          $0.instruments = [instrument(tick: 10)]
          let price: Int64 = level == .inside ? 600_010 : level == .at ? 600_000 : 600_005
          $0.opening = .limit(7, .buy, 10, at: price)
          $0.reducing = .limit(7, .sell, 10, at: price)
          if level == .over {
            $0.openingAnswer = .price(.invalidTick, 600_005, limit: 10)
            $0.reducingAnswer = .price(.invalidTick, 600_005, limit: 10)
          }
        }
      },
      Row("minimum notional, spot") { level in
        Setup {
          $0.instruments = [instrument(.spot, minimumNotional: Money(units: 600))]
          let quantity: Int64 = level == .inside ? 11 : level == .at ? 10 : 9
          $0.opening = .market(7, .buy, quantity)
          $0.reducing = .market(7, .sell, quantity)
          if level == .over {
            $0.openingAnswer = .money(.minimumNotional, 540 * unit, limit: 600 * unit)
            $0.reducingAnswer = .money(.dust, 540 * unit, limit: 600 * unit)
          }
        }
      },
      Row("minimum notional, margined") { level in
        Setup {
          // The venue takes a reduction of any notional there: it is not below its filters.
          $0.instruments = [instrument(minimumNotional: Money(units: 600))]
          let quantity: Int64 = level == .inside ? 11 : level == .at ? 10 : 9
          $0.opening = .market(7, .buy, quantity)
          $0.reducing = .market(7, .sell, quantity)
          if level == .over { $0.openingAnswer = .money(.minimumNotional, 540 * unit, limit: 600 * unit) }
        }
      },
      Row("minimum quantity") { level in
        Setup {
          $0.instruments = [instrument(minimum: 10)]
          let quantity: Int64 = level == .inside ? 11 : level == .at ? 10 : 9
          $0.opening = .market(7, .buy, quantity)
          $0.reducing = .market(7, .sell, quantity)
          if level == .over {
            $0.openingAnswer = .quantity(.sizeBelowMinimum, 9, limit: 10)
            $0.reducingAnswer = .quantity(.sizeBelowMinimum, 9, limit: 10)
          }
        }
      },
      Row("dust: all that is held is below the minimum") { level in
        Setup {
          $0.instruments = [instrument(minimum: 10)]
          let held: Int64 = level == .inside ? 11 : level == .at ? 10 : 9
          // Half an order filled, the rest was cancelled.
          $0.held = 0
          $0.prepare = { desk in
            desk.wish(.market(1, .buy, 12))
            let order = desk.sent[desk.sent.count - 1]
            desk.fill(order, held)
            desk.report(order, .cancelled)
          }
          $0.reducing = .market(7, .sell, held)
          if level == .over {
            $0.reducingAnswer = .quantity(.dust, 9, limit: 10)
            // Nothing of it can rest: an entry is cancelled instead.
            $0.resting = .limit(6, .buy, 10, at: 500_000)
          }
        }
      },
      Row("position bound") { level in
        Setup {
          $0.instruments = [instrument(maximum: 30)]
          let quantity: Int64 = level == .inside ? 9 : level == .at ? 10 : 11
          $0.opening = .market(7, .buy, quantity)
          // The same figure as an exit makes the position smaller.
          $0.reducing = .market(7, .sell, quantity)
          if level == .over { $0.openingAnswer = .quantity(.positionLimit, 31, limit: 30) }
        }
      },
      Row("quantity bound of one order") { level in
        Setup {
          $0.instruments = [instrument(maximum: 20)]
          $0.held = level == .over ? 20 : level == .at ? 20 : 19
          let quantity: Int64 = level == .inside ? 19 : level == .at ? 20 : 21
          $0.reducing = .market(7, .sell, quantity)
          // Flat first, so that the position's bound is not in the way.
          $0.instances = [0]
          let held = $0.held
          $0.opening = .market(8, .buy, quantity)
          $0.openingNeedsFlat = held
          if level == .over {
            $0.openingAnswer = .quantity(.quantityOverMaximum, 21, limit: 20)
            $0.reducingAnswer = .quantity(.quantityOverMaximum, 21, limit: 20)
          }
        }
      },
    ]
  }

  // MARK: Among orders

  static var orders: [Row] {
    [
      Row("opposite instance") { level in
        Setup {
          // The other instance is long, is on its way out of being long, is short.
          $0.instances = [0, 0]
          $0.held = 0
          $0.prepare = { desk in
            desk.hold(level == .over ? -20 : 20, instance: 1)
            if level == .at { desk.wish(.limit(1, .sell, 5, at: 650_000), instance: 1) }
          }
          $0.reducingInstance = 1
          $0.reducing = .market(7, level == .over ? .buy : .sell, 10)
          $0.resting = level == .over ? .limit(6, .buy, 10, at: 500_000) : .limit(6, .sell, 10, at: 660_000)
          if level == .over { $0.openingAnswer = .refused(.oppositeInstance) }
        }
      },
      Row("self cross") { level in
        Setup {
          // An own sale rests at 61,000.0: a buy below, at and above it.
          $0.prepare = { $0.wish(.limit(1, .sell, 5, at: 610_000)) }
          let price: Int64 = level == .inside ? 609_999 : level == .at ? 610_000 : 610_001
          $0.opening = .limit(7, .buy, 10, at: price)
          if level != .inside { $0.openingAnswer = .price(.selfCross, Int128(price), limit: 610_000) }
        }
      },
      Row("exit working") { level in
        Setup {
          // Opening on the exit's side: a sale of more than what is held. None works, one has gone, one works.
          $0.prepare = { desk in
            if level == .inside { return }
            desk.wish(.limit(1, .sell, 5, at: 650_000))
            if level == .at { desk.report(desk.sent[desk.sent.count - 1], .cancelled) }
          }
          $0.opening = .market(7, .sell, 21)
          if level == .over { $0.openingAnswer = .quantity(.exitWorking, 5, limit: 0) }
        }
      },
    ]
  }
}
