import Foundation
import TestKit

/// Ticks that a test makes itself: a walk on a grid of 0.1 around 60,000 with drifts long enough for averages to cross.
struct Ticks {
  /// In tenths.
  var prices: [Int64] = []
  var csv: String

  init(_ count: Int, chance: inout Chance) {
    var price: Int64 = 600_000
    var drift: Int64 = 0
    var milliseconds: Int64 = 1_704_067_200_000
    prices.reserveCapacity(count)
    csv = "timestamp,price,qty,side\n"
    csv.reserveCapacity(count * 36)
    for index in 0..<count {
      if index % 64 == 0 { drift = Int64.random(in: -6...6, using: &chance) }
      price = max(10_000, price + drift + Int64.random(in: -30...30, using: &chance))
      // Equal times are legal and common.
      milliseconds += Int64.random(in: 0...40, using: &chance)
      prices.append(price)
      csv += "\(milliseconds),\(price / 10).\(price % 10),0.\(String(1001 + Int64.random(in: 0..<999, using: &chance)).dropFirst()),"
      csv += chance.chance(50) ? "B\n" : "S\n"
    }
  }
}

/// The strategy and its account in a few lines that share nothing with the host: what the oracle's settings must give.
struct EMAReference {
  private(set) var decisionTicks: [Int] = []
  /// Quote currency times 10^8. A tenth times 0.001 is 10^-4, five basis points of it 5 * 10^-8: nothing is rounded.
  private(set) var pnl: Int64 = 0

  init(_ prices: [Int64]) {
    guard let first = prices.first, let last = prices.last else { return }
    let (fastWeight, slowWeight) = (2.0 / 21, 2.0 / 101)
    var fast = Double(first) / 10
    var slow = fast
    var isLong = false
    for (index, tenths) in prices.enumerated() {
      let price = Double(tenths) / 10
      if index > 0 {
        fast = fastWeight * price + (1 - fastWeight) * fast
        slow = slowWeight * price + (1 - slowWeight) * slow
      }
      guard index >= 99, isLong ? fast < slow : fast > slow else { continue }
      pnl += (isLong ? tenths : -tenths) * 10_000 - tenths * 5
      isLong.toggle()
      decisionTicks.append(index)
    }
    if isLong { pnl += last * 10_000 }
  }
}
