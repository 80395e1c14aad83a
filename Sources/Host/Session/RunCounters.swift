import Market
import Risk

/// What a run counts.
public struct RunCounters: Sendable {
  public var orders = 0
  /// Asked for; an order may end in another way before.
  public var cancels = 0
  public var fills = 0
  public var makerFills = 0
  /// Round trips, flat to flat.
  public var trades = 0
  /// Round trips with a profit after fees.
  public var wins = 0
  public var refusals = 0
  public var failedInstances = 0
  public var fees = Money.zero
  /// Paid (below zero: received) for holding.
  public var funding = Money.zero
  /// Before fees.
  public var realized = Money.zero
  /// Index = raw value of `RefusalCode`.
  public var refusalsByCode = [Int](repeating: 0, count: 256)

  public init() {}

  /// Code names with their counts, only those that occurred, by code.
  public var refusalCounts: [(name: String, count: Int)] {
    RefusalCode.allCases.compactMap { code in
      let count = refusalsByCode[Int(code.rawValue)]
      return count == 0 ? nil : (code.name, count)
    }
  }
}
