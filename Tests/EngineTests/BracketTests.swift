import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Protection of what an entry opened, worked by hand.
@Suite struct BracketTests {
  /// Entry to buy 0.010 with a stop at 59,000.0 and a take-profit at 61,000.0.
  static func entry(_ quantity: Int64 = 10, timeStop: Int64 = 0) -> qe_intent {
    .limit(1, .buy, quantity, at: 600_000).bracketed(stop: 590_000, takeProfit: 610_000, timeStop: timeStop)
  }

  /// The entry filled in full and both legs resting.
  static func protected(_ instrument: Instrument = Samples.perpetual(), timeStop: Int64 = 0) -> (
    desk: HandDesk, stop: ApprovedOrder, takeProfit: ApprovedOrder
  ) {
    let desk = HandDesk([instrument])
    desk.wish(entry(timeStop: timeStop))
    desk.fill(desk.sent[0], 10)
    desk.report(desk.sent[1], .working)
    desk.report(desk.sent[2], .working)
    return (desk, desk.sent[1], desk.sent[2])
  }

  private func isSound(_ desk: HandDesk) -> Bool { desk.violation == nil && desk.breaches.isEmpty }

  @Test func theLegsComeWithTheFillAsAPairOnTheOtherSide() {
    let (desk, stop, takeProfit) = Self.protected()
    #expect(desk.sent.count == 3)
    #expect(stop.request.type == .stopMarket && stop.request.triggerPrice.raw == 590_000)
    #expect(takeProfit.request.type == .takeProfitMarket && takeProfit.request.triggerPrice.raw == 610_000)
    for leg in [stop, takeProfit] { #expect(leg.request.side == .sell && leg.request.quantity.raw == 10 && leg.isReducing) }
    #expect(stop.pairedID == takeProfit.id && takeProfit.pairedID == stop.id)
    #expect(desk.strategies[0].lastContext.working_sell == 10, "a pair counts once")
    #expect(isSound(desk))
  }

  @Test func quantityFollowsTheFillByCancelConfirmAndANewPair() {
    let desk = HandDesk()
    desk.wish(Self.entry())
    desk.fill(desk.sent[0], 4)
    #expect(desk.sent.dropFirst().map(\.request.quantity.raw) == [4, 4])
    let (stop, takeProfit) = (desk.sent[1], desk.sent[2])
    desk.fill(desk.sent[0], 3)
    #expect(desk.cancels == [stop.id, takeProfit.id])
    #expect(desk.sent.count == 3, "nothing new before both are confirmed gone")
    desk.report(stop, .cancelled)
    #expect(desk.sent.count == 3)
    // More comes in between: the new pair has the size of what is held by then.
    desk.fill(desk.sent[0], 1)
    desk.report(takeProfit, .cancelled)
    #expect(desk.sent.dropFirst(3).map(\.request.quantity.raw) == [8, 8])
    // The entry's rest is cancelled by the strategy: the legs are right and stay.
    desk.wish(.cancel(2, target: 1))
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.cancels.count == 3 && desk.sent.count == 5)
    #expect(desk.news().suffix(2) == [.init(1, QE_ORDER_CANCELLED), .init(2, QE_ORDER_DONE)])
    #expect(isSound(desk))
  }

  @Test(arguments: [true, false])
  func oneLegEndsTheOther(isStop: Bool) {
    let (desk, stop, takeProfit) = Self.protected()
    let (leg, other) = isStop ? (stop, takeProfit) : (takeProfit, stop)
    desk.report(leg, .triggered)
    #expect(desk.cancels == [other.id])
    desk.fill(leg, 10, at: isStop ? 589_990 : 610_010)
    desk.report(other, .cancelled)
    #expect(desk.position == 0 && desk.openOrders() == 0 && desk.sent.count == 3)
    #expect(desk.trips.map(\.pnl) == [Money(raw: (isStop ? -10_010 : 10_010) * 1_000_000_000_000_000)])
    #expect(desk.strategies[0].openHostOrders.isEmpty)
    #expect(isSound(desk))
  }

  @Test func aTimeStopLeavesAtTheMarketOnceTheLegsAreGone() {
    let (desk, stop, takeProfit) = Self.protected(timeStop: 5_000)
    desk.pass(milliseconds: 4_999)
    #expect(desk.cancels.isEmpty)
    desk.pass(milliseconds: 1)
    #expect(desk.cancels == [stop.id, takeProfit.id] && desk.sent.count == 3)
    desk.report(stop, .cancelled)
    desk.report(takeProfit, .cancelled)
    let exit = desk.sent[3]
    #expect(exit.request.type == .market && exit.request.side == .sell && exit.request.quantity.raw == 10 && exit.isReducing)
    desk.fill(exit, 10)
    #expect(desk.position == 0 && desk.openOrders() == 0)
    desk.pass(milliseconds: 60_000)
    #expect(desk.sent.count == 4 && isSound(desk))
  }

  @Test func aTimeStopCountsFromTheFirstFillAndTakesTheEntrysRest() {
    let desk = HandDesk()
    desk.wish(Self.entry(timeStop: 5_000))
    desk.pass(milliseconds: 60_000)
    #expect(desk.cancels.isEmpty, "nothing is held: nothing is to be left")
    desk.fill(desk.sent[0], 4)
    desk.pass(milliseconds: 5_000)
    #expect(desk.cancels == [desk.sent[0].id, desk.sent[1].id, desk.sent[2].id])
    for order in desk.sent.prefix(3) { desk.report(order, .cancelled) }
    #expect(desk.sent[3].request.quantity.raw == 4)
    desk.fill(desk.sent[3], 4)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func anEntryWhoseStopIsRefusedIsClosed() {
    let desk = HandDesk()
    desk.wish(Self.entry())
    desk.fill(desk.sent[0], 6)
    let (stop, takeProfit) = (desk.sent[1], desk.sent[2])
    desk.report(stop, .rejected)
    #expect(desk.cancels == [desk.sent[0].id, takeProfit.id])
    desk.report(takeProfit, .cancelled)
    #expect(desk.sent.count == 3, "not while the entry may still fill")
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.sent.last?.request.type == .market && desk.sent.last?.request.quantity.raw == 6)
    desk.fill(desk.sent[3], 6)
    #expect(desk.position == 0 && desk.openOrders() == 0 && isSound(desk))
  }

  @Test func aRefusedTakeProfitIsWatchedByTheHostAndTheStopStays() {
    let (desk, stop, takeProfit) = Self.protected()
    desk.report(takeProfit, .rejected)
    #expect(desk.cancels.isEmpty && desk.sent.count == 3, "the stop protects alone")
    desk.trade(609_999)
    #expect(desk.cancels.isEmpty)
    desk.trade(610_000)
    #expect(desk.cancels == [stop.id])
    desk.report(stop, .cancelled)
    desk.fill(desk.sent[3], 10, at: 610_000)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func aTradeAtTheStopWhileTheLegsAreBeingResizedLeavesAtTheMarket() {
    let desk = HandDesk()
    desk.wish(Self.entry())
    desk.fill(desk.sent[0], 4)
    desk.fill(desk.sent[0], 2)
    #expect(desk.cancels.count == 2)
    desk.trade(590_000)
    #expect(desk.cancels.last == desk.sent[0].id, "no more comes in")
    desk.report(desk.sent[0], .cancelled)
    desk.report(desk.sent[1], .cancelled)
    desk.report(desk.sent[2], .cancelled)
    #expect(desk.sent.count == 4 && desk.sent[3].request.type == .market && desk.sent[3].request.quantity.raw == 6)
    desk.fill(desk.sent[3], 6, at: 590_000)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func aLegThatTriggersWhileItIsBeingCancelledKeepsItsFillAndTheRestFollows() {
    let desk = HandDesk()
    desk.wish(Self.entry())
    desk.fill(desk.sent[0], 4)
    let (stop, takeProfit) = (desk.sent[1], desk.sent[2])
    desk.fill(desk.sent[0], 6)
    // The venue was faster: the stop for four has triggered and fills.
    desk.report(stop, .triggered)
    desk.report(stop, .cancelRejected)
    desk.fill(stop, 4, at: 590_000)
    desk.report(takeProfit, .cancelled)
    #expect(desk.position == 6)
    desk.trade(590_000)
    // What came after is protected, or on its way out: never bare.
    let rest = desk.sent.dropFirst(3)
    #expect(!rest.isEmpty && rest.allSatisfy { $0.request.quantity.raw == 6 && $0.isReducing })
    #expect(isSound(desk))
  }

  @Test func aStopThatRunsOutOfMarketIsFollowedByAMarketOrderForTheRest() {
    let (desk, stop, takeProfit) = Self.protected()
    desk.report(stop, .triggered)
    desk.fill(stop, 7, at: 589_000)
    desk.report(takeProfit, .cancelled)
    desk.report(stop, .expired)
    #expect(desk.sent.count == 4 && desk.sent[3].request.type == .market && desk.sent[3].request.quantity.raw == 3)
    // That one finds no market either: asked again with the next event, once per event.
    desk.report(desk.sent[3], .expired)
    #expect(desk.sent.count == 4)
    desk.trade(588_000)
    #expect(desk.sent.count == 5)
    desk.fill(desk.sent[4], 3, at: 588_000)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func whatTheEntryBringsAfterTheStopTriggeredLeavesToo() {
    let desk = HandDesk()
    desk.wish(Self.entry())
    desk.fill(desk.sent[0], 4)
    let (stop, takeProfit) = (desk.sent[1], desk.sent[2])
    desk.report(stop, .triggered)
    #expect(desk.cancels == [takeProfit.id, desk.sent[0].id])
    // Too late: the entry's rest fills first.
    desk.fill(desk.sent[0], 6)
    desk.report(takeProfit, .cancelled)
    desk.fill(stop, 4, at: 590_000)
    #expect(desk.position == 6)
    desk.trade(589_000)
    for leg in desk.sent.dropFirst(3) where leg.request.type.isConditional { desk.report(leg, .working) }
    let out = desk.sent.dropFirst(3)
    #expect(!out.isEmpty && out.allSatisfy { $0.request.quantity.raw == 6 && $0.request.side == .sell && $0.isReducing })
    #expect(isSound(desk))
  }

  @Test func theEntrysEndWithoutAFillLeavesNothing() {
    for kind in [ExecutionReport.Kind.cancelled, .expired, .rejected] {
      let desk = HandDesk()
      desk.wish(Self.entry())
      desk.report(desk.sent[0], kind)
      #expect(desk.sent.count == 1 && desk.openOrders() == 0)
      desk.trade(580_000)
      #expect(desk.sent.count == 1 && desk.position == 0 && isSound(desk))
    }
  }

  @Test func aCommissionInBaseMakesTheLegsSmallerAndDustEndsTheTrade() {
    let desk = HandDesk([Samples.spot()])
    desk.wish(Self.entry())
    // 0.0000100 of 0.010 BTC: a fifth of a step is gone, so nine whole steps can be sold.
    desk.fill(desk.sent[0], 10, fee: Money(raw: 600_000_000_000_000_000), feeAsset: .base, feeAmount: Money(raw: 10_000_000_000_000))
    #expect(desk.position == 9)
    #expect(desk.sent.dropFirst().map(\.request.quantity.raw) == [9, 9])
    desk.report(desk.sent[2], .triggered)
    desk.fill(desk.sent[2], 9, at: 610_000)
    desk.report(desk.sent[1], .cancelled)
    #expect(desk.position == 0 && desk.openOrders() == 0)
    #expect(desk.trips.count == 1, "what cannot be sold is no position to be in")
    desk.trade(580_000)
    #expect(desk.sent.count == 3 && isSound(desk))
  }

  @Test func aFirstFillBelowTheMinimumNotionalWaitsForMore() {
    let desk = HandDesk([Samples.spot(minimumNotional: Money(units: 100))])
    desk.wish(Self.entry())
    // 0.001 BTC are 60 USDT: no stop of that size is taken, and the entry is still bringing more.
    desk.fill(desk.sent[0], 1)
    #expect(desk.cancels.isEmpty && desk.sent.count == 1)
    desk.fill(desk.sent[0], 9)
    #expect(desk.sent.dropFirst().map(\.request.quantity.raw) == [10, 10])
    #expect(isSound(desk))
  }

  @Test func bracketsComeBackAfterARestartWithTheirOrdersUnknownAndAskedAbout() {
    let (desk, stop, takeProfit) = Self.protected(timeStop: 5_000)
    _ = desk.news()
    desk.restart()
    #expect(desk.queried.map(\.id) == [stop.id, takeProfit.id])
    desk.wish(.market(5, .buy, 1))
    #expect(desk.refusals.map(\.refusal.code) == [.unknownOrder])
    desk.report(stop, .working)
    desk.report(takeProfit, .working)
    #expect(desk.cancels.isEmpty && desk.sent.count == 3, "they fit and stay")
    desk.pass(milliseconds: 5_000)
    #expect(desk.cancels == [stop.id, takeProfit.id], "the time stop has gone on counting")
    desk.report(stop, .cancelled)
    desk.report(takeProfit, .cancelled)
    desk.fill(desk.sent[3], 10)
    #expect(desk.position == 0 && isSound(desk))
  }

  @Test func aStopThatTriggeredAndThenWasUnknownIsNotPlacedAgain() {
    let (desk, stop, takeProfit) = Self.protected()
    desk.report(stop, .triggered)
    desk.report(takeProfit, .cancelled)
    desk.report(stop, .unknown)
    desk.report(stop, .cancelled)
    // Its price has been there: out at the market, not a stop that waits for what has happened.
    #expect(desk.sent.count == 4 && desk.sent[3].request.type == .market && isSound(desk))
  }

  @Test func aLegThatFilledWhileTheHostWasAwayEndsItsBracket() {
    let (desk, stop, takeProfit) = Self.protected()
    desk.restart()
    desk.fill(stop, 10, at: 589_000)
    #expect(desk.cancels == [takeProfit.id])
    desk.report(takeProfit, .cancelled)
    #expect(desk.position == 0 && desk.openOrders() == 0 && desk.sent.count == 3 && isSound(desk))
  }
}
