import Market
import Risk
import TestKit
import Testing

@testable import Simulation

/// Conditional orders, pairs, cancels and replaces.
@Suite struct OrderTests {
  private func desk() -> VenueDesk {
    let desk = VenueDesk()
    desk.quote(599_990, 600_010)
    desk.trade(600_000)
    return desk
  }

  /// Trigger 60010.0 above or 59990.0 below: the last trade that does not trigger, and the one that does.
  @Test(
    arguments: [
      (Side.sell, OrderType.stopMarket, 599_900, 599_901, 599_900), (.sell, .takeProfitMarket, 600_100, 600_099, 600_100),
      (.buy, .stopMarket, 600_100, 600_099, 600_100), (.buy, .takeProfitMarket, 599_900, 599_901, 599_900),
      // A gap over the trigger.
      (.sell, .stopMarket, 599_900, 599_901, 590_000), (.buy, .stopMarket, 600_100, 600_099, 610_000),
    ] as [(Side, OrderType, Int64, Int64, Int64)])
  func `A conditional order triggers on the last trade and fills as a market order`(
    side: Side, type: OrderType, trigger: Int64, before: Int64, at: Int64
  ) {
    let desk = desk()
    desk.order(side, type, 2, trigger: trigger)
    desk.trade(before)
    // Quotes do not trigger.
    desk.quote(at - 10, at + 10)
    #expect(desk.news() == ["1 working"])
    desk.trade(at)
    #expect(desk.news() == ["1 triggered", "1 fill 2@\(side == .buy ? at + 10 : at - 10) taker"])
    desk.trade(at)
    #expect(desk.news() == [])
  }

  @Test func `One that is beyond its trigger on arrival triggers at once`() {
    let desk = desk()
    desk.order(.sell, .stopMarket, 2, trigger: 600_000)
    #expect(desk.news() == ["1 triggered", "1 fill 2@599990 taker"])
  }

  @Test func `When a leg triggers the other expires, whichever names whom and comes first`() {
    for stopFirst in [true, false] {
      for bothName in [true, false] {
        let desk = desk()
        let stop: () -> Void = {
          desk.order(.sell, .stopMarket, 2, trigger: 599_900, pairedWith: stopFirst ? 2 : bothName ? 1 : 0)
        }
        let profit: () -> Void = { desk.order(.sell, .limit, 2, at: 600_100, pairedWith: stopFirst ? (bothName ? 1 : 0) : 2) }
        if stopFirst {
          stop()
          profit()
        } else {
          profit()
          stop()
        }
        let (stopID, profitID) = stopFirst ? (1, 2) : (2, 1)
        _ = desk.news()
        // The bid of 599,990 is older than the trade.
        desk.trade(599_900)
        #expect(desk.news() == ["\(stopID) triggered", "\(profitID) expired", "\(stopID) fill 2@599900 taker"])
        #expect(desk.venue.restingCount == 0)
      }
    }
  }

  @Test func `When the limit leg fills the stop expires; a partial fill is a fill`() {
    let desk = VenueDesk(VenueDesk.free { $0.queue = .riskAverse })
    desk.depth(bids: [(599_990, 10)], asks: [(600_010, 10)], isSnapshot: true)
    // An order that stands before the pair must not be skipped when the table closes up.
    desk.order(.sell, .stopMarket, 5, trigger: 599_000, pairedWith: 2)
    desk.order(.sell, .limit, 5, at: 600_000, pairedWith: 1)
    desk.order(.sell, .limit, 1, at: 600_000)
    _ = desk.news()
    desk.trade(600_000, 3)
    #expect(desk.news() == ["2 fill 3@600000 maker", "1 expired"])
    desk.trade(600_000, 3)
    #expect(desk.news() == ["2 fill 2@600000 maker", "3 fill 1@600000 maker"])
    desk.trade(598_000)
    #expect(desk.news() == [])
  }

  @Test func `A leg whose partner has ended before it came expires on arrival`() {
    let desk = desk()
    desk.order(.sell, .stopMarket, 2, trigger: 600_000, pairedWith: 2)
    desk.order(.sell, .limit, 2, at: 600_100, pairedWith: 1)
    #expect(desk.news() == ["1 triggered", "1 fill 2@599990 taker", "2 expired"])
  }

  @Test func `Two triggers of one trade: the older leg wins, others are looked at in their order`() {
    let desk = desk()
    desk.order(.sell, .stopMarket, 2, trigger: 599_900, pairedWith: 2)
    desk.order(.sell, .stopMarket, 2, trigger: 599_950, pairedWith: 1)
    desk.order(.sell, .stopMarket, 1, trigger: 599_900)
    _ = desk.news()
    desk.trade(599_800)
    #expect(desk.news() == ["1 triggered", "2 expired", "1 fill 2@599800 taker", "3 triggered", "3 fill 1@599800 taker"])
  }

  @Test func `A cancel ends only its leg, and one that finds nothing is rejected`() {
    let desk = desk()
    desk.order(.sell, .stopMarket, 2, trigger: 599_900, pairedWith: 2)
    desk.order(.sell, .limit, 2, at: 600_100, pairedWith: 1)
    _ = desk.news()
    desk.cancel(2)
    desk.cancel(2)
    desk.cancel(9)
    #expect(desk.news() == ["2 cancelled", "2 cancelRejected", "9 cancelRejected"])
    desk.trade(599_900)
    #expect(desk.news() == ["1 triggered", "1 fill 2@599900 taker"])
  }

  @Test func `A replace cancels and places; the old one filled before it came, nothing is placed`() {
    let desk = desk()
    desk.order(.buy, .limit, 2, at: 599_900)
    _ = desk.news()
    desk.venue.replace(slot: 1, orderID: 1, with: desk.make(.buy, .limit, 3, at: 599_950))
    #expect(desk.news() == ["1 cancelled", "2 working"])
    desk.trade(599_949)
    #expect(desk.news() == ["2 fill 3@599950 maker"])
    desk.venue.replace(slot: 2, orderID: 2, with: desk.make(.buy, .limit, 3, at: 599_940))
    #expect(desk.news() == ["2 cancelRejected", "3 rejected VENUE_REJECTED"])
    #expect(desk.venue.restingCount == 0)
  }

  @Test func `A replace of a partly filled order ends what is left of it`() {
    let desk = VenueDesk(VenueDesk.free { $0.queue = .riskAverse })
    desk.depth(bids: [(599_980, 10)], asks: [(600_010, 10)], isSnapshot: true)
    desk.order(.buy, .limit, 5, at: 599_990)
    desk.trade(599_990, 2, taker: .sell)
    desk.venue.replace(slot: 1, orderID: 1, with: desk.make(.buy, .limit, 3, at: 599_985))
    desk.trade(599_984, 9, taker: .sell)
    #expect(desk.news() == ["1 working", "1 fill 2@599990 maker", "1 cancelled", "2 working", "2 fill 3@599985 maker"])
  }

  @Test func `Instruments have books, touches and orders of their own`() {
    let desk = VenueDesk(instruments: [Samples.perpetual(), Samples.perpetual(symbol: "ETHUSDT")])
    desk.depth(bids: [(599_990, 4)], asks: [(600_010, 4)], isSnapshot: true, instrument: 0)
    desk.quote(29_990, 30_010, instrument: 1)
    desk.order(.buy, .limit, 1, at: 599_990, instrument: 0)
    desk.order(.buy, .limit, 1, at: 29_990, instrument: 1)
    desk.order(.buy, .market, 6, instrument: 1)
    desk.order(.buy, .market, 6, instrument: 0)
    desk.trade(29_989, instrument: 1)
    #expect(
      desk.news() == ["1 working", "2 working", "3 fill 6@30010 taker", "4 fill 4@600010 taker", "4 expired", "2 fill 1@29990 maker"])
  }

  @Test func `A full venue rejects what would rest`() {
    let desk = VenueDesk(capacity: 1)
    desk.order(.buy, .limit, 1, at: 10)
    desk.order(.buy, .limit, 1, at: 10)
    #expect(desk.news() == ["1 working", "2 rejected VENUE_REJECTED"])
  }
}
