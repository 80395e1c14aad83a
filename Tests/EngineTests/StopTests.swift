import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// What a stop takes along, what it leaves, and how it ends.
@Suite struct StopTests {
  /// Every way into a stop, with the code that is told.
  static let ways: [(name: String, code: RefusalCode, isAccounts: Bool, begin: @Sendable (HandDesk) -> Void)] = [
    ("kill", .killed, true, { $0.command(.kill) }),
    ("halt", .halted, true, { $0.command(.halt) }),
    ("Supervisor lost", .supervisorLost, true, { $0.command(.supervisor(.lost)) }),
    ("Supervisor's halt", .supervisorHalted, true, { $0.command(.supervisor(.halted)) }),
    ("Supervisor's pause", .supervisorPaused, true, { $0.command(.supervisor(.paused)) }),
    ("journal trouble", .journalTrouble, true, { $0.command(.journal(hasTrouble: true)) }),
    ("missing models", .modelsMissing, true, { $0.command(.models(instrument: -1, isMissing: true)) }),
    ("a missing model of the symbol", .modelsMissing, false, { $0.command(.models(instrument: 0, isMissing: true)) }),
    ("stale feed", .staleFeed, false, { $0.feed(.health(instrument: 0, isStale: true, lagNanoseconds: 0)) }),
    ("daily loss", .dailyLossLimit, true, { $0.quote(575_000, 575_000) }),
    ("drawdown", .drawdownLimit, true, { $0.quote(574_500, 574_500) }),
    ("per-instance loss", .instanceLossLimit, false, { $0.quote(574_000, 574_000) }),
  ]

  private func limits(for code: RefusalCode) -> RiskLimits {
    var limits = Samples.farLimits
    switch code {
    case .dailyLossLimit: limits.maximumDailyLoss = Money(units: 50)
    case .drawdownLimit: limits.maximumDrawdown = Money(units: 51)
    case .instanceLossLimit: limits.instance.maximumDailyLoss = Money(units: 52)
    default: break
    }
    return limits
  }

  /// 0.020 held with a bracket, an exit-free entry that rests, one that waits for the Supervisor.
  private func stage(_ code: RefusalCode) -> (desk: HandDesk, stop: ApprovedOrder, takeProfit: ApprovedOrder, entry: ApprovedOrder) {
    let desk = HandDesk(limits: limits(for: code), approvalMilliseconds: 250)
    func open(_ intent: qe_intent) -> ApprovedOrder {
      desk.wish(intent)
      desk.verdict(desk.asked[desk.asked.count - 1], isAllowed: true)
      return desk.sent[desk.sent.count - 1]
    }
    desk.fill(open(qe_intent.market(1, .buy, 20).bracketed(stop: 500_000, takeProfit: 700_000)), 20)
    let legs = Array(desk.sent.suffix(2))
    let entry = open(.limit(2, .buy, 5, at: 550_000))
    desk.wish(.limit(3, .buy, 5, at: 540_000))
    for order in legs + [entry] { desk.report(order, .working) }
    _ = desk.news()
    return (desk, legs[0], legs[1], entry)
  }

  @Test func `On halt flatten closes the position behind its protection, once`() {
    let desk = HandDesk(onHalt: .flatten)
    desk.hold(20)
    desk.wish(.limit(2, .buy, 5, at: 550_000))
    let entry = desk.sent[desk.sent.count - 1]
    let before = desk.sent.count
    desk.command(.halt)
    // Cancel, wait for the confirmation, size to what remains, send.
    #expect(desk.cancels.contains(entry.id) && desk.sent.count == before)
    desk.report(entry, .cancelled)
    #expect(desk.sent.count == before + 1)
    let exit = desk.sent[before]
    #expect(exit.request.side == .sell && exit.request.quantity.raw == 20 && exit.isReducing)
    desk.fill(exit, 20)
    #expect(desk.position == 0 && desk.blocking() == .halted)
    // A second cause of a stop that is on already begins nothing anew.
    desk.command(.kill)
    #expect(desk.sent.count == before + 1 && desk.breaches.isEmpty)
  }

  @Test(arguments: [true, false]) func `What stops openings alone sells nothing on halt flatten, and a stop that comes on top does`(isModel: Bool) {
    for stop in [Event.Command.halt, .supervisor(.lost)] {
      let desk = HandDesk(onHalt: .flatten)
      desk.hold(20)
      let before = desk.sent.count
      desk.command(isModel ? .models(instrument: -1, isMissing: true) : .journal(hasTrouble: true))
      #expect(desk.blocking() == (isModel ? .modelsMissing : .journalTrouble))
      #expect(desk.sent.count == before && desk.position == 20)
      desk.command(stop)
      #expect(desk.sent.count == before + 1 && desk.sent[desk.sent.count - 1].request.quantity.raw == 20, "\(stop)")
      #expect(desk.sent[desk.sent.count - 1].isReducing && desk.breaches.isEmpty)
    }
  }

  @Test(arguments: ways.indices)
  func aStopCancelsWhatWouldOpenInTheSameStepAndLeavesWhatProtects(index: Int) {
    let way = Self.ways[index]
    let (desk, stop, takeProfit, entry) = stage(way.code)
    #expect(desk.openOrders() == 4 && desk.asked.count == 3, "\(way.name): two legs, an entry, an approval in wait")
    way.begin(desk)
    #expect(desk.blocking() == way.code, "\(way.name)")
    #expect(desk.cancels == [entry.id], "\(way.name): the entry goes, the legs stay")
    #expect(desk.news() == [.init(3, QE_ORDER_REFUSED, way.code)], "\(way.name): what waited is revoked at once")
    #expect((way.isAccounts ? desk.riskCodes : desk.instanceRiskCodes) == [way.code], "\(way.name)")
    #expect(desk.strategies[0].riskStates.map(\.opening_allowed) == [0], "\(way.name)")
    // A late yes to what was revoked sends nothing.
    let sent = desk.sent.count
    desk.verdict(desk.asked[2], isAllowed: true)
    #expect(desk.sent.count == sent, "\(way.name)")
    desk.report(entry, .cancelled)
    #expect(desk.news() == [.init(2, QE_ORDER_CANCELLED)], "\(way.name)")
    #expect(desk.openOrders() == 2, "\(way.name)")
    // The stop still does its duty.
    desk.report(stop, .triggered)
    desk.fill(stop, 20, at: 500_000)
    #expect(desk.position == 0 && desk.cancels == [entry.id, takeProfit.id], "\(way.name)")
    #expect(desk.breaches.isEmpty && desk.violation == nil, "\(way.name): \(desk.breaches)")
  }

  @Test func resumeEndsAHaltAndALossThatIsInsideItsLimitAndNeverAKill() {
    let desk = HandDesk()
    desk.command(.halt)
    desk.command(.resume)
    #expect(desk.blocking() == .none)
    desk.command(.supervisor(.lost))
    desk.command(.resume)
    #expect(desk.blocking() == .supervisorLost, "only the Supervisor itself ends that")
    desk.command(.supervisor(.allows))
    #expect(desk.blocking() == .none)
    desk.command(.journal(hasTrouble: true))
    desk.command(.resume)
    #expect(desk.blocking() == .journalTrouble)
    desk.command(.journal(hasTrouble: false))
    #expect(desk.blocking() == .none)
    desk.command(.kill)
    desk.command(.resume)
    #expect(desk.blocking() == .killed)

    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 50)
    limits.maximumDrawdown = Money(units: 60)
    let other = HandDesk(limits: limits)
    other.hold(20)
    other.quote(575_000, 575_000)
    other.command(.resume)
    #expect(other.blocking() == .dailyLossLimit, "the loss is still 50: no limit loosens by asking")
    other.quote(575_001, 575_001)
    #expect(other.blocking() == .dailyLossLimit, "it does not end by itself")
    other.command(.resume)
    #expect(other.blocking() == .none, "49.998 is inside")
    // A fall of 60: drawdown; the day's loss stands beside it.
    other.quote(570_000, 570_000)
    #expect(other.blocking() == .drawdownLimit)
    other.command(.resetPeak)
    #expect(other.blocking() == .drawdownLimit, "a new peak measures anew, and somebody still has to say go on")
    other.command(.resume)
    #expect(other.blocking() == .dailyLossLimit)
    #expect(other.peak == other.equity)
    #expect(other.riskCodes == [.dailyLossLimit, .none, .drawdownLimit, .dailyLossLimit])
  }

  @Test func aDailyLossEndsWithTheDayOnlyIfSoSetAndADrawdownNever() {
    for resumes in [false, true] {
      var limits = Samples.farLimits
      limits.maximumDailyLoss = Money(units: 50)
      limits.resumeOnNewDay = resumes
      let desk = HandDesk(limits: limits)
      desk.hold(20)
      desk.quote(575_000, 575_000)
      // The last millisecond of the day, and the first of the next.
      let midnight = (desk.milliseconds / 86_400_000 + 1) * 86_400_000
      desk.pass(milliseconds: midnight - 1 - desk.milliseconds)
      #expect(desk.blocking() == .dailyLossLimit && desk.dayBase == Money(units: 1_000_000))
      desk.pass(milliseconds: 1)
      #expect(desk.blocking() == (resumes ? .none : .dailyLossLimit))
      #expect(desk.dayBase == Money(units: 999_950))
    }
    var limits = Samples.farLimits
    limits.maximumDrawdown = Money(units: 50)
    limits.resumeOnNewDay = true
    let desk = HandDesk(limits: limits)
    desk.hold(20)
    desk.quote(575_000, 575_000)
    desk.pass(milliseconds: 86_400_000)
    #expect(desk.blocking() == .drawdownLimit)
  }

  @Test func aCoolDownEndsByItselfAtItsLastNanosecond() {
    var limits = Samples.farLimits
    limits.lossStreakTrades = 2
    limits.coolingOffSeconds = 60
    let desk = HandDesk(limits: limits)
    for _ in 0..<2 {
      desk.hold(10)
      desk.hold(-10, at: 599_000)
    }
    #expect(desk.blocking() == .lossStreak && desk.instanceRiskCodes == [.lossStreak])
    desk.pass(milliseconds: 59_999)
    #expect(desk.blocking() == .lossStreak)
    desk.pass(milliseconds: 1)
    #expect(desk.blocking() == .none && desk.instanceRiskCodes == [.lossStreak, .none])
    #expect(desk.strategies[0].riskStates.map(\.opening_allowed) == [0, 1])
    // The streak begins anew: one loss is no streak, a win between two ends it.
    desk.hold(10)
    desk.hold(-10, at: 599_000)
    desk.hold(10)
    desk.hold(-10, at: 601_000)
    desk.hold(10)
    desk.hold(-10, at: 599_000)
    #expect(desk.blocking() == .none)
    // A trade of nothing but fees is a loss.
    desk.hold(10)
    desk.wish(.market(5, .sell, 10))
    desk.fill(desk.sent[desk.sent.count - 1], 10, fee: Money(raw: 1))
    #expect(desk.blocking() == .lossStreak)
  }

  @Test func transfersMoveEveryBaselineAndAreNeverProfitOrLoss() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 50)
    limits.maximumDrawdown = Money(units: 50)
    let desk = HandDesk(limits: limits)
    desk.hold(20)
    desk.feed(.transfer(Money(units: -900_000)))
    #expect(desk.blocking() == .none)
    #expect(desk.dayBase == Money(units: 100_000) && desk.peak == Money(units: 100_000) && desk.equity == Money(units: 100_000))
    desk.feed(.transfer(Money(units: 500)))
    // A deposit does not hide a loss either.
    desk.quote(575_001, 575_001)
    #expect(desk.blocking() == .none)
    desk.feed(.transfer(Money(units: 1000)))
    desk.quote(575_000, 575_000)
    #expect(desk.blocking() != .none)
    // A fraction of a smaller base is a smaller loss: 40 of 100,000 are inside 500 ppm, 40 of 50,000 are not.
    limits = Samples.farLimits
    limits.maximumDailyLossFraction = 500
    let other = HandDesk(limits: limits, cash: Money(units: 100_000))
    other.hold(20)
    other.quote(580_000, 580_000)
    #expect(other.blocking() == .none)
    other.feed(.transfer(Money(units: -50_000)))
    #expect(other.blocking() == .dailyLossLimit)
  }

  @Test func anInstancesDayLossIsItsOwn() {
    var limits = Samples.farLimits
    limits.instance.maximumDailyLoss = Money(units: 50)
    let desk = HandDesk(instances: [0, 0], limits: limits)
    desk.hold(20)
    desk.hold(10, instance: 1)
    desk.quote(575_000, 575_000)
    #expect(desk.blocking(0) == .instanceLossLimit && desk.blocking(1) == .none)
    desk.wish(.market(1, .buy, 1), instance: 1)
    #expect(desk.refusals.isEmpty)
    // The new day's base does not end it by itself; `resume` does, because the loss since that base is none.
    desk.pass(milliseconds: 86_400_000)
    #expect(desk.blocking(0) == .instanceLossLimit)
    desk.command(.resume)
    #expect(desk.blocking(0) == .none)
    desk.quote(550_001, 550_001)
    #expect(desk.blocking(0) == .none)
    desk.quote(550_000, 550_000)
    #expect(desk.blocking(0) == .instanceLossLimit)
  }

  @Test func anInstancesLossIsJudgedOnTheFillThatMakesItWhateverTheQuote() {
    var limits = Samples.farLimits
    limits.instance.maximumDailyLoss = Money(units: 10)
    let desk = HandDesk(limits: limits)
    desk.hold(10)
    // Sold 1,000.0 below a quote that has not moved.
    desk.hold(-10, at: 590_000)
    #expect(desk.blocking() == .instanceLossLimit)
    desk.wish(.market(1, .buy, 1))
    #expect(desk.refusals.map(\.refusal.code) == [.instanceLossLimit])
  }

  @Test func anInstancesLossLimitThatComesWhileRunningHolds() {
    let desk = HandDesk()
    desk.hold(20)
    var limits = Samples.farLimits
    limits.instance.maximumDailyLoss = Money(units: 50)
    desk.tighten(limits)
    desk.quote(575_000, 575_000)
    #expect(desk.blocking() == .instanceLossLimit)
  }

  @Test func aLimitThatTightensIsJudgedAtOnce() {
    let desk = HandDesk()
    desk.hold(20)
    desk.quote(575_000, 575_000)
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 50)
    desk.tighten(limits)
    #expect(desk.blocking() == .dailyLossLimit)
    desk.tighten(Samples.farLimits)
    #expect(desk.blocking() == .dailyLossLimit && desk.limits.maximumDailyLoss == Money(units: 50), "nothing loosens")
    let other = HandDesk()
    other.hold(20)
    other.quote(575_000, 575_000)
    limits = Samples.farLimits
    limits.instance.maximumDailyLoss = Money(units: 50)
    other.tighten(limits)
    #expect(other.blocking() == .instanceLossLimit)
  }

  @Test func aCancelThatTheVenueRefusedIsAskedAgainWhileNothingMayOpen() {
    let desk = HandDesk()
    desk.wish(.limit(1, .buy, 10, at: 590_000))
    let order = desk.sent[0]
    desk.report(order, .working)
    desk.command(.halt)
    #expect(desk.cancels == [order.id])
    desk.report(order, .cancelRejected)
    // The answer to the question that follows: it rests.
    desk.report(order, .working)
    desk.pass(milliseconds: 1)
    #expect(desk.cancels == [order.id, order.id])
    desk.report(order, .cancelled)
    #expect(desk.openOrders() == 0 && desk.news().last == .init(1, QE_ORDER_CANCELLED))
  }

  @Test func staleDataOfAFormerLifeEndsWithTheFirstHealthyWord() {
    let desk = HandDesk()
    desk.feed(.health(instrument: 0, isStale: true, lagNanoseconds: 0))
    desk.restart()
    #expect(desk.blocking() == .staleFeed)
    desk.feed(.health(instrument: 0, isStale: false, lagNanoseconds: 0))
    #expect(desk.blocking() == .none)
    desk.wish(.market(1, .buy, 1))
    #expect(desk.sent.count == 1)
    #expect(desk.strategies[0].riskStates.last?.opening_allowed == 1)
  }

  @Test func dayBasePeakStopsAndTheInstancesLossAreKeptThroughARestart() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 50)
    limits.instance.maximumDailyLoss = Money(units: 40)
    let desk = HandDesk(limits: limits)
    desk.hold(20)
    desk.quote(585_000, 585_000)  // -30
    desk.restart()
    #expect(desk.dayBase == Money(units: 1_000_000) && desk.peak == Money(units: 1_000_000))
    desk.quote(580_001, 580_001)
    #expect(desk.blocking() == .none)
    desk.quote(580_000, 580_000)  // -40 since the day's begin
    #expect(desk.blocking() == .instanceLossLimit)
    desk.quote(575_000, 575_000)
    #expect(desk.blocking() == .dailyLossLimit)
    desk.restart()
    #expect(desk.blocking() == .dailyLossLimit)
    desk.command(.kill)
    desk.restart()
    #expect(desk.blocking() == .killed)
  }

  @Test func aVenueThatFillsMoreThanWasOrderedHaltsAndDoesNotEndTheHost() {
    let desk = HandDesk()
    desk.hold(10)
    desk.wish(.limit(1, .sell, 4, at: 610_000), .limit(2, .sell, 6, at: 620_000))
    let exits = Array(desk.sent.suffix(2))
    // Six on an order of four: four are left, and the other exit is for six.
    desk.fill(exits[0], 6, at: 610_000)
    #expect(desk.position == 4)
    #expect(desk.blocking() == .halted)
    #expect(desk.cancels == [exits[1].id], "an exit that could open goes")
  }
}
