import Market

/// What is said of all trades, and the bounded tables: the latest, the best, the worst.
struct TradeStatistics {
  static let latestCapacity = 500
  static let extremeCapacity = 10

  private(set) var count = 0
  private(set) var wins = 0
  private(set) var losses = 0
  private(set) var grossProfit = Money.zero
  /// Zero or negative.
  private(set) var grossLoss = Money.zero
  private(set) var fees = Money.zero
  private(set) var holdingMilliseconds: Int64 = 0
  private(set) var longestWinStreak = 0
  private(set) var longestLossStreak = 0
  /// Best first.
  private(set) var best: [TradeRow] = []
  /// Worst first.
  private(set) var worst: [TradeRow] = []
  private var ring: [TradeRow] = []
  /// Wins above zero, losses below.
  private var streak = 0

  init() {
    ring.reserveCapacity(Self.latestCapacity)
    best.reserveCapacity(Self.extremeCapacity + 1)
    worst.reserveCapacity(Self.extremeCapacity + 1)
  }

  /// The latest trades, oldest first.
  var latest: [TradeRow] {
    let start = count > ring.count ? count % Self.latestCapacity : 0
    return Array(ring[start...] + ring[..<start])
  }

  mutating func add(_ trade: TradeRow) {
    if ring.count < Self.latestCapacity {
      ring.append(trade)
    } else {
      ring[count % Self.latestCapacity] = trade
    }
    count += 1
    fees += trade.fees
    holdingMilliseconds &+= trade.holdingMilliseconds
    if trade.pnl > .zero {
      wins += 1
      grossProfit += trade.pnl
      streak = max(streak, 0) + 1
      longestWinStreak = max(longestWinStreak, streak)
    } else {
      if trade.pnl < .zero { losses += 1 }
      grossLoss += trade.pnl
      streak = min(streak, 0) - 1
      longestLossStreak = max(longestLossStreak, -streak)
    }
    Self.insert(trade, into: &best) { $0.pnl > $1.pnl }
    Self.insert(trade, into: &worst) { $0.pnl < $1.pnl }
  }

  /// Of equals the earlier one stays in front.
  private static func insert(_ trade: TradeRow, into rows: inout [TradeRow], before: (TradeRow, TradeRow) -> Bool) {
    if rows.count == extremeCapacity, !before(trade, rows[rows.count - 1]) { return }
    rows.append(trade)
    var index = rows.count - 1
    while index > 0, before(rows[index], rows[index - 1]) {
      rows.swapAt(index, index - 1)
      index -= 1
    }
    if rows.count > extremeCapacity { rows.removeLast() }
  }
}
