import Market
import Risk
import Simulation
import Testing

/// Orders that take: at which price, how much, and what becomes of the rest.
@Suite struct TakingTests {
  @Test func `A market order fills at the quote or at the last trade, as set`() {
    let quoted = VenueDesk()
    quoted.quote(599_990, 600_010)
    quoted.trade(600_005)
    quoted.order(.buy, .market, 3)
    quoted.order(.sell, .market, 3)
    #expect(quoted.news() == ["1 fill 3@600010 taker", "2 fill 3@599990 taker"])

    let traded = VenueDesk(VenueDesk.free { $0.fillPrice = .trade })
    traded.quote(599_990, 600_010)
    traded.trade(600_005)
    traded.order(.buy, .market, 3)
    traded.order(.sell, .market, 3)
    #expect(traded.news() == ["1 fill 3@600005 taker", "2 fill 3@600005 taker"])
  }

  @Test func `Before the first price a market order is rejected, and a limit rests`() {
    let desk = VenueDesk()
    desk.order(.buy, .market, 3)
    desk.order(.buy, .limit, 3, at: 600_000)
    #expect(desk.news() == ["1 rejected", "2 working"])
  }

  /// Ask 60001.0, bid 59999.0, tick 0.1. 2 bps of 60001.0 are 12.0002, so 60013.0002 -> 60013.1 up to the grid; of 59999.0
  /// 11.9998, so 59987.0002 -> 59987.0 down. 0.01 bps are 0.06. 0.001 bps are 0.006, still a whole tick against the taker.
  @Test(
    arguments: [
      (10_000, 0, 600_011, 599_989), (2_000_000, 0, 600_131, 599_870), (0, 7, 600_017, 599_983), (2_000_000, 7, 600_138, 599_863),
      (1_000, 0, 600_011, 599_989),
    ] as [(Int64, Int64, Int64, Int64)])
  func `Slippage goes against the taker, onto the grid`(bps: Int64, ticks: Int64, buy: Int64, sell: Int64) {
    let desk = VenueDesk(
      VenueDesk.free {
        $0.slippage = BasisPoints(raw: bps)
        $0.slippageTicks = ticks
      })
    desk.quote(599_990, 600_010)
    desk.order(.buy, .market, 3)
    desk.order(.sell, .market, 3)
    #expect(desk.news() == ["1 fill 3@\(buy) taker", "2 fill 3@\(sell) taker"])
  }

  @Test func `Slippage never goes past a limit order's price, and makers have none`() {
    let desk = VenueDesk(VenueDesk.free { $0.slippageTicks = 50 })
    desk.quote(599_990, 600_010)
    desk.order(.buy, .limit, 3, at: 600_020)
    desk.order(.sell, .limit, 3, at: 599_990)
    desk.order(.sell, .limit, 3, at: 600_100)
    desk.trade(600_101)
    #expect(desk.news() == ["1 fill 3@600020 taker", "2 fill 3@599990 taker", "3 working", "3 fill 3@600100 maker"])
  }

  private func booked(_ change: (inout SimulationModel) -> Void = { _ in }) -> VenueDesk {
    let desk = VenueDesk(VenueDesk.free(change))
    desk.depth(bids: [(599_990, 4), (599_980, 6)], asks: [(600_010, 2), (600_020, 3), (600_050, 10)], isSnapshot: true)
    return desk
  }

  @Test func `A market order walks the book, and what it took is gone until the level changes`() {
    let desk = booked()
    desk.order(.buy, .market, 4)
    #expect(desk.news() == ["1 fill 2@600010 taker", "1 fill 2@600020 taker"])
    // One is left at 60002.0.
    desk.order(.buy, .market, 2)
    #expect(desk.news() == ["2 fill 1@600020 taker", "2 fill 1@600050 taker"])
    // Another level's change brings nothing back; the level's own does.
    desk.depth(asks: [(600_060, 1)])
    desk.order(.buy, .market, 1)
    desk.depth(asks: [(600_010, 2)])
    desk.order(.buy, .market, 3)
    #expect(desk.news() == ["3 fill 1@600050 taker", "4 fill 2@600010 taker", "4 fill 1@600050 taker"])
  }

  @Test func `A market order that exhausts the book fills what is there and expires; of nothing it is rejected`() {
    let desk = booked()
    desk.order(.sell, .market, 11)
    #expect(desk.news() == ["1 fill 4@599990 taker", "1 fill 6@599980 taker", "1 expired"])
    desk.order(.sell, .market, 1)
    #expect(desk.news() == ["2 rejected"])
  }

  @Test func `Immediate or cancel fills up to its price, the rest expires`() {
    let desk = booked()
    desk.order(.buy, .limit, 9, at: 600_020, .immediateOrCancel)
    #expect(desk.news() == ["1 fill 2@600010 taker", "1 fill 3@600020 taker", "1 expired"])
    desk.order(.buy, .limit, 9, at: 600_020, .immediateOrCancel)
    #expect(desk.news() == ["2 expired"])
  }

  /// 2 + 3 units are offered up to 60002.0.
  @Test func `Fill or kill looks first`() {
    let desk = booked()
    desk.order(.buy, .limit, 6, at: 600_020, .fillOrKill)
    desk.order(.buy, .limit, 1, at: 600_000, .fillOrKill)
    #expect(desk.news() == ["1 expired", "2 expired"])
    desk.order(.buy, .limit, 5, at: 600_020, .fillOrKill)
    #expect(desk.news() == ["3 fill 2@600010 taker", "3 fill 3@600020 taker"])
  }

  @Test func `A limit order takes what crosses and rests with the remainder at its price`() {
    let desk = booked()
    desk.order(.buy, .limit, 9, at: 600_020)
    #expect(desk.news() == ["1 working", "1 fill 2@600010 taker", "1 fill 3@600020 taker"])
    desk.trade(600_019, 50, taker: .sell)
    #expect(desk.news() == ["1 fill 4@600020 maker"])
  }

  @Test func `Post-only is rejected where it would take, and rests where not`() {
    for desk in [
      booked(),
      {
        let desk = VenueDesk(); desk.quote(599_990, 600_010); return desk
      }(),
    ] {
      desk.order(.buy, .limit, 1, at: 600_010, postOnly: true)
      desk.order(.sell, .limit, 1, at: 599_990, postOnly: true)
      desk.order(.buy, .limit, 1, at: 600_009, postOnly: true)
      #expect(desk.news() == ["1 rejected WOULD_TAKE", "2 rejected WOULD_TAKE", "3 working"])
    }
  }

  @Test func `Slippage is added to each level of the book`() {
    let desk = booked { $0.slippageTicks = 1 }
    desk.order(.buy, .market, 4)
    #expect(desk.news() == ["1 fill 2@600011 taker", "1 fill 2@600021 taker"])
  }

  @Test func `A quote is the newest word on a known book's touch`() {
    let desk = booked()
    // The first ask is gone, and the second has one left.
    desk.quote(600_000, 600_020, 5, 1)
    desk.order(.buy, .market, 3)
    desk.order(.sell, .market, 6)
    #expect(desk.news() == ["1 fill 1@600020 taker", "1 fill 2@600050 taker", "2 fill 5@600000 taker", "2 fill 1@599990 taker"])
  }

  @Test func `An order is rejected by chance as often as set, the same ones for the same seed`() {
    func rejected(seed: Int64) -> [Int] {
      let desk = VenueDesk(
        VenueDesk.free {
          $0.rejectProbability = 250_000
          $0.seed = seed
        })
      desk.quote(599_990, 600_010)
      for _ in 0..<10_000 { desk.order(.buy, .market, 1) }
      return desk.news().enumerated().filter { $1.hasSuffix("rejected VENUE_REJECTED") }.map(\.offset)
    }
    let first = rejected(seed: 1)
    // 2,500 are expected with a deviation of 43: five of it on both sides.
    #expect(abs(first.count - 2500) < 215)
    #expect(rejected(seed: 1) == first && rejected(seed: 2) != first)
    let always = VenueDesk(VenueDesk.free { $0.rejectProbability = 1_000_000 })
    always.quote(1, 2)
    for _ in 0..<100 { always.order(.buy, .market, 1) }
    #expect(always.news().allSatisfy { $0.hasSuffix("rejected VENUE_REJECTED") })
  }
}
