import Market

/// How a portfolio stands at a moment, for status pages. Amounts are in the limits' currency.
public struct PortfolioSummary: Sendable, Hashable {
  public struct Symbol: Sendable, Hashable {
    public var symbol: String
    /// By the last reports, in their worst case; a host that names no symbols counts in each.
    public var open: Money
    /// Allowed, and in no report yet.
    public var reserved: Money
  }

  public struct Host: Sendable, Hashable {
    public var host: String
    /// Of its last report; 0 where the clock was set back since.
    public var ageMilliseconds: Int64
    public var isStale: Bool
    /// Nil = it never said.
    public var equity: Money?
    /// Of the day; nil = it has said no equity today.
    public var profit: Money?
    public var open: Money
    public var reserved: Money
    public var reservedOrders: Int
  }

  /// Of the day, hosts included that were forgotten since.
  public var profit: Money
  /// From the day's highest profit; zero or above.
  public var drawdown: Money
  public var equity: Money
  /// Of all symbols. A host that names none counts once here: the symbols' sum may be larger.
  public var open: Money
  public var reserved: Money
  /// By name; those of which something is open or reserved.
  public var symbols: [Symbol]
  /// By name.
  public var hosts: [Host]
}
