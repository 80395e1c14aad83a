import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// The way to a target position, worked by hand: one intent, one final update, whatever orders it takes.
@Suite struct TargetTests {
  private func isSound(_ desk: HandDesk) -> Bool { desk.violation == nil && desk.breaches.isEmpty }

  @Test func fromLongToShortTakesTwoSteps() {
    let desk = HandDesk()
    desk.hold(10)
    _ = desk.news()
    desk.wish(.target(1, -5))
    #expect(desk.sent.dropFirst().map(\.request.quantity.raw) == [10])
    #expect(desk.sent[1].isReducing, "first to flat, as a proven reduction")
    desk.fill(desk.sent[1], 4)
    desk.fill(desk.sent[1], 6)
    #expect(desk.sent.count == 3 && desk.sent[2].request.quantity.raw == 5 && desk.sent[2].request.side == .sell && !desk.sent[2].isReducing)
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_PARTIAL)])
    desk.fill(desk.sent[2], 5)
    #expect(desk.position == -5)
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_FILLED)])
    #expect(desk.strategies[0].updates.last?.total_quantity == 15 && desk.strategies[0].open.isEmpty && isSound(desk))
  }

  @Test func `A stop that is reached while a target is on its way ends it, and the host closes the position`() {
    let desk = HandDesk()
    desk.wish(qe_intent.market(1, .buy, 10).bracketed(stop: 590_000))
    desk.fill(desk.sent[0], 10)
    let stop = desk.sent[1]
    // Takes the stop back, and then rests far away.
    var target = qe_intent.target(2, 5)
    target.type = QE_TYPE_LIMIT
    target.price = 610_000
    desk.wish(target)
    desk.report(stop, .cancelled)
    let resting = desk.sent[2]
    #expect(resting.request.type == .limit && resting.request.quantity.raw == 5)
    desk.report(resting, .working)
    _ = desk.news()
    desk.quote(589_900, 589_900)
    desk.trade(589_900)
    #expect(desk.cancels.contains(resting.id) && desk.news() == [.init(2, QE_ORDER_CANCELLED)])
    desk.report(resting, .cancelled)
    let exit = desk.sent[3]
    #expect(exit.isReducing && exit.request.type == .market && exit.request.quantity.raw == 10)
    desk.fill(exit, 10, at: 589_900)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func `A stop that the venue ends unasked is placed again with the next data, not at once`() {
    let desk = HandDesk()
    desk.wish(qe_intent.market(1, .buy, 10).bracketed(stop: 590_000))
    desk.fill(desk.sent[0], 10)
    desk.report(desk.sent[1], .cancelled)
    #expect(desk.sent.count == 2)
    desk.trade(600_000)
    #expect(desk.sent.count == 3 && desk.sent[2].request.type == .stopMarket && desk.sent[2].request.quantity.raw == 10 && isSound(desk))
  }

  @Test func aTargetThatIsHeldAlreadyIsDone() {
    let desk = HandDesk()
    desk.wish(.target(1, 0))
    desk.hold(10)
    desk.wish(.target(2, 10))
    #expect(desk.sent.count == 1)
    #expect(desk.news().filter { $0.tag < 9_000 } == [.init(1, QE_ORDER_DONE), .init(2, QE_ORDER_DONE)])
    #expect(isSound(desk))
  }

  @Test func dustIsOutsideOfWhatATargetReaches() {
    let desk = HandDesk([Samples.spot()])
    desk.wish(.market(9, .buy, 10))
    desk.fill(desk.sent[0], 10, fee: Money(raw: 600_000_000_000_000_000), feeAsset: .base, feeAmount: Money(raw: 10_000_000_000_000))
    #expect(desk.position == 9)
    desk.wish(.target(1, 0))
    desk.fill(desk.sent[1], 9)
    #expect(desk.position == 0)
    desk.wish(.target(2, 0))
    #expect(desk.news().filter { $0.tag < 9 } == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_FILLED), .init(2, QE_ORDER_DONE)])
    #expect(desk.sent.count == 2 && desk.trips.count == 1 && isSound(desk))

    // The same with whole steps that are below the minimum notional.
    let other = HandDesk([Samples.spot(minimumNotional: Money(units: 100))])
    other.wish(.market(9, .buy, 10))
    other.fill(other.sent[0], 1)
    other.report(other.sent[0], .cancelled)
    #expect(other.isDust())
    other.wish(.target(1, 0))
    #expect(other.news().last == .init(1, QE_ORDER_DONE) && other.sent.count == 1 && other.position == 1 && isSound(other))
  }

  @Test func whatIsOpenIsCancelledFirstAndSubmitsWaitOutside() {
    let desk = HandDesk()
    desk.wish(.limit(1, .buy, 5, at: 590_000))
    desk.wish(.target(2, 10))
    #expect(desk.cancels == [desk.sent[0].id] && desk.sent.count == 1)
    desk.wish(.limit(3, .buy, 5, at: 590_000))
    #expect(desk.news().last == .init(3, QE_ORDER_REFUSED, .targetWorking))
    // What filled meanwhile is not ordered again.
    desk.fill(desk.sent[0], 3, at: 590_000)
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.sent.count == 2 && desk.sent[1].request.quantity.raw == 7)
    desk.fill(desk.sent[1], 7)
    #expect(desk.position == 10 && desk.news().last == .init(2, QE_ORDER_FILLED) && isSound(desk))
  }

  @Test func aNewerTargetTakesTheOlderOnesPlace() {
    let desk = HandDesk()
    desk.wish(.target(1, 10))
    desk.fill(desk.sent[0], 4)
    desk.wish(.target(2, -3))
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_REPLACED)])
    #expect(desk.cancels == [desk.sent[0].id])
    // The old one's order fills once more before it goes: nobody is told twice, and the new way is sized to it.
    desk.fill(desk.sent[0], 2)
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.news() == [])
    #expect(desk.sent[1].request.side == .sell && desk.sent[1].request.quantity.raw == 6)
    desk.fill(desk.sent[1], 6)
    desk.fill(desk.sent[2], 3)
    #expect(desk.position == -3 && desk.news().last == .init(2, QE_ORDER_FILLED) && isSound(desk))
  }

  @Test func aCancelledTargetEndsOnceItsOrderIsGone() {
    let desk = HandDesk()
    desk.wish(.target(1, 10))
    desk.fill(desk.sent[0], 4)
    desk.wish(.cancel(2, target: 1))
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL)])
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_CANCELLED), .init(2, QE_ORDER_DONE)])
    #expect(desk.position == 4 && desk.openOrders() == 0 && isSound(desk))
  }

  @Test func aRefusedStepEndsTheTargetWithTheReason() {
    var limits = Samples.farLimits
    limits.maximumOrderNotional = Money(units: 600)
    let desk = HandDesk(limits: limits)
    desk.wish(.target(1, 11))
    #expect(desk.news() == [.init(1, QE_ORDER_REFUSED, .orderNotionalLimit)])
    desk.wish(.target(2, 5))
    desk.report(desk.sent[0], .rejected)
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .venueRejected)])
    // From long to short while nothing may open: the way to flat is gone, the rest is refused.
    desk.hold(10)
    desk.wish(.target(3, -5))
    desk.command(.halt)
    desk.fill(desk.sent[desk.sent.count - 1], 10)
    #expect(desk.position == 0 && desk.news().last == .init(3, QE_ORDER_REFUSED, .halted) && isSound(desk))
  }

  @Test func bracketsProtectWhatATargetLeavesTheNewestFirst() {
    let desk = HandDesk()
    // Two brackets, of 6 and of 4.
    desk.wish(qe_intent.market(1, .buy, 6).bracketed(stop: 580_000))
    desk.fill(desk.sent[0], 6)
    desk.wish(qe_intent.market(2, .buy, 4).bracketed(stop: 590_000))
    desk.fill(desk.sent[2], 4)
    let legs = [desk.sent[1], desk.sent[3]]
    #expect(legs.map(\.request.quantity.raw) == [6, 4])
    desk.wish(.target(3, 7))
    #expect(desk.cancels == legs.map(\.id))
    desk.report(legs[0], .cancelled)
    #expect(desk.sent.count == 4, "not while a leg may still fill")
    desk.report(legs[1], .cancelled)
    #expect(desk.sent[4].request.quantity.raw == 3 && desk.sent[4].request.type == .market)
    desk.fill(desk.sent[4], 3)
    // 7 are left: the newest bracket keeps its 4, the oldest has 3.
    let restored = desk.sent.dropFirst(5).map { [$0.request.quantity.raw, $0.request.triggerPrice.raw] }
    #expect(Set(restored) == [[4, 590_000], [3, 580_000]])
    #expect(desk.position == 7 && isSound(desk))
  }

  @Test func aTargetsOwnBracketProtectsWhatItOpened() {
    let desk = HandDesk()
    desk.hold(-4)
    desk.wish(qe_intent.target(1, 6).bracketed(stop: 590_000, takeProfit: 610_000))
    desk.fill(desk.sent[1], 4)
    desk.fill(desk.sent[2], 6)
    #expect(desk.sent.dropFirst(3).map(\.request.quantity.raw) == [6, 6])
    #expect(desk.sent.dropFirst(3).allSatisfy { $0.request.side == .sell })
    #expect(desk.news().last == .init(1, QE_ORDER_FILLED) && isSound(desk))
  }

  @Test func flattenEndsATargetThatRunsAndGoesToFlat() {
    let desk = HandDesk()
    desk.wish(.target(1, 10))
    desk.fill(desk.sent[0], 4)
    desk.command(.flatten(instrument: -1))
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_CANCELLED)])
    #expect(desk.cancels == [desk.sent[0].id] && desk.blocking() == .halted)
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.sent[1].request.side == .sell && desk.sent[1].request.quantity.raw == 4 && desk.sent[1].isReducing)
    desk.wish(.target(2, 0))
    #expect(desk.news().last == .init(2, QE_ORDER_REFUSED, .targetWorking))
    desk.fill(desk.sent[1], 4)
    #expect(desk.position == 0 && desk.openOrders() == 0)
    #expect(desk.strategies[0].openHostOrders.isEmpty, "the host's own order ends for the strategy too")
    #expect(isSound(desk))
  }

  @Test func flattenWithoutAPriceOrWithARefusalIsTriedAgainWithTheNextEvent() {
    let desk = HandDesk([Samples.perpetual(), Samples.perpetual(symbol: "ETHUSDT")], instances: [0, 1])
    desk.hold(10)
    desk.hold(-7, instance: 1)
    desk.quote(0, 0)
    desk.command(.flatten(instrument: 0))
    #expect(desk.sent.count == 3 && desk.sent[2].request.instrument == 0, "an exit needs no price; the other symbol is not meant")
    desk.report(desk.sent[2], .rejected)
    #expect(desk.sent.count == 3, "never on the venue's answer")
    desk.pass(milliseconds: 1)
    #expect(desk.sent.count == 4)
    desk.fill(desk.sent[3], 3)
    desk.report(desk.sent[3], .expired)
    desk.trade(600_000, instrument: 1)
    #expect(desk.sent.count == 5 && desk.sent[4].request.quantity.raw == 7)
    desk.fill(desk.sent[4], 7)
    #expect(desk.position(instance: 0) == 0 && desk.position(instance: 1) == -7)
    #expect(desk.strategies[0].openHostOrders.isEmpty && isSound(desk))
  }

  @Test func aLimitTargetLivesAsLongAsItSays() {
    let desk = HandDesk()
    var intent = qe_intent.target(1, 10).living(QE_TIF_MS, milliseconds: 1000)
    intent.type = QE_TYPE_LIMIT
    intent.price = 599_000
    desk.wish(intent)
    desk.report(desk.sent[0], .working)
    desk.fill(desk.sent[0], 4, at: 599_000)
    desk.pass(milliseconds: 1000)
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_EXPIRED)])
    #expect(desk.position == 4 && isSound(desk))
  }

  @Test func aLifeThatEndsBeforeItsFirstEventLosesNoNews() {
    let desk = HandDesk()
    desk.wish(.limit(1, .buy, 5, at: 590_000))
    desk.wish(.target(2, 10))
    desk.restart()
    desk.restart()
    desk.trade(600_000)
    #expect(desk.news().contains(.init(2, QE_ORDER_REFUSED, .decisionExpired)))
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.strategies[0].open.isEmpty && isSound(desk))
  }

  @Test func aTargetDoesNotOutliveItsHostAndItsOrderIsTakenBack() {
    let desk = HandDesk()
    desk.wish(.limit(1, .buy, 5, at: 590_000))
    desk.wish(.target(2, 10))
    // Still clearing: no order of its own yet.
    desk.restart()
    desk.trade(600_000)
    #expect(desk.news().contains(.init(2, QE_ORDER_REFUSED, .decisionExpired)))
    #expect(desk.cancels.count == 2, "the cancel of the former life may not have arrived")
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.openOrders() == 0 && desk.sent.count == 1)

    var intent = qe_intent.target(3, 10)
    intent.type = QE_TYPE_LIMIT
    intent.price = 590_000
    desk.wish(intent)
    let order = desk.sent[1]
    desk.fill(order, 4, at: 590_000)
    _ = desk.news()
    desk.restart()
    desk.report(order, .working)
    #expect(desk.cancels.last == order.id, "nobody works towards it any more")
    desk.report(order, .cancelled)
    #expect(desk.news().last == .init(3, QE_ORDER_CANCELLED))
    #expect(desk.position == 4 && desk.openOrders() == 0 && isSound(desk))
  }
}
