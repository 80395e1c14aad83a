/// What is stored of the market's data, where, and for how long.
public struct StorageOptions: Sendable, Hashable {
  /// A symbol that is stored.
  public struct Symbol: Sendable, Hashable {
    /// Of file names and JSON lines, BTCUSDT.
    public var name: String
    /// Of file names, usdm.
    public var market: String
    public var priceScale: Int
    public var quantityScale: Int

    public init(name: String, market: String, priceScale: Int, quantityScale: Int) {
      self.name = name
      self.market = market
      self.priceScale = priceScale
      self.quantityScale = quantityScale
    }

    var key: String { "\(name)_\(market)" }
  }

  public enum Compression: String, Sendable, CaseIterable {
    case none, zstd
  }

  /// Holds `ticks`, `trades`, `orderbooks`.
  public var folder: String
  /// Below each of them, for data that was made up: `mock`; empty = none.
  public var source = ""
  public var symbols: [Symbol]
  public var savesTicks = true
  public var savesTrades = false
  public var savesBooks = false
  /// Of one file, until the next is begun.
  public var maximumTickBytes: Int64 = 256 << 20
  public var maximumLineBytes: Int64 = 5 << 20
  public var maximumLineNanoseconds: Int64 = 3600 * 1_000_000_000
  /// Nil = for ever.
  public var lineRetentionDays: Int64? = 3
  public var tickRetentionDays: Int64?
  /// Of all files that hosts wrote, over symbols and kinds; nil = no bound.
  public var maximumTotalBytes: Int64?
  /// Rows of one file that are written at once, and the longest that they wait.
  public var flushRows = 200
  public var flushNanoseconds: Int64 = 1_000_000_000
  public var compression = Compression.none
  /// Bytes between the engine's thread and the writer's; a power of two.
  public var queueBytes = 1 << 22

  public init(folder: String, symbols: [Symbol]) {
    self.folder = folder
    self.symbols = symbols
  }
}

/// How storing goes, for status and results.
public struct StorageStatus: Sendable, Equatable, Codable {
  /// Messages that the writer has taken out of the queue.
  public var taken = 0
  /// Ticks that reached a file.
  public var rows = 0
  /// By symbol and market, BTCUSDT_usdm.
  public var rowsBySymbol: [String: Int] = [:]
  /// Messages that had no room: in the queue, or while the disk took nothing, to the end.
  public var dropped = 0
  /// What keeps rows from the disk; nil while all is well.
  public var trouble: String?
  /// Symbols that another host stores.
  public var foreign: [String] = []
  /// Files that are being written.
  public var files: [String] = []

  enum CodingKeys: String, CodingKey {
    case taken, rows, dropped, trouble, foreign, files
    case rowsBySymbol = "rows_by_symbol"
  }
}
