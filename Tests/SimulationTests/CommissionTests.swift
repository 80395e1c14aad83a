import Engine
import Market
import Simulation
import TestKit
import Testing

/// Commission in its asset and its value in quote, to the last unit. Amounts below are 10^-8.
@Suite struct CommissionTests {
  private func fills(
    spot: Bool = true, _ orders: [(Side, Int64)], price: Int64 = 612_345, _ change: (inout SimulationModel) -> Void
  ) -> [ExecutionReport] {
    var model = SimulationModel(fillPrice: .trade, takerFee: BasisPoints(raw: 5_000_000), makerFee: .zero, syntheticSpread: .zero)
    change(&model)
    let desk = VenueDesk(model, instruments: [spot ? Samples.spot() : Samples.perpetual()])
    desk.trade(price)
    for (side, quantity) in orders { desk.order(side, .market, quantity) }
    return desk.reports()
  }

  private func units(_ count: Int128) -> Money { Money(raw: count * 10_000_000_000) }

  /// 0.007 x 61234.5 = 428.6415; 5 bps = 0.21432075 in quote.
  /// In base 5 bps of 0.007 = 0.0000035 = 350 units, worth 0.0000035 x 61234.5 = 0.21432075.
  @Test func `The venue charges base on spot buys and quote on sells and perpetuals`() {
    let spot = fills([(.buy, 7), (.sell, 7)]) { $0.feeAsset = .venue }
    #expect(spot.map(\.feeAsset) == [.base, .quote])
    #expect(spot.map(\.feeAmount) == [units(350), units(21_432_075)])
    #expect(spot.map(\.fee) == [units(21_432_075), units(21_432_075)])
    let perpetual = fills(spot: false, [(.buy, 7), (.sell, 7)]) { $0.feeAsset = .venue }
    #expect(perpetual.map(\.feeAsset) == [.quote, .quote] && perpetual.allSatisfy { $0.feeAmount == units(21_432_075) && $0.fee == $0.feeAmount })
    let quote = fills([(.buy, 7)]) { $0.feeAsset = .quote }
    #expect(quote.map(\.feeAsset) == [.quote] && quote.map(\.feeAmount) == [units(21_432_075)])
  }

  /// 4.995 bps of 0.001 = 0.0000004995 -> 50 units (half up); 4.945 bps -> 49.45 -> 49; worth 61234.5 each x 10^-8 exactly.
  /// 4.95 bps -> 49.5 -> 50. A rebate rounds away from zero too.
  @Test(arguments: [(4_995_000, 50), (4_945_000, 49), (4_950_000, 50), (-4_950_000, -50)] as [(Int64, Int128)])
  func `Base is rounded to 8 decimals and valued without rounding`(rate: Int64, amount: Int128) {
    let fill = fills([(.buy, 1)]) {
      $0.takerFee = BasisPoints(raw: rate)
      $0.feeAsset = .venue
    }[0]
    #expect(fill.feeAmount == units(amount))
    #expect(fill.fee == Money(raw: amount * 612_345 * 1_000_000_000))
  }

  /// 428.6415 x 5 bps x 0.75 = 0.1607405625 in quote; at 583.7 that is 0.00027538215..., 27538 units, worth
  /// 0.00027538 x 583.7 = 0.160739306. The balance of 55076 pays two, and the third is charged as the venue does.
  @Test func `A third asset pays while it lasts, then the venue's rule holds`() {
    let fills = fills([(.buy, 7), (.sell, 7), (.sell, 7), (.buy, 7)]) {
      $0.feeAsset = .third
      $0.thirdAsset = SimulationModel.ThirdAsset(
        name: "BNB", balance: units(55_076), price: Money(raw: 583_700_000_000_000_000_000), discount: 250_000)
    }
    #expect(fills.map(\.feeAsset) == [.third, .third, .quote, .base])
    #expect(fills.map(\.feeAmount) == [units(27_538), units(27_538), units(21_432_075), units(350)])
    #expect(fills.map(\.fee) == [Money(raw: 160_739_306_000_000_000), Money(raw: 160_739_306_000_000_000), units(21_432_075), units(21_432_075)])
  }

  @Test func `One unit less than a charge is not enough, and a rebate is never paid in the third asset`() {
    let short = fills([(.sell, 7)]) {
      $0.feeAsset = .third
      $0.thirdAsset = SimulationModel.ThirdAsset(
        name: "BNB", balance: units(27_537), price: Money(raw: 583_700_000_000_000_000_000), discount: 250_000)
    }
    #expect(short.map(\.feeAsset) == [.quote])
    let rebate = fills([(.sell, 7)]) {
      $0.feeAsset = .third
      $0.takerFee = BasisPoints(raw: -1_000_000)
      $0.thirdAsset = SimulationModel.ThirdAsset(name: "BNB", balance: Money(units: 1), price: Money(units: 500))
    }
    #expect(rebate.map(\.feeAsset) == [.quote] && rebate[0].fee < .zero)
  }

  /// An independent way to the same figures: value = amount x price, and amount is the nearest 10^-8 of what is owed.
  @Test func `Any third-asset charge is the nearest amount, and its value is exact`() {
    var chance = Chance.seeded("third-asset charges")
    for _ in 0..<2000 {
      let price = Int64.random(in: 1...9_999_999, using: &chance)
      let quantity = Int64.random(in: 1...1_000_000, using: &chance)
      let rate = Int64.random(in: 1...100_000_000, using: &chance)
      let unitPrice = Int128(Int64.random(in: 1...1_000_000_000_000, using: &chance)) * 1_000_000_000_000
      let discount = Int64.random(in: 0...1_000_000, using: &chance)
      let fill = fills(spot: false, [(.sell, quantity)], price: price) {
        $0.takerFee = BasisPoints(raw: rate)
        $0.feeAsset = .third
        $0.thirdAsset = SimulationModel.ThirdAsset(
          name: "X", balance: Money(units: 1_000_000_000_000), price: Money(raw: unitPrice), discount: discount)
      }[0]
      guard fill.feeAsset == .third else { continue }
      let amount = fill.feeAmount.raw / 10_000_000_000
      #expect(fill.feeAmount.raw % 10_000_000_000 == 0 && fill.fee.raw == amount * (unitPrice / 100_000_000))
      // |amount x price - owed| <= half a unit's value, over the common denominator 10^16 of rate and discount.
      let owed = Int128(price) * Int128(quantity) * 100_000_000_000_000 * Int128(rate) / 10_000_000_000
      let discounted = Double(owed) * Double(1_000_000 - discount) / 1_000_000
      #expect(abs(Double(fill.fee.raw) - discounted) <= Double(unitPrice) / 2e8 * (1 + 1e-6) + discounted * 1e-12 + 1)
    }
  }
}
