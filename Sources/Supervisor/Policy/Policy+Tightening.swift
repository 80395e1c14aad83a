extension Policy {
  /// The stricter of each member: what somebody advises can only tighten what the rules say.
  ///
  /// Times are compared as moments. The result counts from the earlier of the two: it ends when the first of both ends, and what cools down
  /// does so until both have. The reason is that of the stricter one, this one's if neither is; the version is this one's.
  public func tightened(by other: Policy) -> Policy {
    let begin = min(second, other.second)
    return Policy(
      version: version, second: begin, holdsSeconds: min(end, other.end) - begin, allowsTrading: allowsTrading && other.allowsTrading,
      mode: max(mode, other.mode), sizeMultiplier: min(sizeMultiplier, other.sizeMultiplier),
      cooldownSeconds: min(max(openingSecond, other.openingSecond) - begin, Self.maximumSeconds),
      maximumSpreadBps: Self.smaller(maximumSpreadBps, other.maximumSpreadBps),
      maximumDailyLoss: Self.smaller(maximumDailyLoss, other.maximumDailyLoss),
      reason: other.isStricter(than: self) ? other.reason : reason)
  }

  private var end: Int64 { second + holdsSeconds }
  private var openingSecond: Int64 { second + cooldownSeconds }

  /// By the first member in which they differ, the weightiest first.
  private func isStricter(than other: Policy) -> Bool {
    if allowsTrading != other.allowsTrading { return !allowsTrading }
    if mode != other.mode { return mode > other.mode }
    if sizeMultiplier != other.sizeMultiplier { return sizeMultiplier < other.sizeMultiplier }
    if openingSecond != other.openingSecond { return openingSecond > other.openingSecond }
    if maximumSpreadBps != other.maximumSpreadBps { return Self.smaller(maximumSpreadBps, other.maximumSpreadBps) == maximumSpreadBps }
    if maximumDailyLoss != other.maximumDailyLoss { return Self.smaller(maximumDailyLoss, other.maximumDailyLoss) == maximumDailyLoss }
    return end < other.end
  }

  /// Nil is no bound at all.
  private static func smaller(_ a: Double?, _ b: Double?) -> Double? {
    guard let a else { return b }
    guard let b else { return a }
    return min(a, b)
  }
}
