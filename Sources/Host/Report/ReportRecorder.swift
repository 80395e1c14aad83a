import Market

/// Takes a run in as it happens and writes its report at the end, in bounded memory.
///
/// Rows are streamed into `DIR.partial-<pid>`; `finish` renames it to `DIR`. A recorder that is dropped without `finish`
/// removes the partial folder. No call allocates in steady state. A failed write is kept and thrown by `finish`.
public struct ReportRecorder: ~Copyable {
  private var folder: ReportFolder
  private var fillsFile: TextFile
  private var roundTripsFile: TextFile
  let instrument: Instrument
  let instances: [String]
  private let instanceFields: [[UInt8]]
  private let priceScale: Int
  private let quantityScale: Int
  private var series: EquitySeries
  private var marks = FillMarks()
  private var statistics = TradeStatistics()
  private var refusals: RefusalCounts
  private let feeAssetFields: [[UInt8]]
  private var netPosition: Int64 = 0

  /// Makes the partial folder and opens its files.
  ///
  /// - Parameters:
  ///   - path: the report's folder. An existing one is replaced at the end if it is empty or a report of ours.
  ///   - instances: names that `FillRow.instance` and `TradeRow.instance` point into.
  ///   - refusalCodes: names that `refusal` points into.
  ///   - feeAssets: names that `FillRow.feeAsset` points into.
  ///   - initialEquity: the first peak of the drawdown.
  /// - Throws: `ReportError` of kind `usage` for a folder that is not ours, `failed` if something cannot be written.
  public init(
    folder path: String, instrument: Instrument, instances: [String], refusalCodes: [String] = [], feeAssets: [String], initialEquity: Money
  ) throws(ReportError) {
    // Locals first: what was made is unmade if a later step throws.
    let folder = try ReportFolder(path)
    var fillsFile = try TextFile(folder.file(.fills))
    var roundTripsFile = try TextFile(folder.file(.roundTrips))
    fillsFile.write(
      "tick_index,timestamp,instance,side,price,qty,notional,fee,maker,position,realized_gross,"
        + "decision_bid,decision_ask,slippage_bps,fee_asset,fee_amount,host_made\n")
    roundTripsFile.write(
      "entry_timestamp,exit_timestamp,instance,side,entry_price_avg,exit_price_avg,qty,pnl,fees,holding_ms,gross,funding\n")
    self.folder = folder
    self.fillsFile = fillsFile
    self.roundTripsFile = roundTripsFile
    self.instrument = instrument
    self.instances = instances
    instanceFields = instances.map { Array(CSVText.field($0).utf8) }
    priceScale = Int(instrument.spec.priceScale)
    quantityScale = Int(instrument.spec.quantityScale)
    feeAssetFields = feeAssets.map { Array(CSVText.field($0).utf8) }
    series = EquitySeries(initialEquity: initialEquity)
    refusals = RefusalCounts(codes: refusalCodes)
  }

  /// The first failed write; `finish` will throw it. A long run may stop early on it.
  public var failure: ReportError? { fillsFile.failure ?? roundTripsFile.failure }

  /// The account after a tick. May be called on every tick.
  ///
  /// - Parameter timeMilliseconds: epoch milliseconds UTC.
  public mutating func mark(timeMilliseconds: Int64, equity: Money, price: Price) {
    series.add(timeMilliseconds, equity, price)
  }

  /// Money that came in (above zero) or left without being a result.
  public mutating func transfer(_ amount: Money) { series.transfer(amount) }

  /// One execution: a row of trades.csv, the account's position from now on and perhaps a triangle in the price chart.
  public mutating func fill(_ row: FillRow) {
    marks.add(row)
    netPosition += row.side.sign * row.quantity.raw
    series.move(to: netPosition)
    fillsFile.write(row.tickIndex)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(decimal: row.timeMilliseconds, scale: 0)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(instanceFields[row.instance])
    fillsFile.write(row.side == .buy ? ",buy," : ",sell,")
    fillsFile.write(decimal: row.price.raw, scale: priceScale)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(decimal: row.quantity.raw, scale: quantityScale)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(row.notional)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(row.fee)
    fillsFile.write(row.isMaker ? ",true," : ",false,")
    fillsFile.write(decimal: row.positionAfter.raw, scale: quantityScale)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(row.realizedPnL)
    fillsFile.write(byte: CSVText.comma)
    writeDecision(row)
    fillsFile.write(feeAssetFields[row.feeAsset])
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(row.feeAmount)
    fillsFile.write(row.isHostMade ? ",true\n" : ",false\n")
  }

  /// The decision's quote and the slippage against it; empty fields where there was none.
  private mutating func writeDecision(_ row: FillRow) {
    guard let bps = row.slippageBps else { return fillsFile.write(",,,") }
    fillsFile.write(decimal: row.decisionBid.raw, scale: priceScale)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(decimal: row.decisionAsk.raw, scale: priceScale)
    fillsFile.write(byte: CSVText.comma)
    fillsFile.write(decimal: Int64((bps * 1e4).rounded()), scale: 4)
    fillsFile.write(byte: CSVText.comma)
  }

  /// One flat-to-flat trade: a row of roundtrips.csv, the statistics and the page's tables.
  public mutating func roundTrip(_ row: TradeRow) {
    statistics.add(row)
    roundTripsFile.write(decimal: row.entryMilliseconds, scale: 0)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(decimal: row.exitMilliseconds, scale: 0)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(instanceFields[row.instance])
    roundTripsFile.write(row.side == .buy ? ",long," : ",short,")
    roundTripsFile.write(decimal: row.entryPrice.raw, scale: priceScale)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(decimal: row.exitPrice.raw, scale: priceScale)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(decimal: row.quantity.raw, scale: quantityScale)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(row.pnl)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(row.fees)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(decimal: row.holdingMilliseconds, scale: 0)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(row.grossPnL)
    roundTripsFile.write(byte: CSVText.comma)
    roundTripsFile.write(row.funding)
    roundTripsFile.write(byte: CSVText.newline)
  }

  /// One refused intent.
  ///
  /// - Precondition: `code` is an index into the `refusalCodes` given at the start.
  public mutating func refusal(code: Int, timeMilliseconds: Int64) {
    refusals.add(code, timeMilliseconds)
  }

  /// Writes equity.csv, report.html and results.json, and puts the report in its place.
  ///
  /// - Throws: the first failed write of the whole run; then nothing is left behind.
  public consuming func finish(_ summary: ReportSummary, _ figures: RunFigures) throws(ReportError) {
    try fillsFile.finish()
    try roundTripsFile.finish()
    series.flush()
    try writeEquity()
    let page = ReportPage(
      summary: summary, instrument: instrument, instances: instances, series: series, marks: marks, statistics: statistics,
      refusals: refusals.shown(with: summary.ordersRejected), refusalTimes: refusals.times, figures: figures)
    try Self.write(page.text(), to: folder.file(.page))
    let results = summary.resultsJSON
    try Self.write(results.hasSuffix("\n") ? results : results + "\n", to: folder.file(.results))
    try folder.commit()
  }

  private static func write(_ text: String, to path: String) throws(ReportError) {
    var file = try TextFile(path)
    file.write(text)
    try file.finish()
  }

  /// The bounded series: the last value of each bucket with its extremes.
  private borrowing func writeEquity() throws(ReportError) {
    var file = try TextFile(folder.file(.equity))
    file.write("timestamp,equity,equity_min,equity_max,drawdown,price,price_min,price_max\n")
    for point in series.points {
      file.write(decimal: point.timeMilliseconds, scale: 0)
      for money in [point.equity, point.equityMinimum, point.equityMaximum, point.drawdown] {
        file.write(byte: CSVText.comma)
        file.write(money)
      }
      for price in [point.price, point.priceMinimum, point.priceMaximum] {
        file.write(byte: CSVText.comma)
        file.write(decimal: price.raw, scale: priceScale)
      }
      file.write(byte: CSVText.newline)
    }
    try file.finish()
  }
}
