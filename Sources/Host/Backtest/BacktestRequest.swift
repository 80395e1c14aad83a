/// What to run a strategy over, and what to keep of it.
public struct BacktestRequest: Sendable {
  /// `BTCUSDT` or `binance.usdm.BTCUSDT`.
  public var symbol: String
  /// A tick file, or a recording (X.ws.jsonl).
  public var ticksPath: String
  /// Depth snapshots of a recording.
  public var snapshotPath: String?
  /// A recording without its receive times: the venue's own are taken.
  public var usesExchangeTimes: Bool
  /// A published or built strategy's name, a library or a manifest; nil = what is published for the symbol.
  public var strategy: String?
  /// Over the manifest's parameters, by name.
  public var parameters: [String: String]
  /// Where the report goes; nil = none.
  public var reportFolder: String?
  /// Where every input and decision goes; nil = nowhere.
  public var journalFolder: String?
  /// Folder of published models, as runtime/models; nil = as the settings say.
  public var modelsFolder: String?
  public var skipsBadRows: Bool
  public var sortsByTime: Bool
  /// Decimals of price and quantity for a symbol that pairs.yaml does not know; nil = as the data has them.
  public var scale: Int?

  public init(
    symbol: String, ticksPath: String, snapshotPath: String? = nil, usesExchangeTimes: Bool = false, strategy: String? = nil,
    parameters: [String: String] = [:], reportFolder: String? = nil, journalFolder: String? = nil, modelsFolder: String? = nil,
    skipsBadRows: Bool = false, sortsByTime: Bool = false, scale: Int? = nil
  ) {
    self.symbol = symbol
    self.ticksPath = ticksPath
    self.snapshotPath = snapshotPath
    self.usesExchangeTimes = usesExchangeTimes
    self.strategy = strategy
    self.parameters = parameters
    self.reportFolder = reportFolder
    self.journalFolder = journalFolder
    self.modelsFolder = modelsFolder
    self.skipsBadRows = skipsBadRows
    self.sortsByTime = sortsByTime
    self.scale = scale
  }
}
