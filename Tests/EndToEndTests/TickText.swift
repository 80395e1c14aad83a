import Foundation
import TestKit

/// A random walk on a grid of 0.1, as text, with its prices for a reference.
struct TickText {
  var text = "timestamp,price,qty,side\n"
  var tenths: [Int64] = []

  init(rows: Int, chance: inout Chance, start: Int64 = 600_000) {
    var price = start
    var time: Int64 = 1_704_067_200_000
    text.reserveCapacity(rows * 34)
    for _ in 0..<rows {
      if chance.chance(50) { price = max(10, price + (chance.chance(50) ? 1 : -1) * Int64.random(in: 1...9, using: &chance)) }
      time += Int64.random(in: 1...60, using: &chance)
      tenths.append(price)
      text += "\(time),\(price / 10).\(price % 10),0.\(Int.random(in: 100...999, using: &chance)),\(chance.chance(50) ? "buy" : "sell")\n"
    }
  }
}

/// What an EMA 20/100 cross decides, in a few lines that share nothing with the host.
struct CrossReference {
  var decisions: [Int] = []
  /// In quote currency x 10^8: exact, since price x 0.001 has 4 decimals and 5 bps of it 8.
  var pnl: Int64 = 0

  init(_ tenths: [Int64]) {
    var (fast, slow) = (0.0, 0.0)
    var isLong = false
    for (index, tenth) in tenths.enumerated() {
      let price = Double(tenth) / 10
      if index == 0 {
        (fast, slow) = (price, price)
      } else {
        fast = 2.0 / 21 * price + (1 - 2.0 / 21) * fast
        slow = 2.0 / 101 * price + (1 - 2.0 / 101) * slow
      }
      guard index >= 99, (fast > slow && !isLong) || (fast < slow && isLong) else { continue }
      let notional = tenth * 10_000
      pnl += (isLong ? notional : -notional) - tenth * 5
      isLong.toggle()
      decisions.append(index)
    }
    if isLong, let last = tenths.last { pnl += last * 10_000 }
  }
}

/// Decimal text with 18 decimals' worth of digits, exactly.
enum Exact {
  static let unit: Int128 = 1_000_000_000_000_000_000

  static func read(_ text: String) -> Int128 {
    let negative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let whole = Int128(String(parts[0])) ?? 0
    var fraction = parts.count > 1 ? String(parts[1]) : ""
    fraction += String(repeating: "0", count: 18 - fraction.count)
    let value = whole * unit + (Int128(fraction) ?? 0)
    return negative ? -value : value
  }
}

/// A CSV with a header, as dictionaries.
func readTable(_ path: String) throws -> [[String: String]] {
  let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
    $0.split(separator: ",", omittingEmptySubsequences: false)
  }
  guard let header = lines.first else { return [] }
  return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header.map(String.init), $0.map(String.init))) }
}
