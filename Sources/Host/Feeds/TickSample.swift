import Market

/// A seeded sample tick file: trends of changing strength under noise, so that a crossing of averages has something to do.
///
/// The same options give the same bytes on every machine.
public struct TickSample: Sendable, Hashable {
  /// Rows, at least 1. Default 100,000.
  public var rowCount: Int
  public var seed: UInt64
  /// Mixed into the seed, and decides price and scales for the coins it knows.
  public var symbol: String
  /// Epoch milliseconds UTC; the first row comes after it. Default 2024-01-01.
  public var startMilliseconds: Int64

  public init(rowCount: Int = 100_000, seed: UInt64 = 42, symbol: String = "BTCUSDT", startMilliseconds: Int64 = 1_704_067_200_000) {
    self.rowCount = rowCount
    self.seed = seed
    self.symbol = symbol
    self.startMilliseconds = startMilliseconds
  }

  /// What was written.
  public struct Report: Sendable, Hashable, Encodable {
    public var path: String
    public var symbol: String
    public var rows: Int
    public var seed: UInt64
    public var firstMilliseconds: Int64
    public var lastMilliseconds: Int64

    private enum CodingKeys: String, CodingKey {
      case path
      case symbol
      case rows
      case seed
      case firstMilliseconds = "first_ms"
      case lastMilliseconds = "last_ms"
    }
  }

  /// Price and grid of a coin: start in ticks, decimals of price and quantity.
  private struct Grid {
    var startTicks: Int64
    var priceScale: Int
    var quantityScale: Int
    /// Mean size in steps.
    var meanSize: Int64

    init(symbol: String) {
      let known: [(String, Grid)] = [
        ("BTC", Grid(600_000, 1, 3, 20)), ("ETH", Grid(300_000, 2, 3, 300)), ("BNB", Grid(60_000, 2, 2, 150)), ("SOL", Grid(15_000, 2, 2, 500)),
      ]
      self = known.first { symbol.uppercased().hasPrefix($0.0) }?.1 ?? Grid(100_000, 3, 1, 500)
    }

    private init(_ startTicks: Int64, _ priceScale: Int, _ quantityScale: Int, _ meanSize: Int64) {
      self.startTicks = startTicks
      self.priceScale = priceScale
      self.quantityScale = quantityScale
      self.meanSize = meanSize
    }
  }

  /// Writes the file, whole or not at all, packed as its name says.
  ///
  /// - Parameter progress: called now and then with the rows done.
  /// - Throws: `.usage` for a row count, start or existing file that does not do; `.failed` if writing fails.
  public func write(to path: String, replaces: Bool = false, progress: (Int) -> Void = { _ in }) throws(TickFileError) -> Report {
    guard rowCount >= 1, rowCount <= 1_000_000_000 else {
      throw TickFileError(.usage, path: path, reason: "a sample has 1 to 10^9 rows, not \(rowCount)")
    }
    // A row is 20 ms on average: far from the bound, whatever the start.
    guard startMilliseconds >= TickRowParser.millisecondRange.lowerBound, startMilliseconds <= TickRowParser.millisecondRange.upperBound / 2 else {
      throw TickFileError(.usage, path: path, reason: "the start \(startMilliseconds) is not epoch milliseconds")
    }
    let grid = Grid(symbol: symbol)
    let writer = try TickFileWriter(path: path, priceScale: grid.priceScale, quantityScale: grid.quantityScale, replaces: replaces)
    var walk = TickSampleWalk(
      seed: seed, symbol: symbol, startTicks: grid.startTicks, meanSize: grid.meanSize, startMilliseconds: startMilliseconds)
    var (first, last): (Int64, Int64) = (0, 0)
    for row in 0..<rowCount {
      let tick = walk.next()
      if row == 0 { first = tick.exchangeMilliseconds }
      last = tick.exchangeMilliseconds
      try writer.write(tick)
      if row & 0xFFFF == 0xFFFF { progress(row + 1) }
    }
    try writer.finish()
    return Report(path: path, symbol: symbol, rows: rowCount, seed: seed, firstMilliseconds: first, lastMilliseconds: last)
  }
}
