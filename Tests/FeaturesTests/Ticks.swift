import Features
import Foundation
import Market
import TestKit

/// One trade as tests make it, and the quote that was in force when it came.
struct TestTick: Equatable {
  var milliseconds: Int64
  var price: Int64
  var quantity: Int64
  var side: Side
  var quote: BarQuote
}

/// Trades in the order of their arrival.
struct Ticks {
  var ticks: [TestTick]
  var priceScale: Int
  var quantityScale: Int

  func price(_ raw: Int64) -> Double { Double(raw) / pow(10, Double(priceScale)) }

  func quantity(_ raw: Int64) -> Double { Double(raw) / pow(10, Double(quantityScale)) }

  /// A walk that returns to 100.00, with silent stretches, a jump now and then, ties, late trades, and a quote that is at
  /// times none, crossed, or without sizes.
  static func random(seconds: Int, using chance: inout Chance, late: Bool = true, quotes: Bool = true) -> Ticks {
    var ticks: [TestTick] = []
    var price: Int64 = 10_000
    var now: Int64 = 1_700_000_000_000
    let end = now + Int64(seconds) * 1000
    while now < end {
      now += chance.chance(1) ? .random(in: 2000...9000, using: &chance) : .random(in: 0...400, using: &chance)
      price += .random(in: -9...9, using: &chance) + (10_000 - price) / 50
      if chance.chance(1) { price += .random(in: -150...150, using: &chance) }
      ticks.append(
        TestTick(
          milliseconds: late && chance.chance(3) ? now - .random(in: 0...2500, using: &chance) : now, price: price,
          quantity: .random(in: 1...5000, using: &chance), side: chance.chance(50) ? .buy : .sell,
          quote: quotes ? quote(near: price, using: &chance) : .none))
    }
    return Ticks(ticks: ticks, priceScale: 2, quantityScale: 3)
  }

  private static func quote(near price: Int64, using chance: inout Chance) -> BarQuote {
    if chance.chance(10) { return .none }
    let bid = price - .random(in: -3...3, using: &chance)
    return BarQuote(
      bid: bid, bidQuantity: chance.chance(5) ? 0 : .random(in: 1...90_000, using: &chance), ask: bid + .random(in: -1...6, using: &chance),
      askQuantity: chance.chance(5) ? 0 : .random(in: 1...90_000, using: &chance))
  }

  /// Out of a text with a header and the columns that are named; a decimal number becomes an integer digit by digit.
  static func read(_ file: URL) throws -> Ticks {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ",") }
    func column(_ names: String...) -> Int { lines[0].firstIndex { names.contains(String($0)) }! }
    let (time, price, quantity, side) = (column("timestamp", "timestamp_ms"), column("price"), column("qty"), column("side"))
    return Ticks(
      ticks: lines.dropFirst().map {
        TestTick(
          milliseconds: Int64($0[time])!, price: hundredMillionths($0[price]), quantity: hundredMillionths($0[quantity]),
          side: $0[side] == "buy" ? .buy : .sell, quote: .none)
      }, priceScale: 8, quantityScale: 8)
  }

  private static func hundredMillionths(_ text: Substring) -> Int64 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return Int64(parts[0] + (parts.count > 1 ? parts[1] : "").padding(toLength: 8, withPad: "0", startingAt: 0))!
  }

  /// Every recording of trades that the team has.
  static func recordings() throws -> [(name: String, ticks: Ticks)] {
    let folder = Workplace.shared!.appendingPathComponent("data/trades")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      ($0, try read(folder.appendingPathComponent($0)))
    }
  }
}
