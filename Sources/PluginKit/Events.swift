/// What a strategy wants to be called for. Order updates and risk states come always.
public struct Events: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let trades = Events(rawValue: 1 << UInt64(QE_EVENT_TRADE))
  public static let quotes = Events(rawValue: 1 << UInt64(QE_EVENT_QUOTE))
  public static let depth = Events(rawValue: 1 << UInt64(QE_EVENT_DEPTH))
  /// Closed one-second bars.
  public static let bars = Events(rawValue: 1 << UInt64(QE_EVENT_BAR))
  /// Needs `timerPeriodMilliseconds`.
  public static let timer = Events(rawValue: 1 << UInt64(QE_EVENT_TIMER))
  public static let predictions = Events(rawValue: 1 << UInt64(QE_EVENT_PREDICTION))
  public static let markPrice = Events(rawValue: 1 << UInt64(QE_EVENT_MARK_PRICE))
}
