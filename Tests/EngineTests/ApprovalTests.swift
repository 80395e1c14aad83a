import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Orders that wait for the Supervisor, worked by hand.
@Suite struct ApprovalTests {
  private func isSound(_ desk: HandDesk) -> Bool { desk.violation == nil && desk.breaches.isEmpty }

  @Test func anEntryWaitsReservedAndIsSentOnAYes() {
    var limits = Samples.farLimits
    limits.maximumSymbolNotional = Money(units: 600)
    let desk = HandDesk(limits: limits, approvalMilliseconds: 250)
    desk.wish(.market(1, .buy, 10))
    #expect(desk.sent.isEmpty && desk.asked.count == 1 && desk.news() == [])
    #expect(desk.strategies[0].lastContext.pending_buy == 0, "seen with the next call")
    desk.wish(.market(2, .buy, 1))
    #expect(desk.strategies[0].lastContext.pending_buy == 10 && desk.strategies[0].lastContext.working_buy == 0)
    #expect(desk.refusals.map(\.refusal.code) == [.symbolNotionalLimit], "what waits counts in full")
    desk.verdict(desk.asked[0], isAllowed: true)
    #expect(desk.sent.map(\.id) == [desk.asked[0].id])
    desk.fill(desk.sent[0], 10)
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .symbolNotionalLimit), .init(1, QE_ORDER_FILLED)])
    #expect(desk.decisions.map(\.outcome) == [.asked, .refused, .sent] && isSound(desk))
  }

  @Test func aNoRefusesAndFreesWhatWasReserved() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.market(1, .buy, 10))
    desk.verdict(desk.asked[0], isAllowed: false)
    #expect(desk.news() == [.init(1, QE_ORDER_REFUSED, .supervisorDenied)] && desk.openOrders() == 0 && desk.sent.isEmpty && isSound(desk))
  }

  @Test func exitsAreNotHeldUp() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.market(1, .buy, 10))
    desk.verdict(desk.asked[0], isAllowed: true)
    desk.fill(desk.sent[0], 10)
    desk.wish(.market(2, .sell, 10))
    #expect(desk.sent.count == 2 && desk.sent[1].isReducing)
    // A no to what is on its way out is a matter for the log.
    desk.feed(.verdict(orderID: desk.sent[1].id, .supervisorDenied))
    #expect(desk.cancels.isEmpty && isSound(desk))
  }

  @Test func riskIsAskedAgainOnTheStateOfThatMoment() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.market(1, .buy, 10), .market(2, .buy, 10))
    desk.quote(0, 0)
    desk.verdict(desk.asked[0], isAllowed: true)
    #expect(desk.news() == [.init(1, QE_ORDER_REFUSED, .noQuote)])
    desk.quote(600_000, 600_000)
    desk.verdict(desk.asked[1], isAllowed: true)
    #expect(desk.sent.count == 1 && isSound(desk))
  }

  @Test func aDecisionExpiresAtItsAgeAndALateYesSendsNothing() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.market(1, .buy, 10))
    desk.pass(milliseconds: 249)
    #expect(desk.news() == [])
    desk.pass(milliseconds: 1)
    #expect(desk.news() == [.init(1, QE_ORDER_REFUSED, .decisionExpired)])
    desk.verdict(desk.asked[0], isAllowed: true)
    #expect(desk.sent.isEmpty)
    // The answer that comes at that very moment is late as well.
    desk.wish(.market(2, .buy, 10))
    desk.milliseconds += 250
    desk.verdict(desk.asked[1], isAllowed: true)
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .decisionExpired)] && desk.sent.isEmpty && isSound(desk))
  }

  @Test func aLifeBeginsWhenTheOrderIsSent() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(qe_intent.limit(1, .buy, 10, at: 590_000).living(QE_TIF_MS, milliseconds: 1000))
    desk.pass(milliseconds: 200)
    desk.verdict(desk.asked[0], isAllowed: true)
    desk.pass(milliseconds: 999)
    #expect(desk.cancels.isEmpty)
    desk.pass(milliseconds: 1)
    #expect(desk.cancels == [desk.sent[0].id])
    desk.report(desk.sent[0], .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_EXPIRED)] && isSound(desk))
  }

  @Test func aDenialOfWhatIsOpenCancelsItsRest() {
    let desk = HandDesk()
    desk.wish(.limit(1, .buy, 10, at: 590_000))
    desk.fill(desk.sent[0], 4, at: 590_000)
    desk.feed(.verdict(orderID: desk.sent[0].id, .none))
    #expect(desk.cancels.isEmpty)
    desk.feed(.verdict(orderID: desk.sent[0].id, .supervisorDenied))
    #expect(desk.cancels == [desk.sent[0].id])
    desk.report(desk.sent[0], .cancelled)
    desk.feed(.verdict(orderID: desk.sent[0].id, .supervisorDenied))
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_CANCELLED)] && desk.position == 4 && isSound(desk))
  }

  @Test func whatWaitsIsCancelledWithoutTheVenue() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(qe_intent.market(1, .buy, 10).bracketed(stop: 590_000))
    desk.wish(.cancel(2, target: 1))
    #expect(desk.news() == [.init(1, QE_ORDER_CANCELLED), .init(2, QE_ORDER_DONE)])
    #expect(desk.cancels.isEmpty && desk.openOrders() == 0)
    desk.verdict(desk.asked[0], isAllowed: true)
    #expect(desk.sent.isEmpty && isSound(desk))
  }

  @Test func whatWaitsIsReplacedWithoutTheVenueAndARefusedReplacementLeavesIt() {
    var limits = Samples.farLimits
    limits.maximumOrderNotional = Money(units: 600)
    let desk = HandDesk(limits: limits, approvalMilliseconds: 250)
    desk.wish(.limit(1, .buy, 10, at: 590_000))
    desk.wish(.replace(2, target: 1, .buy, 11, at: 590_000))
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .orderNotionalLimit)], "the one that waits goes on waiting")
    desk.wish(.replace(3, target: 1, .buy, 10, at: 591_000))
    #expect(desk.news() == [.init(1, QE_ORDER_REPLACED)])
    desk.verdict(desk.asked[0], isAllowed: true)
    #expect(desk.sent.isEmpty)
    desk.verdict(desk.asked[1], isAllowed: true)
    #expect(desk.sent.map(\.request.price.raw) == [591_000] && desk.replacements.isEmpty && isSound(desk))
  }

  /// An entry of 10 that rests, with a replacement that waits.
  private func waiting() -> (desk: HandDesk, old: ApprovedOrder) {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.limit(1, .buy, 10, at: 590_000))
    desk.verdict(desk.asked[0], isAllowed: true)
    desk.report(desk.sent[0], .working)
    desk.wish(.replace(2, target: 1, .buy, 12, at: 591_000))
    _ = desk.news()
    return (desk, desk.sent[0])
  }

  @Test func aReplacementThatWaitsTouchesTheOldOneOnlyOnAYes() {
    let (desk, old) = waiting()
    #expect(desk.cancels.isEmpty && desk.replacements.isEmpty)
    desk.verdict(desk.asked[1], isAllowed: true)
    #expect(desk.replacements.map(\.old) == [old.id])
    desk.report(old, .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_REPLACED)] && isSound(desk))
    let (denied, _) = waiting()
    denied.verdict(denied.asked[1], isAllowed: false)
    #expect(denied.news() == [.init(2, QE_ORDER_REFUSED, .supervisorDenied)] && denied.openOrders() == 1)
  }

  @Test func aReplacementWhoseOrderHasEndedIsRefusedEvenIfAnotherHasItsSlot() {
    let (desk, old) = waiting()
    desk.fill(old, 10, at: 590_000)
    // The next order takes the slot that has become free.
    desk.wish(.limit(3, .buy, 1, at: 580_000))
    desk.verdict(desk.asked[2], isAllowed: true)
    let other = desk.sent[1]
    #expect(other.slot == old.slot)
    desk.verdict(desk.asked[1], isAllowed: true)
    #expect(desk.replacements.isEmpty && desk.cancels.isEmpty, "another's order is not to be replaced")
    #expect(desk.news() == [.init(1, QE_ORDER_FILLED), .init(2, QE_ORDER_REFUSED, .unknownTarget)])
    #expect(desk.openOrders() == 1 && isSound(desk))
  }

  @Test func aTargetsStepWaitsAndEndsTheTargetWhenItIsDenied() {
    let desk = HandDesk(approvalMilliseconds: 250)
    desk.wish(.target(1, 10))
    #expect(desk.sent.isEmpty && desk.asked.count == 1)
    desk.verdict(desk.asked[0], isAllowed: false)
    #expect(desk.news() == [.init(1, QE_ORDER_REFUSED, .supervisorDenied)])
    desk.wish(.target(2, 10))
    desk.pass(milliseconds: 250)
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .decisionExpired)])
    desk.wish(.target(3, 10))
    desk.wish(.target(4, 5))
    desk.verdict(desk.asked[2], isAllowed: true)
    desk.verdict(desk.asked[3], isAllowed: true)
    desk.fill(desk.sent[0], 5)
    #expect(desk.news() == [.init(3, QE_ORDER_REPLACED), .init(4, QE_ORDER_PARTIAL), .init(4, QE_ORDER_FILLED)])
    #expect(desk.sent.count == 1 && desk.position == 5 && isSound(desk))
  }

  @Test func afterARestartWhatWaitedIsRefusedAndWhatWasSentIsUnknown() {
    let desk = HandDesk(approvalMilliseconds: 250)
    for tag in 1...3 as ClosedRange<UInt64> {
      desk.wish(qe_intent.limit(tag, .buy, 10, at: 590_000).living(QE_TIF_MS, milliseconds: 10_000))
      if tag < 3 { desk.verdict(desk.asked[Int(tag) - 1], isAllowed: true) }
    }
    desk.fill(desk.sent[0], 4, at: 590_000)
    desk.wish(.cancel(4, target: 2))
    _ = desk.news()
    let cancels = desk.cancels
    desk.restart()
    desk.trade(600_000)
    #expect(Set(desk.news().map(\.description)) == ["3 refused DECISION_EXPIRED", "1 unknown", "2 unknown"])
    #expect(desk.queried.map(\.id) == desk.sent.map(\.id))
    #expect(desk.cancels == cancels + [desk.sent[1].id], "a cancel of the former life is asked for again")
    desk.wish(.market(5, .buy, 1))
    #expect(desk.refusals.last?.refusal == Refusal(.unknownOrder, unit: .count, value: 2, limit: 0))
    desk.report(desk.sent[0], .working)
    desk.report(desk.sent[1], .cancelled)
    #expect(desk.news().contains(.init(4, QE_ORDER_DONE)))
    // The books and the order's life go on where they were.
    desk.pass(milliseconds: 10_000)
    #expect(desk.cancels.last == desk.sent[0].id)
    desk.fill(desk.sent[0], 6, at: 590_000)
    #expect(desk.position == 10 && desk.strategies[0].updates.last?.total_quantity == 10)
    #expect(desk.strategies[0].open.isEmpty && desk.openOrders() == 0 && isSound(desk))
  }
}
