import Market
import TestKit
import Testing

@Suite struct MoneyTests {
  @Test func feesRoundHalfUpAwayFromZeroToTheAssetsScale() {
    let fiveBps = BasisPoints(raw: 5_000_000)
    // 60.0001 at 5 bps = 0.03000005
    #expect(fiveBps.fee(on: Money(raw: 60_000_100_000_000_000_000)).raw == 30_000_050_000_000_000)
    // Exactly half of 10^-8 goes away from zero, both ways.
    let half = Money(raw: 10_000_000_000 / 2 * 2000)
    #expect(fiveBps.fee(on: half).raw == 10_000_000_000)
    #expect(BasisPoints(raw: -5_000_000).fee(on: half).raw == -10_000_000_000)
    #expect(fiveBps.fee(on: Money(raw: half.raw - 1)).raw == 0)
    #expect(BasisPoints.zero.fee(on: Money(units: 1_000_000)) == .zero)
  }

  @Test func aFeeOnTheLargestAmountDoesNotOverflow() {
    let fee = BasisPoints(raw: 10_000_000_000).fee(on: Money(raw: Money.bound))  // 100 %
    #expect(fee.raw == Money.bound)
  }

  @Test func scalingIsExactOverTheFullWidth() {
    let amount = Money(raw: Money.bound - 1)
    #expect(amount.scaled(by: 7, over: 7) == amount)
    #expect(Money(raw: -10).scaled(by: 1, over: 3).raw == -3)
    #expect(Money(raw: 10).scaled(by: 2, over: 3).raw == 6)
    #expect(amount.scaled(by: 1_000_000_000, over: 1_000_000).raw == .max)
    #expect(Money(raw: -Money.bound).scaled(by: .max, over: 1).raw == -.max)
  }

  @Test func boundsOfAnInstrumentKeepEveryProductInsideMoney() throws {
    let id = InstrumentID(venue: "binance", market: .spot, symbol: "SHIBUSDT")
    // A coin traded by 10^12 units at 8 decimals of price.
    let shib = try Instrument(
      id: id, baseAsset: "SHIB", quoteAsset: "USDT", priceScale: 8, quantityScale: 0, maximumQuantity: 1_000_000_000_000_000,
      maximumPrice: 100_000_000)
    #expect(shib.spec.notional(Price(raw: 1234), Quantity(raw: 1_000_000_000_000)) == Money(units: 12_340_000))
    #expect(shib.spec.checkedNotional(Price(raw: 100_000_001), Quantity(raw: 1)) == nil)
    #expect(throws: Instrument.Invalid.self) {
      try Instrument(id: id, baseAsset: "A", quoteAsset: "B", priceScale: 0, quantityScale: 0, maximumQuantity: .max, maximumPrice: .max)
    }
    #expect(throws: Instrument.Invalid.self) { try Instrument(id: id, baseAsset: "A", quoteAsset: "B", priceScale: 10, quantityScale: 3) }
    #expect(throws: Instrument.Invalid.self) { try Instrument(id: id, baseAsset: "A", quoteAsset: "B", priceScale: 1, quantityScale: 3, leverage: 5) }
  }
}
