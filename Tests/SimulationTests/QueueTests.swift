import Market
import Risk
import Simulation
import Testing

/// Resting orders: who stands before them, and what reaches them. Every case is worked by hand.
@Suite struct QueueTests {
  private func desk(
    _ queue: SimulationModel.QueueModel, power: Int64 = 3, partial: Bool = true, level: Int64 = 10
  ) -> VenueDesk {
    let desk = VenueDesk(
      VenueDesk.free {
        $0.queue = queue
        $0.queuePower = power
        $0.partialFills = partial
      })
    desk.depth(bids: [(599_990, level), (599_980, 7)], asks: [(600_010, 10)], isSnapshot: true)
    return desk
  }

  @Test func `Without a queue a trade strictly through or the opposite touch fills in full`() {
    let desk = VenueDesk()
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.order(.sell, .limit, 4, at: 600_010)
    desk.trade(599_990, 100, taker: .sell)
    desk.trade(600_010, 100)
    #expect(desk.news() == ["1 working", "2 working"])
    desk.trade(599_989, 1, taker: .sell)
    desk.quote(600_010, 600_020)
    #expect(desk.news() == ["1 fill 4@599990 maker", "2 fill 4@600010 maker"])
  }

  /// | event                | ahead                | fills |
  /// |----------------------|----------------------|-------|
  /// | buy 4 at 59999.0     | 10, what is shown    |       |
  /// | sell trade of 6      | 10 - 6 = 4           |       |
  /// | level shows 3        | min(4, 3) = 3        |       |
  /// | level shows 50       | min(3, 50) = 3       |       |
  /// | sell trade of 5      | 3 - 5 < 0            | 2     |
  /// | sell trade of 1      | 0 - 1                | 1     |
  /// | sell trade of 9      | 0 - 9                | 1, all that is left |
  @Test func `Risk-averse: trades bring forward, a smaller level only caps`() {
    let desk = desk(.riskAverse)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.trade(599_990, 6, taker: .sell)
    desk.depth(bids: [(599_990, 3)])
    desk.depth(bids: [(599_990, 50)])
    #expect(desk.news() == ["1 working"])
    desk.trade(599_990, 5, taker: .sell)
    desk.trade(599_990, 1, taker: .sell)
    desk.trade(599_990, 9, taker: .sell)
    desk.trade(599_990, 9, taker: .sell)
    #expect(desk.news() == ["1 fill 2@599990 maker", "1 fill 1@599990 maker", "1 fill 1@599990 maker"])
  }

  @Test func `A trade that takes exactly what stood ahead fills nothing, and takers of the own side never do`() {
    let desk = desk(.riskAverse)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.trade(599_990, 10, taker: .sell)
    desk.trade(599_990, 10, taker: .buy)
    #expect(desk.news() == ["1 working"])
    desk.trade(599_990, 1, taker: .sell)
    #expect(desk.news() == ["1 fill 1@599990 maker"])
  }

  @Test func `Without partial fills any excess fills the order whole`() {
    let desk = desk(.riskAverse, partial: false)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.trade(599_990, 11, taker: .sell)
    #expect(desk.news() == ["1 working", "1 fill 4@599990 maker"])
  }

  @Test func `A trade through the price and the opposite touch fill in full, whatever stands ahead`() {
    let desk = desk(.riskAverse)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.order(.buy, .limit, 4, at: 599_980)
    desk.trade(599_985, 1, taker: .sell)
    desk.depth(bids: [(599_980, 0), (599_990, 0)], asks: [(599_980, 2)])
    #expect(desk.news() == ["1 working", "2 working", "1 fill 4@599990 maker", "2 fill 4@599980 maker"])
  }

  @Test func `Where no level is shown the order is the first`() {
    let desk = desk(.riskAverse)
    desk.order(.buy, .limit, 4, at: 600_000)
    desk.trade(600_000, 3, taker: .sell)
    #expect(desk.news() == ["1 working", "1 fill 3@600000 maker"])
  }

  /// The trade of 12 meets 10 that stood ahead of both, then 2 of the first; the trade of 5 the first's last 1, then 4 of the second.
  @Test func `Own orders at one price stand behind one another and share a trade`() {
    let desk = desk(.riskAverse)
    desk.order(.buy, .limit, 3, at: 599_990)
    desk.order(.buy, .limit, 9, at: 599_990)
    desk.trade(599_990, 12, taker: .sell)
    #expect(desk.news() == ["1 working", "2 working", "1 fill 2@599990 maker"])
    desk.trade(599_990, 5, taker: .sell)
    #expect(desk.news() == ["1 fill 1@599990 maker", "2 fill 4@599990 maker"])
  }

  /// n = 1: the chance that what left stood ahead is ahead / level.
  /// | event            | level    | ahead                                           | fills |
  /// |------------------|----------|-------------------------------------------------|-------|
  /// | order            | 10       | 10                                              |       |
  /// | level shows 20   | 10 -> 20 | min(10, 20) = 10                                |       |
  /// | level shows 12   | 20 -> 12 | 8 left, 1/2 of them ahead: 10 - 4 = 6           |       |
  /// | sell trade of 4  |          | 6 - 4 = 2                                       |       |
  /// | level shows 8    | 12 -> 8  | 4 left, and 4 were traded: 2                    |       |
  /// | sell trade of 5  |          | 2 - 5 < 0                                       | 3     |
  @Test func `Probabilistic: what leaves the level was ahead with a probability`() {
    let desk = desk(.probabilistic, power: 1)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.depth(bids: [(599_990, 20)])
    desk.depth(bids: [(599_990, 12)])
    desk.trade(599_990, 4, taker: .sell)
    desk.depth(bids: [(599_990, 8)])
    #expect(desk.news() == ["1 working"])
    desk.trade(599_990, 5, taker: .sell)
    #expect(desk.news() == ["1 fill 3@599990 maker"])
  }

  /// n = 3, ahead 10 of 20: (1/2)^3 = 1/8 of what leaves stood ahead. 8 leave: 10 - 1 = 9 remain ahead, so that a trade of 9
  /// fills nothing and one more unit does.
  @Test func `Probabilistic: a higher power leaves more ahead`() {
    let desk = desk(.probabilistic)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.depth(bids: [(599_990, 20)])
    desk.depth(bids: [(599_990, 12)])
    desk.trade(599_990, 9, taker: .sell)
    #expect(desk.news() == ["1 working"])
    desk.trade(599_990, 1, taker: .sell)
    #expect(desk.news() == ["1 fill 1@599990 maker"])
  }

  /// 18 of 20 leave: 7/8 of them, 15.75, would have stood behind, where only 10 were; the other 5.75 were ahead as well:
  /// 10 - 2.25 - 5.75 = 2.
  @Test func `Probabilistic: more than stood behind cannot leave from there`() {
    let desk = desk(.probabilistic)
    desk.order(.buy, .limit, 4, at: 599_990)
    desk.depth(bids: [(599_990, 20)])
    desk.depth(bids: [(599_990, 2)])
    desk.trade(599_990, 2, taker: .sell)
    #expect(desk.news() == ["1 working"])
    desk.trade(599_990, 1, taker: .sell)
    #expect(desk.news() == ["1 fill 1@599990 maker"])
  }

  @Test func `A level that vanishes leaves nobody ahead`() {
    for model in [SimulationModel.QueueModel.riskAverse, .probabilistic] {
      let desk = desk(model)
      desk.order(.buy, .limit, 4, at: 599_990)
      desk.depth(bids: [(599_990, 0)])
      desk.depth(bids: [(599_990, 30)])
      desk.trade(599_990, 1, taker: .sell)
      #expect(desk.news() == ["1 working", "1 fill 1@599990 maker"])
      // The same by a snapshot that does not have it.
      desk.order(.buy, .limit, 4, at: 599_980)
      desk.depth(bids: [(599_970, 1)], asks: [(600_010, 10)], isSnapshot: true)
      desk.trade(599_980, 1, taker: .sell)
      #expect(desk.news().last == "2 fill 1@599980 maker")
    }
  }

  @Test func `With quotes alone the touch's quantity is the queue, and a deeper price waits until it is the touch`() {
    let desk = VenueDesk(VenueDesk.free { $0.queue = .riskAverse })
    desk.quote(599_990, 600_010, 5, 5)
    desk.order(.buy, .limit, 2, at: 599_990)
    desk.order(.buy, .limit, 2, at: 599_980)
    desk.trade(599_990, 6, taker: .sell)
    desk.trade(599_980, 50, taker: .sell)
    // The second is still unknown, so that a trade at its price says nothing; the first was traded through.
    #expect(desk.news() == ["1 working", "2 working", "1 fill 1@599990 maker", "1 fill 1@599990 maker"])
    desk.quote(599_980, 600_010, 3, 5)
    desk.trade(599_980, 4, taker: .sell)
    #expect(desk.news() == ["2 fill 1@599980 maker"])
  }

  @Test func `With trades alone only what goes strictly through fills`() {
    let desk = VenueDesk(VenueDesk.free { $0.queue = .probabilistic })
    desk.trade(600_000)
    desk.order(.buy, .limit, 2, at: 599_990)
    desk.trade(599_990, 1000, taker: .sell)
    #expect(desk.news() == ["1 working"])
    desk.trade(599_989, 1, taker: .sell)
    #expect(desk.news() == ["1 fill 2@599990 maker"])
  }
}
