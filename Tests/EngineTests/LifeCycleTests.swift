import Engine
import Market
import PluginABI
import Risk
import Simulation
import TestKit
import Testing

@Suite struct LifeCycleTests {
  @Test func aMarketOrderFillsInTheStepThatSentItAtThatEventsPrice() {
    let strategy = IntentTests.once(.market(1, .buy, 10))
    let harness = EngineHarness([strategy])
    harness.trade(600_123)
    #expect(harness.fills.map(\.price.raw) == [600_123])
    #expect(strategy.updates.map(\.state) == [QE_ORDER_FILLED])
    let update = strategy.updates[0]
    #expect(update.last_quantity == 10 && update.total_quantity == 10 && update.price == 600_123 && update.maker == 0)
    // 600.123 at 5 bps = 0.3000615
    #expect(update.fee.low == 300_061_500_000_000_000)
    #expect(withUnsafeBytes(of: update.fee_asset) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } == "USDT")
    #expect(strategy.lastContext.position == 10)
    #expect(strategy.lastContext.average_price == 60012.3)
  }

  @Test func aRestingOrderIsToldWorkingThenFilledAsMakerAtItsOwnPrice() {
    let strategy = IntentTests.once(.limit(1, .buy, 10, at: 599_000))
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    #expect(strategy.updates.map(\.state) == [QE_ORDER_WORKING])
    #expect(strategy.lastContext.working_buy == 10)
    harness.trade(599_000, quoted: false)  // at the price: others stand before us
    #expect(harness.fills.isEmpty)
    harness.trade(598_999, quoted: false)
    #expect(harness.fills.map(\.price.raw) == [599_000])
    #expect(harness.fills.map(\.isMaker) == [true])
    #expect(strategy.updates.map(\.state) == [QE_ORDER_WORKING, QE_ORDER_FILLED])
    #expect(strategy.lastContext.working_buy == 0)
  }

  @Test func aCancelEndsTheOrderAndItself() {
    var step = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      step += 1
      return step == 1 ? [.limit(1, .sell, 10, at: 700_000)] : step == 2 ? [.cancel(2, target: 1), .cancel(3, target: 1)] : []
    }
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    harness.trade(600_000)
    #expect(harness.cancels.count == 1)
    #expect(
      Set(strategy.updates.map { [$0.tag, UInt64($0.state)] }) == [
        [1, UInt64(QE_ORDER_WORKING)], [3, UInt64(QE_ORDER_DONE)], [1, UInt64(QE_ORDER_CANCELLED)], [2, UInt64(QE_ORDER_DONE)],
      ])
    #expect(strategy.open.isEmpty && strategy.breaches.isEmpty)
  }

  @Test func partialFillsAndLateReportsKeepTheBooksAndTheLifeCycle() {
    let strategy = IntentTests.once(.market(1, .buy, 10))
    let harness = EngineHarness([strategy])
    harness.autoVenue = false
    harness.trade(600_000)
    let order = harness.sent[0]
    harness.report(order, .fill, quantity: 4, price: 600_000)
    #expect(strategy.updates.map(\.state) == [QE_ORDER_PARTIAL])
    #expect(strategy.lastContext.working_buy == 6)
    harness.report(order, .cancelled)
    #expect(strategy.updates.map(\.state) == [QE_ORDER_PARTIAL, QE_ORDER_CANCELLED])
    #expect(strategy.updates.last?.total_quantity == 4)
    // The order is over: a late word about it changes nothing.
    harness.report(order, .fill, quantity: 6, price: 600_000)
    #expect(harness.book.position == 4)
    #expect(strategy.updates.count == 2)
  }

  @Test func aRejectedOrderIsRefusedAndReleasesItsReservation() {
    let strategy = IntentTests.once(.market(1, .buy, 10))
    let harness = EngineHarness([strategy])
    harness.autoVenue = false
    harness.trade(600_000)
    harness.report(harness.sent[0], .rejected)
    #expect(strategy.updates.map(\.state) == [QE_ORDER_REFUSED])
    #expect(strategy.updates[0].code == UInt32(RefusalCode.venueRejected.rawValue))
    #expect(harness.openOrders(instance: 0) == 0)
    #expect(strategy.lastContext.working_buy == 0)
  }

  @Test func aHaltCancelsOpeningOrdersInTheSameStepAndTellsEveryInstance() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 10)
    var step = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      step += 1
      return step == 1 ? [.market(1, .buy, 10)] : step == 2 ? [.limit(2, .sell, 10, at: 700_000), .limit(3, .buy, 5, at: 500_000)] : []
    }
    let harness = EngineHarness([strategy], limits: limits)
    harness.trade(600_000)
    harness.trade(600_000)
    #expect(harness.openOrders(instance: 0) == 2)
    harness.trade(590_000)  // 0.01 BTC lose 10
    #expect(harness.riskCodes == [.dailyLossLimit])
    #expect(strategy.riskStates.map(\.opening_allowed) == [0])
    #expect(harness.cancels == [harness.sent[2].id], "the opening order goes, the protective one stays")
    #expect(harness.openOrders(instance: 0) == 1)
    harness.trade(700_001)
    #expect(harness.book.position == 0, "the protective order still fills after the halt")
  }

  @Test func killAndQuarantineAreInputsLikeAnyOther() {
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      return [.market(tag, context.position > 0 ? .sell : .buy, 1)]
    }
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    harness.feed(.command(.kill))
    harness.trade(600_000)  // sells: reducing
    harness.trade(600_000)  // buys: refused
    #expect(harness.fills.map(\.side) == [.buy, .sell])
    #expect(harness.refusals.map(\.refusal.code) == [.killed])
    harness.feed(.command(.quarantine(instance: 0)))
    let before = strategy.events.count
    harness.trade(600_000)
    #expect(strategy.events.count == before)
  }

  @Test func barsCloseOnALaterSecondAndQuietSecondsAreFlat() {
    var bars: [qe_bar] = []
    let strategy = ScriptedStrategy(events: [QE_EVENT_BAR]) { _, event in
      if event.kind == QE_EVENT_BAR { bars.append(event.as.bar) }
      return []
    }
    let harness = EngineHarness([strategy], maximumGapSeconds: 10)
    harness.milliseconds = 1_700_000_000_000
    harness.trade(600_000, advanceMilliseconds: 0)
    harness.trade(600_020, advanceMilliseconds: 100)
    harness.trade(599_990, quantity: 7, advanceMilliseconds: 100, taker: .sell)
    #expect(bars.isEmpty)
    harness.trade(600_010, advanceMilliseconds: 3000)
    #expect(bars.map(\.open_ms) == [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000])
    #expect(bars.map(\.close) == [599_990, 599_990, 599_990])
    #expect(bars.map(\.quantity) == [27, 0, 0])
    #expect(bars[0].buy_quantity == 20 && bars[0].high == 600_020 && bars[0].low == 599_990 && bars[0].open == 600_000 && bars[0].trade_count == 3)
    // A late trade joins the open bar.
    harness.milliseconds -= 2000
    harness.trade(600_500, advanceMilliseconds: 0)
    #expect(harness.lateTrades == 1)
    // A gap over the bound starts anew: no flood of flat bars.
    harness.trade(600_010, advanceMilliseconds: 60_000)
    #expect(bars.count == 3)
    harness.trade(600_010, advanceMilliseconds: 1000)
    #expect(bars.count == 4)
  }

  @Test func timersRunOnReceiveTimeOncePerEventHoweverManyWereMissed() {
    var due: [Int64] = []
    let strategy = ScriptedStrategy(events: [QE_EVENT_TIMER], timerPeriodMilliseconds: 250) { _, event in
      if event.kind == QE_EVENT_TIMER { due.append(event.as.timer.scheduled_ms) }
      return []
    }
    let harness = EngineHarness([strategy])
    harness.milliseconds = 1_700_000_000_100
    harness.feed(.clock)
    harness.milliseconds += 200
    harness.feed(.clock)
    harness.milliseconds += 1000
    harness.feed(.clock)
    harness.feed(.clock)
    #expect(due == [1_700_000_000_250, 1_700_000_001_250])
  }

  @Test func subscriptionsDecideWhatComesAndOrderUpdatesComeAlways() {
    let quotes = ScriptedStrategy(events: [QE_EVENT_QUOTE]) { context, event in
      event.kind == QE_EVENT_QUOTE && context.position == 0 ? [.market(UInt64(context.sequence), .buy, 1)] : []
    }
    let harness = EngineHarness([quotes])
    harness.trade(600_000)
    harness.trade(600_010)
    #expect(quotes.events.filter { $0 == QE_EVENT_TRADE }.isEmpty)
    #expect(quotes.events.contains(QE_EVENT_ORDER_UPDATE))
    #expect(quotes.lastContext.flags & QE_CONTEXT_SYNTHETIC_QUOTE != 0)
  }

  @Test func eachInstanceHasRoomOfItsOwnForItsWishes() {
    // The first leaves a stop price behind without claiming a wish; the second writes fields, as C does, over blanks.
    let careless = ScriptedStrategy { _, _ in [] }
    careless.scribble = { $0.stop_price = 5 }
    let careful = IntentTests.once(.market(1, .buy, 1))
    careful.writesFieldsOnly = true
    let harness = EngineHarness([careless, careful])
    harness.trade(600_000)
    harness.trade(600_000)
    #expect(harness.refusals.isEmpty)
    #expect(harness.fills.count == 1)
  }

  @Test func aFillThatAGapCausedMakesNoPhantomPeak() {
    // Bought at 590,000 while the book still shows 600,000; the trade that did it prints 500,000.
    let strategy = IntentTests.once(.limit(1, .buy, 1000, at: 590_000))
    let harness = EngineHarness([strategy], model: SimulationModel(takerFee: .zero, makerFee: .zero))
    harness.trade(600_000)
    harness.trade(500_000, quoted: false)
    harness.quote(500_000, 500_000)
    #expect(harness.fills.count == 1)
    #expect(harness.equity == Money(units: 1_000_000 - 9000))
    #expect(harness.peak == Money(units: 1_000_000))
    #expect(harness.maximumDrawdown == Money(units: 9000))
  }

  @Test func aTripThatIsNeverFlatAddsUpWithoutEnd() throws {
    // A coin at 10^-9 with 9 decimals: the quantities of a long trip leave 64 bits behind.
    let coin = try Instrument(
      id: InstrumentID(venue: "binance", market: .usdm, symbol: "Z"), baseAsset: "Z", quoteAsset: "USDT", priceScale: 9, quantityScale: 9)
    let most = coin.spec.maximumQuantity - 2
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      return [context.position <= 1 ? .market(tag, .buy, context.position == 0 ? 1 : most) : .market(tag, .sell, most)]
    }
    let harness = EngineHarness([strategy], instrument: coin)
    for _ in 0..<60 { harness.trade(1, quantity: 1) }
    #expect(harness.refusals.isEmpty)
    #expect(harness.fills.count == 60)
  }

  @Test func theFillThatHaltsIsToldBeforeTheHalt() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(raw: 1)
    // The fee alone breaks the limit.
    let strategy = IntentTests.once(.market(1, .buy, 10))
    let harness = EngineHarness([strategy], limits: limits)
    harness.trade(600_000)
    #expect(Array(strategy.events.suffix(2)) == [QE_EVENT_ORDER_UPDATE, QE_EVENT_RISK_STATE])
    #expect(harness.riskCodes == [.dailyLossLimit])
  }

  @Test func allInstancesAtTheirBoundsAndAHaltInOneStepStayInsideTheQueues() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 1000)
    func flooding() -> ScriptedStrategy {
      var tag: UInt64 = 0
      // Fills its table with resting buys, then answers everything it is told with as much as it may.
      return ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_QUOTE]) { _, _ in
        (0..<256).map { _ in
          tag += 1
          return tag % 3 == 0 ? .cancel(tag, target: tag - 2) : .limit(tag, .buy, 1000, at: 590_000)
        }
      }
    }
    let strategies = (0..<3).map { _ in flooding() }
    let harness = EngineHarness(strategies, limits: limits, maximumIntentsPerEvent: 256)
    harness.trade(600_000)
    harness.trade(600_000)
    // Everything that rests fills at once, and the loss halts while all of them go on asking.
    harness.trade(500_000)
    harness.trade(500_000)
    #expect(harness.riskCodes == [.dailyLossLimit])
    #expect(harness.fills.count >= 3)
    for (index, strategy) in strategies.enumerated() {
      #expect(strategy.breaches.isEmpty, "\(strategy.breaches.prefix(3))")
      #expect(harness.openOrders(instance: index) <= 64)
    }
  }

  @Test(arguments: [true, false])
  func whatIsDecidedOnAFillIsJudgedAtThePricesThatFilledIt(isSpot: Bool) {
    // A resting sell fills as the price doubles; the answer to it is a buy that fitted at the old price alone.
    var limits = Samples.farLimits
    limits.maximumOrderNotional = Money(units: 10_000)
    var step = 0
    let strategy = ScriptedStrategy { _, event in
      if event.kind == QE_EVENT_ORDER_UPDATE, event.as.order_update.tag == 2, event.as.order_update.state == QE_ORDER_FILLED {
        return [.market(3, .buy, 150)]
      }
      guard event.kind == QE_EVENT_TRADE else { return [] }
      step += 1
      return step == 1 ? [.market(1, .buy, 10)] : step == 2 ? [.limit(2, .sell, 10, at: 600_100)] : []
    }
    let harness = EngineHarness([strategy], instrument: isSpot ? Samples.spot() : Samples.perpetual(), limits: limits, cash: 10_000)
    harness.trade(600_000)
    harness.trade(600_000)
    harness.trade(1_200_000)
    #expect(harness.fills.count == 2)
    #expect(harness.refusals.map(\.refusal.code) == [.orderNotionalLimit])
    #expect(harness.refusals.first?.refusal.value == Money(units: 18_000).raw)
    #expect(harness.cash >= .zero)
    // And the fall from the peak is of the fees alone: no value at the old price stands in between.
    #expect(harness.maximumDrawdown < Money(units: 2))
  }
}
