import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Replacing, worked by hand: the new order is a new order to risk, and both count until the old one is confirmed gone.
@Suite struct ReplaceTests {
  private func isSound(_ desk: HandDesk) -> Bool { desk.violation == nil && desk.breaches.isEmpty }

  /// An entry of 10 that rests at 59,000.0.
  private func resting(limits: RiskLimits = Samples.farLimits, inflight: Int = 64) -> (desk: HandDesk, order: ApprovedOrder) {
    let desk = HandDesk(limits: limits, maximumInflightEntries: inflight)
    desk.wish(.limit(1, .buy, 10, at: 590_000))
    desk.report(desk.sent[0], .working)
    _ = desk.news()
    return (desk, desk.sent[0])
  }

  @Test func bothCountUntilTheOldOneIsConfirmedGone() {
    let (desk, old) = resting(inflight: 1)
    desk.wish(.replace(2, target: 1, .buy, 12, at: 591_000))
    #expect(desk.replacements.map(\.old) == [old.id] && desk.cancels.isEmpty, "one request to the venue")
    let new = desk.replacements[0].new
    #expect(new.request.quantity.raw == 12 && new.request.price.raw == 591_000)
    #expect(desk.openOrders() == 2)
    desk.trade(600_000)
    #expect(desk.strategies[0].lastContext.working_buy == 22)
    desk.report(old, .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_REPLACED)])
    desk.report(new, .working)
    #expect(desk.strategies[0].lastContext.working_buy == 12)
    desk.fill(new, 12, at: 591_000)
    #expect(desk.news() == [.init(2, QE_ORDER_WORKING), .init(2, QE_ORDER_FILLED)] && desk.position == 12 && isSound(desk))
  }

  @Test func aNewOneThatRiskRefusesLeavesTheOld() {
    var limits = Samples.farLimits
    // Exposure of both: 10 and 12 at the mark of 60,000.0.
    limits.maximumSymbolNotional = Money(raw: Money(units: 1320).raw - 1)
    let (desk, old) = resting(limits: limits)
    desk.wish(.replace(2, target: 1, .buy, 12, at: 591_000))
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .symbolNotionalLimit)])
    #expect(desk.replacements.isEmpty && desk.cancels.isEmpty && desk.openOrders() == 1)
    desk.fill(old, 10, at: 590_000)
    #expect(desk.news() == [.init(1, QE_ORDER_FILLED)] && isSound(desk))
    #expect(resting().desk.openOrders() == 1)
  }

  @Test func anOldOneThatFilledFirstIsFilledAndTheNewOneRefused() {
    let (desk, old) = resting()
    desk.wish(.replace(2, target: 1, .buy, 12, at: 591_000))
    let new = desk.replacements[0].new
    desk.fill(old, 10, at: 590_000)
    desk.report(new, .rejected)
    #expect(desk.news() == [.init(1, QE_ORDER_FILLED), .init(2, QE_ORDER_REFUSED, .venueRejected)])
    #expect(desk.position == 10 && desk.openOrders() == 0 && isSound(desk))
  }

  @Test func anOldOneThatFilledInPartIsReplacedWithWhatItHas() {
    let (desk, old) = resting()
    desk.fill(old, 4, at: 590_000)
    desk.wish(.replace(2, target: 1, .buy, 6, at: 591_000))
    desk.fill(old, 1, at: 590_000)
    desk.report(old, .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_REPLACED)])
    #expect(desk.strategies[0].updates.last?.total_quantity == 5 && isSound(desk))
  }

  @Test func aVenueThatTookTheCancelAndRefusedTheNewOneLeavesNone() {
    let (desk, old) = resting()
    desk.wish(.replace(2, target: 1, .buy, 12, at: 591_000))
    desk.report(old, .cancelled)
    desk.report(desk.replacements[0].new, .rejected)
    #expect(desk.news() == [.init(1, QE_ORDER_REPLACED), .init(2, QE_ORDER_REFUSED, .venueRejected)])
    #expect(desk.openOrders() == 0 && isSound(desk))
  }

  @Test func whatIsOnItsWayOutUnknownOrNotThereCannotBeReplaced() {
    let (desk, old) = resting()
    desk.wish(.replace(2, target: 7, .buy, 1, at: 590_000))
    desk.report(old, .unknown)
    desk.wish(.replace(3, target: 1, .buy, 1, at: 590_000))
    desk.report(old, .working)
    desk.wish(.cancel(4, target: 1))
    desk.wish(.replace(5, target: 1, .buy, 1, at: 590_000))
    #expect(desk.refusals.map(\.refusal.code) == [.unknownTarget, .unknownTarget, .unknownTarget])
    #expect(desk.sent.count == 1 && isSound(desk))
  }

  /// Long 10 with an exit of 10 at 61,000.0.
  private func leaving() -> (desk: HandDesk, exit: ApprovedOrder) {
    let desk = HandDesk()
    desk.hold(10)
    desk.wish(.limit(1, .sell, 10, at: 610_000))
    desk.report(desk.sent[1], .working)
    _ = desk.news()
    return (desk, desk.sent[1])
  }

  @Test func anExitIsReplacedInTwoStepsBecauseBothCannotReduce() {
    let (desk, exit) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
    #expect(desk.cancels == [exit.id] && desk.sent.count == 2)
    // A part fills before the cancel arrives: the new one is for what remains.
    desk.fill(exit, 3, at: 610_000)
    desk.report(exit, .cancelled)
    #expect(desk.sent.count == 3 && desk.sent[2].request.quantity.raw == 7 && desk.sent[2].request.price.raw == 605_000 && desk.sent[2].isReducing)
    #expect(desk.news() == [.init(1, QE_ORDER_PARTIAL), .init(1, QE_ORDER_REPLACED)])
    desk.fill(desk.sent[2], 7, at: 605_000)
    #expect(desk.news() == [.init(2, QE_ORDER_FILLED)] && desk.position == 0 && isSound(desk))
  }

  @Test func anExitThatFillsBeforeItsReplacementLeavesNothingToReplace() {
    let (desk, exit) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
    desk.fill(exit, 10, at: 610_000)
    #expect(desk.news() == [.init(1, QE_ORDER_FILLED), .init(2, QE_ORDER_REFUSED, .unknownTarget)])
    #expect(desk.sent.count == 2 && desk.openOrders() == 0 && isSound(desk))
  }

  @Test func anExitCannotBeReplacedByMoreThanWhatIsHeld() {
    let (desk, _) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 11, at: 605_000))
    #expect(desk.refusals.map(\.refusal) == [Refusal(.exitWorking, unit: .quantity, value: 11, limit: 10)])
    #expect(desk.cancels.isEmpty && isSound(desk))
  }

  @Test func anExitWhoseReplacementIsCancelledFirstIsCancelledAndNotReplaced() {
    let (desk, exit) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
    desk.wish(.cancel(3, target: 1))
    #expect(desk.news() == [.init(2, QE_ORDER_CANCELLED)])
    desk.report(exit, .cancelled)
    #expect(desk.news() == [.init(1, QE_ORDER_CANCELLED), .init(3, QE_ORDER_DONE)], "nothing took its place")
    #expect(desk.sent.count == 2 && desk.position == 10 && isSound(desk))
  }

  @Test func aStagedReplacementEndsWithATargetOrARestart() {
    for restarts in [false, true] {
      let (desk, exit) = leaving()
      desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
      if restarts { desk.restart() } else { desk.wish(.target(3, 5)) }
      desk.report(exit, .cancelled)
      let news = desk.news()
      #expect(news.contains(restarts ? .init(2, QE_ORDER_REFUSED, .decisionExpired) : .init(2, QE_ORDER_CANCELLED)))
      #expect(news.contains(.init(1, QE_ORDER_CANCELLED)), "restarts \(restarts): \(news)")
      #expect(desk.sent.dropFirst(2).allSatisfy { $0.request.type == .market } && isSound(desk))
    }
  }

  @Test func aStagedExitStaysAnExitThroughAHalt() {
    let (desk, exit) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
    desk.command(.halt)
    desk.report(exit, .cancelled)
    #expect(desk.sent.count == 3 && desk.sent[2].isReducing && isSound(desk))
  }

  @Test func aCancelThatFoundNothingEndsTheStagedOneToo() {
    let (desk, exit) = leaving()
    desk.wish(.replace(2, target: 1, .sell, 10, at: 605_000))
    desk.report(exit, .cancelRejected)
    #expect(desk.news() == [.init(2, QE_ORDER_REFUSED, .unknownTarget), .init(1, QE_ORDER_UNKNOWN)])
    #expect(desk.queried.map(\.id) == [exit.id])
    desk.fill(exit, 10, at: 610_000)
    #expect(desk.news() == [.init(1, QE_ORDER_FILLED)] && desk.position == 0 && isSound(desk))
  }

  @Test func anEntryReplacedByAnExitThatMeetsItIsCancelledOnce() {
    let desk = HandDesk()
    desk.hold(10)
    desk.wish(.limit(1, .buy, 5, at: 599_000))
    let entry = desk.sent[1]
    desk.wish(.replace(2, target: 1, .sell, 10, at: 598_000))
    #expect(desk.replacements.map(\.old) == [entry.id])
    #expect(desk.cancels.isEmpty, "a cancel ahead of the replacement would make the venue refuse it")
    desk.report(entry, .cancelled)
    desk.fill(desk.sent[2], 10, at: 598_000)
    #expect(desk.position == 0 && isSound(desk))
  }
}
