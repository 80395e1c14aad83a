import Market

/// One event of a mock market.
public enum MockEvent: Sendable, BitwiseCopyable, Hashable {
  /// Best bid and ask changed. Epoch milliseconds UTC.
  case quote(Quote, exchangeMilliseconds: Int64)
  case trade(Tick)

  public var exchangeMilliseconds: Int64 {
    switch self {
    case .quote(_, let milliseconds): milliseconds
    case .trade(let tick): tick.exchangeMilliseconds
    }
  }
}
