import Market
import Markup

/// report.html: one file that needs nothing else, neither a network nor a font.
struct ReportPage {
  let summary: ReportSummary
  let instrument: Instrument
  let instances: [String]
  let series: EquitySeries
  let marks: FillMarks
  let statistics: TradeStatistics
  let refusals: [RefusalCounts.Entry]
  let refusalTimes: RefusalTimes
  let figures: RunFigures

  var quote: String { instrument.quoteAsset }
  var priceScale: Int { Int(instrument.spec.priceScale) }
  var quantityScale: Int { Int(instrument.spec.quantityScale) }
  /// Decimals of the account's amounts.
  var moneyDecimals: Int {
    FigureText.decimals(showing: max(summary.finalPnL.doubleValue.magnitude, summary.maximumDrawdown.doubleValue))
  }

  func text() -> String {
    var page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"/>
      <meta name="generator" content="QuantumEdge \(summary.hostVersion)"/><title>\(summary.title)</title>

      """
    page += "<style>\n\(.verbatim(PageStyle.text))\n</style></head>\n<body><main>\n"
    page += header
    page += headline
    page += charts
    page += instanceTables
    page += trades
    page += limitTable
    page += stopTable
    page += refusalTable
    page += settings
    page += strategies
    page += provenance
    page += "<footer>\(footer)</footer>\n</main><div id=\"tip\" class=\"tip\" role=\"status\"></div>\n"
    page += seriesData
    page += "<script>//<![CDATA[\n\(.verbatim(PageScript.text))\n//]]></script>\n</body></html>\n"
    return page.text
  }

  private var header: Markup {
    var html: Markup = "<header><h1>\(summary.title)</h1><p class=\"sub\">\(subtitle)</p>"
    if !summary.inSample.isEmpty {
      html += "<div class=\"notice halt\" role=\"note\">"
      for line in summary.inSample { html += "<p>\(line)</p>" }
      html += "</div>"
    }
    if let halt = summary.halt {
      let when = halt.timeMilliseconds.map { " at \(UTCTime($0).precise) UTC" } ?? ""
      html += "<div class=\"notice halt\"><p>Trading was halted\(when): \(halt.reason)</p></div>"
    }
    let unlimited = summary.settings.filter(\.isUnlimited).map(\.name)
    var warnings = summary.warnings
    if !unlimited.isEmpty { warnings.append("Without a limit: \(unlimited.joined(separator: ", "))") }
    if let spread = summary.data.syntheticSpread { warnings.insert(Self.synthetic(spread), at: 0) }
    if !warnings.isEmpty {
      html += "<div class=\"notice\" role=\"note\">"
      for warning in warnings { html += "<p>\(warning)</p>" }
      html += "</div>"
    }
    html += "</header>\n"
    return html
  }

  private static func synthetic(_ spread: String) -> String {
    "Quotes are synthetic: made from trades with a spread of \(spread). Fills, slippage and markouts are measured against quotes that nobody made."
  }

  private var subtitle: String {
    guard let range = summary.data.timeRangeMilliseconds else { return "\(instrument.id) · no ticks" }
    let length = FigureText.duration(milliseconds: range.upperBound - range.lowerBound)
    return
      "\(instrument.id) · \(UTCTime(range.lowerBound).text) to \(UTCTime(range.upperBound).text) UTC (\(length)) · \(FigureText.count(summary.ticks)) ticks"
  }

  private var headline: Markup {
    let pnl = summary.finalPnL
    let start = summary.initialEquity.doubleValue
    let share = start > 0 ? "\(pnl > .zero ? "+" : "")\(FigureText.percent(pnl.doubleValue / start)) of the start" : ""
    let rate = FigureText.number(Double(summary.wins) / Double(max(1, summary.trades)) * 100, decimals: 1) + " %"
    let rejected = refusals.reduce(0) { $0 + $1.count }
    var html: Markup = "<section class=\"card\" aria-label=\"Headline figures\"><dl class=\"figures\">"
    html += figure("Final PnL", FigureText.signedMoney(pnl, decimals: moneyDecimals), unit: quote, share, tone: tone(pnl))
    html += figure(
      "Final equity", FigureText.money(summary.finalEquity, decimals: min(2, moneyDecimals)), unit: quote,
      "from \(FigureText.money(summary.initialEquity, decimals: min(2, moneyDecimals)))")
    html += figure(
      "Deepest drawdown", FigureText.money(-summary.maximumDrawdown, decimals: moneyDecimals), unit: quote,
      "\(FigureText.percent(summary.maximumDrawdownFraction)) of the peak")
    html += figure("Fees", FigureText.money(summary.fees, decimals: moneyDecimals), unit: quote, feeNote)
    html += figure("Trades", FigureText.count(summary.trades), summary.trades > 0 ? "flat to flat, \(rate) won" : "no round trip")
    html += figure("Fills", FigureText.count(summary.fills), summary.fills > 0 && summary.ticks > 0 ? fillNote : "")
    html += figure(
      "Open position", FigureText.quantity(summary.position, scale: quantityScale), unit: instrument.baseAsset,
      summary.position == .zero ? "flat at the end" : "marked at the last price")
    html += figure("Refused orders", FigureText.count(rejected), refusedNote)
    html += dailyFigures
    html += figure(
      "Greatest exposure", FigureText.money(figures.maximumExposure, decimals: FigureText.decimals(showing: figures.maximumExposure.doubleValue)),
      unit: quote,
      start > 0 ? "\(FigureText.percent(figures.maximumExposure.doubleValue / start)) of the start" : "")
    html += figure("Time in market", figures.timeInMarket.map(FigureText.percent) ?? FigureText.none, "with a position open")
    html += "</dl></section>\n"
    return html
  }

  private var dailyFigures: Markup {
    let daily = figures.daily
    func ratio(_ value: Double?) -> String { value.map { FigureText.number($0, decimals: 1) } ?? FigureText.none }
    let error = daily.sharpeStandardError.map { "standard error ±\(FigureText.number($0, decimals: 1)) · " } ?? ""
    let days = "\(FigureText.count(daily.fullDays)) full days, annualised"
    var html = figure("Sharpe by the day", ratio(daily.sharpe), error + (daily.sharpeNote ?? days))
    html += figure("Sortino by the day", ratio(daily.sortino), daily.sortinoNote ?? days)
    return html
  }

  private var feeNote: String { "realized PnL \(FigureText.signedMoney(summary.realizedPnL, decimals: moneyDecimals))" }

  private var refusedNote: String {
    guard let first = refusals.first else { return "none" }
    return refusals.count == 1 ? "all \(first.code)" : "\(refusals.count) codes, see below"
  }

  private var fillNote: String { "one in \(FigureText.count(summary.ticks / summary.fills)) ticks" }

  /// One figure of a `figures` list.
  func figure(_ name: String, _ value: String, unit: String = "", _ note: String = "", tone: String = "") -> Markup {
    let unitMarkup: Markup = unit.isEmpty || value == FigureText.none ? "" : "<span class=\"unit\">\(unit)</span>"
    let noteMarkup: Markup = note.isEmpty ? "" : "<small>\(note)</small>"
    return "<div><dt>\(name)</dt><dd><span class=\"\(tone)\">\(value)</span>\(unitMarkup)\(noteMarkup)</dd></div>"
  }

  /// A cell that says by itself what it is: on a narrow screen the table becomes a list.
  func cell(_ label: String, _ content: Markup, isText: Bool = false, style: String = "") -> Markup {
    "<td class=\"\(isText ? "t " : "")\(style)\" data-l=\"\(label)\">\(content)</td>"
  }

  /// The start of such a table.
  func stackingHead(texts: [String], numbers: [String], textsAfter: [String] = []) -> Markup {
    var html: Markup = "<table class=\"stack\"><thead><tr>"
    for name in texts { html += "<th class=\"t\" scope=\"col\"><span>\(name)</span></th>" }
    for name in numbers { html += "<th scope=\"col\"><span>\(name)</span></th>" }
    for name in textsAfter { html += "<th class=\"t\" scope=\"col\"><span>\(name)</span></th>" }
    html += "</tr></thead><tbody>"
    return html
  }

  /// A table that scrolls within itself, by keyboard too.
  func scroller(_ label: String, isShort: Bool = true, _ table: Markup) -> Markup {
    "<div class=\"scroll\(isShort ? " short" : "")\" tabindex=\"0\" role=\"region\" aria-label=\"\(label)\">\(table)</div>"
  }

  func tone(_ money: Money) -> String { money > .zero ? "up" : money < .zero ? "down" : "" }

  private var footer: String {
    "Written by QuantumEdge \(summary.hostVersion). All times are UTC. Exact figures are in trades.csv, roundtrips.csv, equity.csv and results.json beside this page."
  }
}
