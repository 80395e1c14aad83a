import Market

/// What a host says of itself in a heartbeat. Amounts are below 10^15: whoever reads them sees to it, and here they are held there.
public struct HostReport: Sendable, Hashable {
  public struct Symbol: Sendable, Hashable, Codable {
    public var symbol: String
    /// Signed; nil = it does not say.
    public var position: Money?
    /// Of its position and of all orders that could still fill.
    public var worstNotional: Money

    public init(symbol: String, position: Money?, worstNotional: Money) {
      self.symbol = symbol
      self.position = position
      self.worstNotional = worstNotional
    }
  }

  public var host: String
  /// Of the whole account; nil = as before.
  public var equity: Money?
  /// Of all symbols; the larger one of the two that a host may give.
  public var notional: Money
  /// Nil = it does not say which symbols: its notional may be of any.
  public var symbols: [Symbol]?
  /// Of the last order that is contained; nil = the host counts none.
  public var orderSequence: UInt64?

  public init(host: String, equity: Money? = nil, notional: Money = .zero, symbols: [Symbol]? = nil, orderSequence: UInt64? = nil) {
    self.host = host
    self.equity = equity
    self.notional = notional
    self.symbols = symbols
    self.orderSequence = orderSequence
  }
}
