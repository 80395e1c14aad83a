import Market
import Report
import Session

/// The figures of a finished run.
public struct BacktestResult: Sendable {
  public struct Instance: Sendable {
    public var id: String
    public var digest: String
    public var decisionHash: String
    public var parameters: [(name: String, value: String)]
  }

  public var symbol: String
  public var instrument: Instrument
  /// Events of the data: rows of a tick file; trades, quotes, depth and marks of a recording.
  public var ticks: Int
  public var badRowsSkipped: Int
  public var firstMilliseconds: Int64
  public var lastMilliseconds: Int64
  public var inputs: BacktestInputs
  public var counters: RunCounters
  public var initialEquity: Money
  public var finalEquity: Money
  public var cash: Money
  public var maximumDrawdown: Money
  public var peak: Money
  public var position: Quantity
  public var figures: RunFigures
  /// Nearest to its edge first; nil = not looked at, as without a report.
  public var limits: [ReportLimit]?
  /// One for each code that occurred, with its figures.
  public var firstRefusals: [FirstRefusals.Entry]
  public var halt: (reason: String, milliseconds: Int64)?
  public var decisionHash: String
  public var instances: [Instance]
  public var models: [Model] = []
  public var warnings: [String]
  public var reportPath: String?
  public var loadNanoseconds: Int64
  public var runNanoseconds: Int64
  public var cpuSeconds: Double
  public var peakResidentBytes: Int

  public var finalPnL: Money { finalEquity - initialEquity }
  /// Net of fees: what closed positions brought.
  public var realizedPnL: Money { counters.realized - counters.fees }
  public var winRate: Double { counters.trades == 0 ? 0 : Double(counters.wins) / Double(counters.trades) }
  public var ticksPerSecond: Int { runNanoseconds <= 0 ? 0 : Int(Double(ticks) / (Double(runNanoseconds) / 1e9)) }

  /// The object of `backtest --json`.
  public var json: JSONValue {
    let run: [(key: String, value: JSONValue)] = [
      ("symbol", .text(symbol)), ("instrument", .text(instrument.id.description)), ("ticks", .integer(ticks)),
      ("inputs", .object(inputs.members)), ("quotes_synthetic", .boolean(inputs.areQuotesSynthetic)),
      ("missing_inputs", .array(inputs.missing.map { .text($0) })),
      ("bad_rows_skipped", .integer(badRowsSkipped)), ("first_ms", .integer(Int(firstMilliseconds))), ("last_ms", .integer(Int(lastMilliseconds))),
      ("fills", .integer(counters.fills)), ("maker_fills", .integer(counters.makerFills)), ("trades", .integer(counters.trades)),
      ("wins", .integer(counters.wins)), ("win_rate", .number(DecimalText.format(Int64(winRate * 1e6), scale: 6))),
      ("realized_pnl", .money(realizedPnL)), ("fees", .money(counters.fees)), ("final_pnl", .money(finalPnL)),
      ("initial_equity", .money(initialEquity)),
      ("final_equity", .money(finalEquity)), ("cash", .money(cash)), ("max_drawdown", .money(maximumDrawdown)),
      ("position", .number(DecimalText.format(position.raw, scale: Int(instrument.spec.quantityScale)))),
      ("orders_sent", .integer(counters.orders)),
      ("orders_rejected", .object(counters.refusalCounts.map { (key: $0.name, value: .integer($0.count)) })),
      ("first_refusals", .object(firstRefusals.map { (key: $0.code.name, value: .text($0.text)) })),
      ("halted", halt.map { .text($0.reason) } ?? .null), ("decision_hash", .text(decisionHash)),
      (
        "instances",
        .array(
          zip(instances, figures.instances).map { instance, figures in
            .object(
              [
                ("id", .text(instance.id)), ("digest", .text(instance.digest)), ("decision_hash", .text(instance.decisionHash)),
                ("parameters", .object(instance.parameters.map { (key: $0.name, value: .text($0.value)) })),
              ] + members(of: figures))
          })
      ),
      ("in_sample", .boolean(isInSample)), ("models", .array(models.map(\.json))),
      ("warnings", .array(warnings.map { .text($0) })), ("report", reportPath.map { .text($0) } ?? .null),
      ("load_s", .seconds(loadNanoseconds)), ("run_s", .seconds(runNanoseconds)),
      ("cpu_s", .number(DecimalText.format(Int64(cpuSeconds * 1e6), scale: 6))), ("ticks_per_s", .integer(ticksPerSecond)),
      ("peak_rss_bytes", .integer(peakResidentBytes)),
    ]
    return .object(run + runMembers)
  }
}

extension BacktestInputs {
  fileprivate var members: [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = [
      ("trades", .integer(trades)), ("quotes", .integer(quotes)), ("depth", .integer(depth)), ("marks", .integer(marks)),
    ]
    if let recording {
      members += [
        ("lines", .integer(recording.lines)), ("other_symbols", .integer(recording.otherSymbols)), ("ignored", .integer(recording.ignored)),
        ("book_gaps", .integer(recording.bookGaps)), ("exchange_times_backward", .integer(recording.exchangeTimesBackward)),
      ]
    }
    return members
  }
}
