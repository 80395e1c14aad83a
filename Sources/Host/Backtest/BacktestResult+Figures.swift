import Market
import Report
import Session

/// The figures of a run as members of the `--json` object; docs/REPORT.md says what each is.
extension BacktestResult {
  typealias Members = [(key: String, value: JSONValue)]

  /// Of the whole run.
  var runMembers: Members {
    let daily = figures.daily
    return [
      ("funding", .money(figures.total.funding)), ("maker_share", Self.share(figures.total.makerShare)),
      ("holding_ms", holding(figures.total)), ("execution", execution(figures.total)),
      ("days_full", .integer(daily.fullDays)), ("days_partial", .integer(daily.partialDays)), ("sharpe", Self.number(daily.sharpe)),
      ("sharpe_standard_error", Self.number(daily.sharpeStandardError)), ("sharpe_note", daily.sharpeNote.map { .text($0) } ?? .null),
      ("sortino", Self.number(daily.sortino)), ("sortino_note", daily.sortinoNote.map { .text($0) } ?? .null),
      ("max_exposure", .money(figures.maximumExposure)), ("time_in_market", Self.share(figures.timeInMarket)),
      ("markouts_dropped", .integer(figures.droppedMarkouts)),
      (
        "stops",
        .array(
          figures.stops.map { .object([("time_ms", .integer(Int($0.timeMilliseconds))), ("reason", $0.reason.map { .text($0) } ?? .null)]) })
      ),
      ("limits", limits.map { .array($0.map(limit)) } ?? .null),
    ]
  }

  func members(of instance: InstanceFigures) -> Members {
    [
      ("symbol", .text(instance.symbol)), ("trades", .integer(instance.trades)), ("wins", .integer(instance.wins)),
      ("win_rate", Self.share(instance.winRate)), ("net_pnl", .money(instance.netPnL)), ("gross_pnl", .money(instance.grossPnL)),
      ("fees", .money(instance.fees)), ("funding", .money(instance.funding)), ("holding_ms", holding(instance)),
      ("open_position", .number(DecimalText.format(instance.openPosition.raw, scale: Int(instrument.spec.quantityScale)))),
      ("max_exposure", .money(instance.maximumExposure)), ("refused", .integer(instance.refusals)),
      ("maker_share", Self.share(instance.makerShare)), ("execution", execution(instance)),
    ]
  }

  private func holding(_ instance: InstanceFigures) -> JSONValue {
    .object([
      ("average", instance.averageHoldingMilliseconds.map { .integer(Int($0)) } ?? .null),
      ("median", instance.medianHoldingMilliseconds.map { .integer(Int($0)) } ?? .null),
    ])
  }

  private func execution(_ instance: InstanceFigures) -> JSONValue {
    .object([("all", kind(instance.all)), ("maker", kind(instance.maker)), ("taker", kind(instance.taker))])
  }

  private func kind(_ execution: ExecutionFigures) -> JSONValue {
    .object([
      ("fills", .integer(execution.fills)), ("notional", .money(execution.notional)), ("slippage", Self.bps(execution.touchSlippage)),
      ("mid_slippage", Self.bps(execution.midSlippage)),
      (
        "markouts",
        .object(zip(ExecutionFigures.horizonsSeconds, execution.markouts).map { (key: $0 + "s", value: Self.bps($1)) })
      ),
    ])
  }

  private func limit(_ limit: ReportLimit) -> JSONValue {
    .object([
      ("code", .text(limit.code)), ("scope", .text(limit.scope)), ("value", .number(limit.value)), ("limit", .number(limit.limit)),
      ("unit", .text(limit.unit)), ("used", Self.share(limit.fraction)), ("time_ms", .integer(Int(limit.timeMilliseconds))),
    ])
  }

  private static func bps(_ figure: BpsFigure) -> JSONValue { .object([("bps", number(figure.bps)), ("fills", .integer(figure.count))]) }

  private static func share(_ value: Double?) -> JSONValue { number(value, decimals: 6) }

  /// Null where there is none, and where no decimal can say it.
  private static func number(_ value: Double?, decimals: Int = 4) -> JSONValue {
    guard let value else { return .null }
    let scaled = (value * Double(PowerOfTen[decimals])).rounded()
    return scaled.magnitude < 9e18 ? .number(DecimalText.format(Int64(scaled), scale: decimals)) : .null
  }
}
