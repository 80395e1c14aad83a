import Market

/// All of a portfolio that outlives the process.
public struct PortfolioState: Sendable, Equatable, Codable {
  public struct Halt: Sendable, Hashable, Codable {
    public var reason: String
    /// By a limit of the day; else by the operator, and only he ends it.
    public var isOfTheDay: Bool
  }

  /// What is known of a host.
  public struct Host: Sendable, Equatable, Codable {
    /// Of its last report, ms since 1970 UTC.
    public var reportedAt: Int64
    /// At its first report of this day; nil = it had none, or never said.
    public var base: Money?
    public var equity: Money?
    public var notional = Money.zero
    public var symbols: [HostReport.Symbol]?

    /// Of a symbol; all it has where it does not say of which.
    func worst(_ symbol: String) -> Money {
      guard let symbols else { return notional }
      return Money.sum(symbols) { $0.symbol == symbol ? $0.worstNotional : .zero }
    }

    /// Nil = it does not say; zero = it does, and has none.
    func position(_ symbol: String) -> Money? {
      guard let symbols else { return nil }
      var sum = Money.zero
      for own in symbols where own.symbol == symbol {
        guard let position = own.position else { return nil }
        sum = sum.adding(position)
      }
      return sum
    }

    var total: Money { symbols.map { max(notional, Money.sum($0) { $0.worstNotional }) } ?? notional }
  }

  /// Allowed, and not yet in a report.
  public struct Reservation: Sendable, Equatable, Codable {
    public var symbol: String
    public var notional: Money
    public var orderSequence: UInt64?
    /// When it was allowed, ms since 1970 UTC.
    public var reservedAt: Int64
  }

  /// What a host that was forgotten made or lost on its day.
  public struct Departed: Sendable, Equatable, Codable {
    public var base: Money
    public var equity: Money
  }

  /// `yyyy-mm-dd` UTC; empty before the first report.
  public var day = ""
  /// The day's highest sum of equity less base; zero or above.
  public var peak = Money.zero
  public var halt: Halt?
  /// The operator's; nil = none.
  public var pause: String?
  /// A language model's advice: no opening.
  public var isPausedByAdvice = false
  /// Of the limits, 0...1000 thousandths.
  public var riskThousandths: Int64 = 1000
  public var hosts: [String: Host] = [:]
  /// Forgotten today, by host.
  public var departed: [String: Departed] = [:]
  /// By host and by its order's name.
  public var reservations: [String: [String: Reservation]] = [:]
  /// For orders without a name.
  public var unnamed: UInt64 = 0

  public init() {}
}
