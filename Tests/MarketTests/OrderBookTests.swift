import Market
import TestKit
import Testing

@Suite struct OrderBookTests {
  private func level(_ price: Int64, _ quantity: Int64) -> BookLevel { BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity)) }

  @Test func `the best levels are the highest bid and the lowest ask`() {
    var book = OrderBook()
    #expect(book.bestBid == nil && book.bestAsk == nil)
    for price in [100, 98, 99] as [Int64] { book.set(.buy, level(price, price)) }
    for price in [103, 101, 102] as [Int64] { book.set(.sell, level(price, price)) }
    #expect(book.bestBid == level(100, 100) && book.bestAsk == level(101, 101))
    #expect(book.bids.map(\.price.raw) == [98, 99, 100] && book.asks.map(\.price.raw) == [103, 102, 101])
    book.set(.buy, level(100, 0))
    book.set(.sell, level(101, 0))
    #expect(book.bestBid == level(99, 99) && book.bestAsk == level(102, 102))
    // Of what is not there, nothing is removed.
    book.set(.buy, level(97, 0))
    book.set(.sell, level(200, 0))
    #expect(book.bids.count == 2 && book.asks.count == 2)
    #expect(book.quantity(.buy, at: Price(raw: 98)) == Quantity(raw: 98) && book.quantity(.sell, at: Price(raw: 98)) == .zero)
  }

  @Test func `a snapshot replaces all, and an empty one voids the book`() {
    var book = OrderBook()
    let old = [level(1, 1), level(2, 2)]
    let new = [level(5, 5)]
    func apply(_ bids: [BookLevel], _ asks: [BookLevel], isSnapshot: Bool) {
      bids.withUnsafeBufferPointer { bids in
        asks.withUnsafeBufferPointer { asks in book.apply(DepthUpdate(bids: bids, asks: asks, isSnapshot: isSnapshot)) }
      }
    }
    apply(old, [level(9, 9)], isSnapshot: true)
    apply([level(2, 0), level(3, 3)], [], isSnapshot: false)
    #expect(book.bids == [level(1, 1), level(3, 3)] && book.asks == [level(9, 9)])
    apply(new, [level(6, 6)], isSnapshot: true)
    #expect(book.bids == new && book.asks == [level(6, 6)])
    apply([], [], isSnapshot: true)
    #expect(book.bids.isEmpty && book.asks.isEmpty && book.bestBid == nil)
  }

  /// Near the touch and far from it, absolute quantities, removals of what is and is not there.
  @Test func `any sequence of changes leaves what a dictionary would hold`() {
    var chance = Chance.seeded("order book against a dictionary")
    for _ in 0..<40 {
      var book = OrderBook()
      var model: [Side: [Int64: Int64]] = [.buy: [:], .sell: [:]]
      let width = Int64.random(in: 1...400, using: &chance)
      for step in 0..<1500 {
        let side: Side = chance.chance(50) ? .buy : .sell
        let best = side == .buy ? book.bestBid : book.bestAsk
        let near = Int64.random(in: -3...3, using: &chance) + (best?.price.raw ?? 1000)
        let price = chance.chance(60) ? near : 1000 + Int64.random(in: -width...width, using: &chance)
        let quantity = chance.chance(45) ? 0 : Int64.random(in: 1...Int64.max, using: &chance)
        book.set(side, level(price, quantity))
        model[side]?[price] = quantity == 0 ? nil : quantity
        guard step % 50 == 0 else { continue }
        #expect(book.bids.map(\.price.raw) == model[.buy]!.keys.sorted())
        #expect(book.asks.map(\.price.raw) == model[.sell]!.keys.sorted(by: >))
        for side in [Side.buy, .sell] {
          for price in 1000 - width...1000 + width {
            guard book.quantity(side, at: Price(raw: price)).raw == model[side]![price] ?? 0 else {
              Issue.record("\(side) at \(price)")
              return
            }
          }
        }
      }
    }
  }
}
