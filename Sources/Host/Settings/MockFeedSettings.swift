/// feed.mock.*: the seeded market of `app.mode: mock`.
public struct MockFeedSettings: Sendable, Hashable {
  /// The same seed gives the same market; 0...2^63-1.
  public var seed: UInt64 = 42
  /// Names as in pairs.yaml, bare or full; 1...64, all different.
  public var symbols = ["BTCUSDT"]
  /// Decimal texts in quote currency, read with each instrument's own scale: one for all symbols, or one each.
  public var startPrices = ["60000"]
  /// Mean over time; 0.001...100000.
  public var tradesPerSecond = 20.0
  /// Standard deviation of one second's return; 0...1000.
  public var volatilityBps = 5.0
  /// Smallest distance of ask and bid; 1...1000.
  public var spreadTicks = 1
  /// Of each symbol; then its feed ends. nil = no end.
  public var maximumEvents: Int64?

  public init() {}

  /// - Parameter index: of the symbol.
  public func startPrice(_ index: Int) -> String { startPrices[startPrices.count == 1 ? 0 : index] }
}
