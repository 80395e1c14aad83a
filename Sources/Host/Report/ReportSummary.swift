import Market

/// What the caller knows at the end of a run. All texts are shown as they are, escaped.
public struct ReportSummary: Sendable {
  /// Heading, e.g. `EMACross on BTCUSDT`.
  public var title: String
  public var symbol: String
  public var hostVersion: String
  public var strategies: [ReportStrategy]
  /// In the order in which they are shown; rows of one section stand together.
  public var settings: [ReportSetting]
  public var data: ReportDataSource
  public var ticks: Int
  public var fills: Int
  /// Flat-to-flat round trips.
  public var trades: Int
  public var wins: Int
  public var realizedPnL: Money
  public var fees: Money
  public var initialEquity: Money
  public var finalEquity: Money
  public var finalPnL: Money
  public var maximumDrawdown: Money
  /// Of the peak, 0...1.
  public var maximumDrawdownFraction: Double
  /// What is still open, signed.
  public var position: Quantity
  public var ordersRejected: [ReportRefusal]
  /// Hexadecimal SHA-256.
  public var decisionHash: String
  /// Why and when trading was stopped; nil = it was not.
  public var halt: ReportHalt?
  /// What came closest to each limit; nil = it was not looked at.
  public var limits: [ReportLimit]?
  /// One line each, shown on top: synthetic quotes, an unknown instrument's scale.
  public var warnings: [String]
  /// What its models had seen of the data: said before everything else.
  public var inSample: [String] = []
  /// The object of `backtest --json`, written to results.json as it is.
  public var resultsJSON: String

  public init(
    title: String, symbol: String, hostVersion: String, strategies: [ReportStrategy], settings: [ReportSetting], data: ReportDataSource,
    ticks: Int, fills: Int, trades: Int, wins: Int, realizedPnL: Money, fees: Money, initialEquity: Money, finalEquity: Money,
    finalPnL: Money, maximumDrawdown: Money, maximumDrawdownFraction: Double, position: Quantity, ordersRejected: [ReportRefusal] = [],
    decisionHash: String, halt: ReportHalt? = nil, limits: [ReportLimit]? = nil, warnings: [String] = [], resultsJSON: String
  ) {
    self.title = title
    self.symbol = symbol
    self.hostVersion = hostVersion
    self.strategies = strategies
    self.settings = settings
    self.data = data
    self.ticks = ticks
    self.fills = fills
    self.trades = trades
    self.wins = wins
    self.realizedPnL = realizedPnL
    self.fees = fees
    self.initialEquity = initialEquity
    self.finalEquity = finalEquity
    self.finalPnL = finalPnL
    self.maximumDrawdown = maximumDrawdown
    self.maximumDrawdownFraction = maximumDrawdownFraction
    self.position = position
    self.ordersRejected = ordersRejected
    self.decisionHash = decisionHash
    self.halt = halt
    self.limits = limits
    self.warnings = warnings
    self.resultsJSON = resultsJSON
  }
}

/// One strategy instance of the run.
public struct ReportStrategy: Sendable {
  /// The instance's id, e.g. `EMACross@BTCUSDT/0`.
  public var id: String
  public var name: String
  /// Hexadecimal SHA-256 of the library that ran.
  public var digest: String
  public var parameters: [(name: String, value: String)]

  public init(id: String, name: String, digest: String, parameters: [(name: String, value: String)]) {
    self.id = id
    self.name = name
    self.digest = digest
    self.parameters = parameters
  }
}

/// One row of the run's settings: a limit, or a part of the simulation model.
public struct ReportSetting: Sendable {
  /// Heading under which it stands, e.g. `Risk limits`.
  public var section: String
  public var name: String
  /// With its unit, e.g. `10,000 USDT`.
  public var value: String
  /// A limit of `null`: highlighted, and said in words.
  public var isUnlimited: Bool

  public init(section: String, name: String, value: String, isUnlimited: Bool = false) {
    self.section = section
    self.name = name
    self.value = value
    self.isUnlimited = isUnlimited
  }
}

/// Where the ticks came from.
public struct ReportDataSource: Sendable {
  public var path: String
  /// Hexadecimal SHA-256 of the file's bytes; nil = not taken.
  public var digest: String?
  /// Data rows, the skipped ones not counted.
  public var rows: Int
  public var badRowsSkipped: Int
  /// Epoch milliseconds of the first and the last tick; nil = no ticks.
  public var timeRangeMilliseconds: ClosedRange<Int64>?
  /// What the data had, e.g. `trades`, `quotes`, `depth`.
  public var inputs: [String]
  /// Quotes were made from trades with this spread, e.g. `2 bps`; nil = the data's own quotes.
  public var syntheticSpread: String?

  public init(
    path: String, digest: String?, rows: Int, badRowsSkipped: Int = 0, timeRangeMilliseconds: ClosedRange<Int64>?, inputs: [String],
    syntheticSpread: String?
  ) {
    self.path = path
    self.digest = digest
    self.rows = rows
    self.badRowsSkipped = badRowsSkipped
    self.timeRangeMilliseconds = timeRangeMilliseconds
    self.inputs = inputs
    self.syntheticSpread = syntheticSpread
  }
}

/// How often a code refused.
public struct ReportRefusal: Sendable {
  public var code: String
  public var count: Int

  public init(code: String, count: Int) {
    self.code = code
    self.count = count
  }
}

/// The most that was used of one limit.
public struct ReportLimit: Sendable {
  /// The code of a refusal at this limit.
  public var code: String
  /// What it limits: `account`, a symbol, an instance's id.
  public var scope: String
  /// Decimal text.
  public var value: String
  public var limit: String
  /// Of both; empty: a count.
  public var unit: String
  /// 1 = at the limit.
  public var fraction: Double
  /// When it was first this high, epoch milliseconds.
  public var timeMilliseconds: Int64

  public init(code: String, scope: String, value: String, limit: String, unit: String, fraction: Double, timeMilliseconds: Int64) {
    self.code = code
    self.scope = scope
    self.value = value
    self.limit = limit
    self.unit = unit
    self.fraction = fraction
    self.timeMilliseconds = timeMilliseconds
  }
}

/// When and why opening orders ended.
public struct ReportHalt: Sendable {
  public var reason: String
  /// Epoch milliseconds UTC; nil = not known.
  public var timeMilliseconds: Int64?

  public init(reason: String, timeMilliseconds: Int64?) {
    self.reason = reason
    self.timeMilliseconds = timeMilliseconds
  }
}
