/// What a model is to foresee over its horizon.
public enum LabelRule: Sendable, Hashable {
  /// 1 = the price is higher after the horizon; equal is 0.
  case direction
  /// 1 = the price is higher by more than a round trip costs, in basis points of the price.
  case costAware(bps: Double)

  public var name: String {
    switch self {
    case .direction: "direction"
    case .costAware: "cost-aware"
    }
  }

  /// Basis points that a rise must exceed; nil for the direction.
  public var costBps: Double? {
    if case .costAware(let bps) = self { bps } else { nil }
  }

  /// In words, for people.
  public var meaning: String {
    switch self {
    case .direction: "the price is higher after the horizon than now"
    case .costAware(let bps): "the price rises over the horizon by more than \(PageNumber.text(bps, decimals: 2)) bps, the cost of a round trip"
    }
  }

  /// - Parameter ret: P[t+h] / P[t] - 1.
  @inline(__always)
  func label(_ ret: Double) -> Bool {
    switch self {
    case .direction: ret > 0
    case .costAware(let bps): ret > bps / 10_000
    }
  }
}
