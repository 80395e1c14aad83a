import Market
import TestKit
import Testing

@testable import Simulation

/// When funding falls due, at what rate and price.
@Suite struct FundingTests {
  private static let hour: Int64 = 3_600_000_000_000
  /// 2024-01-01 00:00 UTC.
  private static let midnight: Int64 = 1_704_067_200_000_000_000

  private func payments(_ desk: VenueDesk, at nanoseconds: Int64) -> [FundingPayment] {
    var found: [FundingPayment] = []
    if desk.venue.advance(to: nanoseconds) { while let payment = desk.venue.nextFundingPayment() { found.append(payment) } }
    return found
  }

  @Test func `Marks tell when and how much; it is paid once, at the mark before`() {
    let desk = VenueDesk()
    let due = Self.midnight + 8 * Self.hour
    func mark(_ price: Int64, rate: Int64, next: Int64) {
      desk.venue.observe(
        MarkPrice(price: Price(raw: price), fundingRate: BasisPoints(raw: rate), nextFundingMilliseconds: next / 1_000_000), instrument: 0)
    }
    mark(600_000, rate: 1_000_000, next: due)
    mark(600_500, rate: 1_500_000, next: due)
    #expect(payments(desk, at: due - 1).isEmpty)
    #expect(payments(desk, at: due) == [FundingPayment(instrument: 0, rate: BasisPoints(raw: 1_500_000), price: Price(raw: 600_500))])
    // A mark that still names what was paid changes nothing; the next one does.
    mark(600_600, rate: 2_000_000, next: due)
    #expect(payments(desk, at: due + 1).isEmpty)
    mark(600_700, rate: -3_000_000, next: due + 8 * Self.hour)
    #expect(payments(desk, at: due + 8 * Self.hour + 5).map(\.rate.raw) == [-3_000_000])
  }

  @Test func `Without marks a fixed rate is paid at 00, 08 and 16 o'clock on the last price, also after a gap, never on spot`() {
    let desk = VenueDesk(VenueDesk.free { $0.fundingRate = BasisPoints(raw: 1_000_000) }, instruments: [Samples.perpetual(), Samples.spot()])
    #expect(payments(desk, at: Self.midnight + Self.hour).isEmpty)
    desk.trade(600_000)
    desk.trade(600_000, instrument: 1)
    #expect(payments(desk, at: Self.midnight + 8 * Self.hour - 1).isEmpty)
    #expect(
      payments(desk, at: Self.midnight + 8 * Self.hour) == [
        FundingPayment(instrument: 0, rate: BasisPoints(raw: 1_000_000), price: Price(raw: 600_000))
      ])
    desk.trade(610_000)
    #expect(payments(desk, at: Self.midnight + 25 * Self.hour).map(\.price.raw) == [610_000, 610_000])
  }

  @Test func `With no rate and no marks there is none`() {
    let desk = VenueDesk()
    desk.trade(600_000)
    #expect(payments(desk, at: Self.midnight + 100 * Self.hour).isEmpty)
  }

  @Test func `Marks that tell a time take the fixed rate's place`() {
    let desk = VenueDesk(VenueDesk.free { $0.fundingRate = BasisPoints(raw: 1_000_000) })
    _ = payments(desk, at: Self.midnight + 1)
    desk.trade(600_000)
    desk.venue.observe(
      MarkPrice(price: Price(raw: 600_100), fundingRate: BasisPoints(raw: 7), nextFundingMilliseconds: (Self.midnight + 4 * Self.hour) / 1_000_000),
      instrument: 0)
    #expect(payments(desk, at: Self.midnight + 9 * Self.hour).map(\.rate.raw) == [7])
  }
}
