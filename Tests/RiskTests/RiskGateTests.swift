import Market
import Risk
import TestKit
import Testing

/// A gate over one or more instruments with quotes at 60,000.0 and one instance each.
final class Desk {
  var gate: RiskGate
  let specs: [InstrumentSpec]
  var cash: Money
  var now: Int64 = 1_700_000_000_000_000_000

  init(
    _ instruments: [Instrument] = [Samples.perpetual()], instances: [Int32]? = nil, limits: RiskLimits = Samples.farLimits, cash: Int64 = 1_000_000,
    equity: Money? = nil, symbolLimits: [SymbolLimits] = []
  ) {
    specs = instruments.map(\.spec)
    self.cash = Money(units: cash)
    gate = RiskGate(
      limits: limits, instruments: specs, instances: instances ?? Array(0..<Int32(instruments.count)), feeReserve: BasisPoints(raw: 5_000_000),
      initialEquity: equity ?? Money(units: cash), capacity: 64, symbolLimits: symbolLimits)
    for index in specs.indices {
      gate.quoted(Int32(index), bid: Price(raw: 599_999), ask: Price(raw: 600_000))
      gate.traded(Int32(index), price: Price(raw: 600_000))
    }
  }

  func check(_ side: Side, _ quantity: Int64, at price: Int64? = nil, instrument: Int32 = 0, instance: Int32 = 0, reduceOnly: Bool = false) -> Verdict
  {
    gate.check(
      OrderRequest(
        instrument: instrument, instance: instance, side: side, type: price == nil ? .market : .limit, quantity: Quantity(raw: quantity),
        price: Price(raw: price ?? 0), reduceOnly: reduceOnly), now: now, availableCash: cash)
  }

  // Plain methods, because an expectation cannot hold a gate that must not be copied.
  func mark(_ equity: Int64, raisesPeak: Bool = true) -> Bool { gate.marked(equity: Money(units: equity), raisesPeak: raisesPeak) }
  func advance(to time: Int64) -> Bool { gate.advanced(to: time) }
  var blockingCode: RefusalCode { gate.blockingRefusal?.code ?? .none }
  var dayBase: Money { gate.dayBase }
  var maximumDrawdown: Money { gate.maximumDrawdown }
  func position(instance: Int32) -> Int64 { gate.position(instance: instance) }
  func position(instrument: Int32) -> Int64 { gate.position(instrument: instrument) }

  /// Approves and fills at once, or returns the refusal.
  @discardableResult
  func trade(_ side: Side, _ quantity: Int64, instance: Int32 = 0, instrument: Int32 = 0) -> RefusalCode {
    switch check(side, quantity, instrument: instrument, instance: instance) {
    case .refused(let refusal): return refusal.code
    case .pending: preconditionFailure("nobody is asked here")
    case .approved(let order):
      _ = gate.filled(slot: order.slot, quantity: Quantity(raw: quantity))
      gate.released(slot: order.slot)
      return .none
    }
  }
}

extension Verdict {
  var code: RefusalCode {
    if case .refused(let refusal) = self { return refusal.code }
    return .none
  }
  var order: ApprovedOrder? {
    if case .approved(let order) = self { return order }
    return nil
  }
  var refusal: Refusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }
}

@Suite struct RiskGateTests {
  static let tenThousand = Money(units: 10_000)

  @Test func ofASymbolsOwnLimitAndTheAccountsTheTighterHolds() {
    var limits = Samples.farLimits
    limits.maximumOrderNotional = Money(units: 6000)
    let own = [
      SymbolLimits(maximumOrderNotional: Money(units: 600), priceCollar: BasisPoints(raw: 10_000_000)),
      SymbolLimits(maximumOrderNotional: Money(units: 60_000)), SymbolLimits(maximumSpread: .zero),
    ]
    let desk = Desk([Samples.perpetual(), Samples.perpetual(), Samples.perpetual()], limits: limits, symbolLimits: own)
    // 0.01 BTC is 600, 0.1 BTC is 6000.
    #expect(desk.check(.buy, 10).code == .none)
    #expect(desk.check(.buy, 11).refusal?.limit == Money(units: 600).raw)
    #expect(desk.check(.buy, 100, instrument: 1, instance: 1).code == .none)
    #expect(desk.check(.buy, 101, instrument: 1, instance: 1).refusal?.limit == Money(units: 6000).raw)
    #expect(desk.check(.buy, 1, instrument: 2, instance: 2).code == .spreadLimit)
    // 10 bps of 60,000.0 are 60.0.
    #expect(desk.check(.buy, 1, at: 600_600).code == .none)
    #expect(desk.check(.buy, 1, at: 600_601).code == .priceCollar)
  }

  // 0.001 BTC at the ask of 60,000.0 is a notional of 60.

  @Test func orderNotionalIsAllowedUpToTheLimitAndRefusedOverItWithItsFigures() {
    var limits = Samples.farLimits
    limits.maximumOrderNotional = Money(units: 600)
    let desk = Desk(limits: limits)
    #expect(desk.check(.buy, 9).code == .none)
    #expect(desk.check(.buy, 10).code == .none)
    let refusal = desk.check(.buy, 11).refusal
    #expect(refusal?.code == .orderNotionalLimit)
    #expect(refusal?.value == Money(units: 660).raw)
    #expect(refusal?.limit == Money(units: 600).raw)
    #expect(refusal?.headroom == Money(units: -60).raw)
  }

  @Test func symbolNotionalCountsPositionOpenOrdersAndTheNewOne() {
    var limits = Samples.farLimits
    limits.maximumSymbolNotional = Money(units: 600)
    let desk = Desk(limits: limits)
    #expect(desk.trade(.buy, 4) == .none)
    #expect(desk.check(.buy, 4, at: 500_000).code == .none)  // rests: reserved at the mark
    #expect(desk.check(.buy, 3).code == .symbolNotionalLimit)
    #expect(desk.check(.buy, 2).code == .none)
    // The other side counts by itself: 4 long, 14 more sells would be 10 short.
    let other = Desk(limits: limits)
    #expect(other.trade(.buy, 4) == .none)
    #expect(other.check(.sell, 15).code == .symbolNotionalLimit)
    #expect(other.check(.sell, 14).code == .none)
  }

  @Test func grossExposureAddsUpOverSymbols() {
    var limits = Samples.farLimits
    limits.maximumGrossExposure = Money(units: 1200)
    let desk = Desk([Samples.perpetual(), Samples.perpetual(symbol: "ETHUSDT")], limits: limits)
    #expect(desk.trade(.buy, 10) == .none)
    #expect(desk.check(.sell, 11, instrument: 1, instance: 1).code == .grossExposureLimit)
    #expect(desk.check(.sell, 10, instrument: 1, instance: 1).code == .none)
  }

  @Test func leverageIsMeasuredAgainstEquity() {
    var limits = Samples.farLimits
    limits.maximumLeverage = 2_000_000
    let desk = Desk([Samples.perpetual(leverage: 125)], limits: limits, cash: 600)
    #expect(desk.check(.buy, 21).code == .leverageLimit)
    #expect(desk.check(.buy, 20).code == .none)
    let broke = Desk([Samples.perpetual(leverage: 125)], limits: limits, cash: 600)
    _ = broke.mark(-1)
    #expect(broke.check(.buy, 1).code == .leverageLimit)
  }

  @Test func fundsCoverSpotBuysWithTheirFees() {
    let desk = Desk([Samples.spot()], cash: 600)
    #expect(desk.check(.buy, 10).code == .insufficientFunds)  // 600 + 0.30 fee
    #expect(desk.check(.buy, 9).code == .none)
    #expect(desk.check(.buy, 1).code == .insufficientFunds)  // 540 are reserved
  }

  @Test func fundsCoverTheMarginOfFutures() {
    let desk = Desk([Samples.perpetual(leverage: 5)], cash: 120)
    #expect(desk.check(.buy, 10).code == .insufficientFunds)  // margin 120, fee 0.30
    #expect(desk.check(.buy, 9).code == .none)
  }

  @Test func spotCannotBeShort() {
    let desk = Desk([Samples.spot()])
    #expect(desk.check(.sell, 1).code == .spotShort)
    #expect(desk.trade(.buy, 5) == .none)
    #expect(desk.check(.sell, 6).code == .spotShort)
    #expect(desk.check(.sell, 3).code == .none)
    #expect(desk.check(.sell, 3).code == .exitWorking)  // 3 of 5 are offered already
    #expect(desk.check(.sell, 2).code == .none)
  }

  @Test func theVenuesFiltersHoldForEveryOrder() throws {
    let instrument = try Instrument(
      id: InstrumentID(venue: "binance", market: .usdm, symbol: "X"), baseAsset: "X", quoteAsset: "USDT", priceScale: 1, quantityScale: 3,
      tickSize: 5,
      stepSize: 10, minimumQuantity: 20, maximumQuantity: 1000, minimumNotional: Money(units: 1500))
    let desk = Desk([instrument])
    #expect(desk.check(.buy, 25).code == .invalidLot)
    #expect(desk.check(.buy, 10).code == .sizeBelowMinimum)
    #expect(desk.check(.buy, 0).code == .invalidQuantity)
    #expect(desk.check(.buy, -10).code == .invalidQuantity)
    #expect(desk.check(.buy, .min).code == .invalidQuantity)
    #expect(desk.check(.buy, .max).code == .quantityOverMaximum)
    #expect(desk.check(.buy, 1010).code == .quantityOverMaximum)
    #expect(desk.check(.buy, 20).code == .minimumNotional)  // 1,200
    #expect(desk.check(.buy, 30, at: 600_003).code == .invalidTick)
    #expect(desk.check(.buy, 30, at: 0).code == .invalidPrice)
    #expect(desk.check(.buy, 30, at: -5).code == .invalidPrice)
    #expect(desk.check(.buy, 30, at: .max).code == .invalidPrice)
    #expect(desk.check(.buy, 30, at: 600_005).code == .none)
    #expect(desk.check(.buy, 1000).code == .positionLimit)  // with 30 open already
    #expect(desk.check(.buy, 970).code == .none)
  }

  @Test func aMissingQuoteStopsOpeningAndNotLeaving() {
    let desk = Desk()
    #expect(desk.trade(.buy, 5) == .none)
    desk.gate.quoted(0, bid: .zero, ask: .zero)
    #expect(desk.check(.buy, 1).code == .noQuote)
    #expect(desk.check(.sell, 5).code == .none)
  }

  @Test func openingOrdersPerSecondAreCountedExactlyAndReducingOnesNever() {
    var limits = Samples.farLimits
    limits.maximumOrdersPerSecond = 3
    let desk = Desk(limits: limits)
    for _ in 0..<3 { #expect(desk.trade(.buy, 1) == .none) }
    #expect(desk.trade(.buy, 1) == .orderRateLimit)
    #expect(desk.trade(.sell, 1) == .none)
    desk.now += 999_999_999
    #expect(desk.trade(.buy, 1) == .orderRateLimit)
    desk.now += 1
    #expect(desk.trade(.buy, 1) == .none)
    limits.maximumOrdersPerSecond = 0
    let closed = Desk(limits: limits)
    #expect(closed.trade(.buy, 1) == .orderRateLimit)
  }

  @Test(arguments: [(-499, RefusalCode.none), (-500, .dailyLossLimit), (-501, .dailyLossLimit)] as [(Int64, RefusalCode)])
  func aDailyLossHaltsAtItsLimit(change: Int64, code: RefusalCode) {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 500)
    let desk = Desk(limits: limits)
    #expect(desk.trade(.buy, 5) == .none)
    #expect(desk.mark(1_000_000 + change) == (code != .none))
    #expect(desk.check(.buy, 1).code == code)
    // Recovery does not end a halt; leaving stays possible.
    _ = desk.mark(1_000_100)
    #expect(desk.check(.buy, 1).code == code)
    #expect(desk.check(.sell, 5).code == .none)
  }

  @Test func aDrawdownIsMeasuredFromThePeak() {
    var limits = Samples.farLimits
    limits.maximumDrawdownFraction = 100_000
    let desk = Desk(limits: limits, cash: 1000)
    #expect(!desk.mark(2000))
    #expect(!desk.mark(1801))
    #expect(desk.mark(1800))
    #expect(desk.blockingCode == .drawdownLimit)
    #expect(desk.maximumDrawdown == Money(units: 200))
  }

  @Test func theUTCDayHasANewBaseAndResumesOnlyIfSoSet() {
    for resumes in [false, true] {
      var limits = Samples.farLimits
      limits.maximumDailyLoss = Money(units: 50)
      limits.resumeOnNewDay = resumes
      let desk = Desk(limits: limits, cash: 1000)
      let midnight: Int64 = 1_700_006_400_000_000_000  // 2023-11-15 00:00 UTC
      _ = desk.advance(to: midnight - 1)
      #expect(desk.mark(940))
      #expect(!desk.advance(to: midnight - 1))
      #expect(desk.advance(to: midnight) == resumes)
      #expect(desk.dayBase == Money(units: 940))
      #expect(desk.blockingCode == (resumes ? .none : .dailyLossLimit))
    }
  }

  @Test func killAndHaltStopOpeningForGood() {
    let desk = Desk()
    #expect(desk.trade(.buy, 5) == .none)
    desk.gate.halt()
    #expect(desk.check(.buy, 1).code == .halted)
    desk.gate.kill()
    #expect(desk.check(.buy, 1).code == .killed)
    #expect(desk.check(.sell, 5).code == .none)
  }

  @Test func reduceOnlyRefusesWhatIsNotProvenAndRelaxesNothing() {
    let desk = Desk()
    #expect(desk.check(.sell, 1, reduceOnly: true).code == .wouldOpen)
    #expect(desk.trade(.buy, 5) == .none)
    #expect(desk.check(.sell, 6, reduceOnly: true).code == .wouldOpen)
    #expect(desk.check(.sell, 5, reduceOnly: true).order?.isReducing == true)
    #expect(desk.check(.sell, 1, reduceOnly: true).code == .wouldOpen)  // all of it is on its way out
  }

  @Test func instancesMayNotHoldOrWorkOppositePositions() {
    // Were A long and B short, neither could be proven to leave: the account's net would stand against one of them.
    let desk = Desk([Samples.perpetual()], instances: [0, 0])
    #expect(desk.trade(.buy, 5, instance: 0) == .none)
    #expect(desk.check(.sell, 3, instance: 1).code == .oppositeInstance)
    #expect(desk.trade(.buy, 3, instance: 1) == .none)
    // Each leaves by itself; a sell beyond the own position would open against the other.
    #expect(desk.check(.sell, 6, instance: 0).code == .oppositeInstance)
    #expect(desk.check(.sell, 5, instance: 0).order?.isReducing == true)
    #expect(desk.check(.sell, 3, instance: 1).order?.isReducing == true)
    // A resting opening sell of one keeps the other from buying.
    let other = Desk([Samples.perpetual()], instances: [0, 0])
    #expect(other.check(.sell, 1, at: 610_000, instance: 0).code == .none)
    #expect(other.check(.buy, 1, instance: 1).code == .oppositeInstance)
  }

  @Test func aDrawdownHoldsOverTheDayThatEndsADailyLoss() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = Money(units: 50)
    limits.maximumDrawdown = Money(units: 100)
    limits.resumeOnNewDay = true
    let midnight: Int64 = 1_700_006_400_000_000_000
    let desk = Desk(limits: limits, cash: 1000)
    _ = desk.advance(to: midnight - 1)
    #expect(desk.mark(800))  // both are broken by one fall
    #expect(!desk.advance(to: midnight))
    #expect(desk.blockingCode == .drawdownLimit)
    #expect(desk.check(.buy, 1).code == .drawdownLimit)
    // An operator's halt during a daily loss does not end with the day either.
    limits.maximumDrawdown = nil
    let halted = Desk(limits: limits, cash: 1000)
    _ = halted.advance(to: midnight - 1)
    #expect(halted.mark(900))
    halted.gate.halt()
    _ = halted.advance(to: midnight)
    #expect(halted.blockingCode == .halted)
  }

  @Test func aLossLimitOfZeroIsBrokenByTheFirstLossAndNotByNone() {
    var limits = Samples.farLimits
    limits.maximumDailyLoss = .zero
    limits.maximumDrawdown = .zero
    let desk = Desk(limits: limits, cash: 1000)
    #expect(!desk.advance(to: desk.now))
    #expect(!desk.mark(1000))
    #expect(!desk.mark(1001))
    #expect(desk.check(.buy, 1).code == .none)
    #expect(desk.mark(999))
    #expect(desk.blockingCode == .drawdownLimit)
  }

  @Test func aValueAtOldPricesLowersButNeverRaisesThePeak() {
    var limits = Samples.farLimits
    limits.maximumDrawdown = Money(units: 100)
    let desk = Desk(limits: limits, cash: 1000)
    #expect(!desk.mark(1050, raisesPeak: false))
    #expect(!desk.mark(901))
    #expect(desk.maximumDrawdown == Money(units: 99))
    #expect(desk.mark(900, raisesPeak: false))
  }

  @Test func feesOfOpenBuysAreSetAsideToo() {
    // Two buys of 299.85 with 0.15 of fees each need exactly 600; the second one's notional alone would still fit.
    let desk = Desk([Samples.spot()], cash: 600)
    #expect(desk.check(.buy, 5, at: 599_700).code == .none)
    #expect(desk.check(.buy, 5, at: 600_000).code == .insufficientFunds)
    #expect(desk.check(.buy, 5, at: 599_700).code == .none)
  }

  @Test func nothingOpeningJoinsAWorkingExitOnItsSide() {
    // Found by the property test: long 5 with an exit for 5 working, a sell of 8 that fills first leaves the exit to open a short.
    let desk = Desk()
    #expect(desk.trade(.buy, 5) == .none)
    let exit = desk.check(.sell, 5, at: 610_000).order
    #expect(exit?.isReducing == true)
    #expect(desk.check(.sell, 8).code == .exitWorking)
    #expect(desk.check(.buy, 1).code == .none)
    desk.gate.released(slot: exit?.slot ?? 0)
    #expect(desk.check(.sell, 8).code == .none)
  }

  @Test func aFullTableRefusesByName() {
    let desk = Desk()
    for _ in 0..<64 { #expect(desk.check(.buy, 1, at: 500_000).code == .none) }
    #expect(desk.check(.buy, 1, at: 500_000).code == .tooManyOrders)
  }
}
