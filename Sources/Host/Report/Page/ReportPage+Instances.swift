import Market

/// What each instance brought, and how it was executed.
extension ReportPage {
  var instanceTables: Markup {
    var html: Markup =
      "<section class=\"card\"><div class=\"head\"><h2>Instances</h2><p class=\"note\">finished trades, in \(quote); what is still open is in no amount</p></div>"
    html += scroller("Result of each instance", resultTable)
    html += "<div class=\"head below\"><h2>Execution</h2><p class=\"note\">in basis points, weighted by notional; below, of how many fills</p></div>"
    if figures.total.all.fills > 0 {
      html += scroller("Execution of each instance", executionTable)
      html += executionNote
    } else {
      html += "<p class=\"note empty\">Nothing was filled.</p>"
    }
    html += "</section>\n"
    return html
  }

  /// With a sum where there is something to sum.
  private var rows: [InstanceFigures] { figures.instances.count > 1 ? figures.instances + [figures.total] : figures.instances }

  private var resultTable: Markup {
    var html = Self.head(
      ["Instance", "Symbol"],
      ["Trades", "Won", "Average held", "Median held", "Maker share", "Still open", "Gross", "Fees"] + (hasFunding ? ["Funding"] : []) + ["Net PnL"])
    for row in rows {
      html += "<tr><td class=\"t\">\(row.id)</td><td class=\"t\">\(row.symbol)</td><td>\(FigureText.count(row.trades))</td>"
      html += "<td>\(row.winRate.map { FigureText.number($0 * 100, decimals: 1) + " %" } ?? FigureText.none)</td>"
      for time in [row.averageHoldingMilliseconds, row.medianHoldingMilliseconds] {
        html += "<td>\(time.map { FigureText.duration(milliseconds: $0) } ?? FigureText.none)</td>"
      }
      html += "<td>\(row.makerShare.map { FigureText.number($0 * 100, decimals: 1) + " %" } ?? FigureText.none)</td>"
      html += "<td>\(FigureText.quantity(row.openPosition, scale: quantityScale))</td>"
      html += "<td>\(FigureText.signedMoney(row.grossPnL, decimals: moneyDecimals))</td><td>\(FigureText.money(row.fees, decimals: moneyDecimals))</td>"
      if hasFunding { html += "<td>\(FigureText.money(row.funding, decimals: moneyDecimals))</td>" }
      html += "<td class=\"\(tone(row.netPnL))\">\(FigureText.signedMoney(row.netPnL, decimals: moneyDecimals))</td></tr>"
    }
    html += "</tbody></table>"
    return html
  }

  private var executionTable: Markup {
    let horizons = ExecutionFigures.horizonsSeconds.map { "Markout \($0) s" }
    var html = Self.head(["Instance", "Fills as"], ["Fills", "Notional", "Slippage", "Against mid"] + horizons)
    for row in rows {
      let kinds = [("taker", row.taker), ("maker", row.maker)].filter { $0.1.fills > 0 }
      for (name, kind) in kinds.count > 1 ? kinds + [("both", row.all)] : kinds {
        html += "<tr><td class=\"t\">\(row.id)</td><td class=\"t\">\(name)</td><td>\(FigureText.count(kind.fills))</td>"
        html += "<td>\(FigureText.money(kind.notional, decimals: 0))</td>"
        html += bps(kind.touchSlippage, goodSign: 0)
        html += bps(kind.midSlippage, goodSign: 0)
        for markout in kind.markouts { html += bps(markout, goodSign: 1) }
        html += "</tr>"
      }
    }
    html += "</tbody></table>"
    return html
  }

  private func bps(_ figure: BpsFigure, goodSign: Double) -> Markup {
    guard let value = figure.bps else { return "<td>\(FigureText.none)</td>" }
    let tone = goodSign * value >= 0.005 ? "up" : goodSign * value <= -0.005 ? "down" : ""
    return "<td><span class=\"\(tone)\">\(FigureText.number(value, decimals: 2))</span><small>\(FigureText.count(figure.count))</small></td>"
  }

  private static func head(_ texts: [String], _ numbers: [String]) -> Markup {
    var html: Markup = "<table class=\"first\"><thead><tr>"
    for name in texts { html += "<th class=\"t\" scope=\"col\"><span>\(name)</span></th>" }
    for name in numbers { html += "<th scope=\"col\"><span>\(name)</span></th>" }
    html += "</tr></thead><tbody>"
    return html
  }

  private var executionNote: Markup {
    var html: Markup = """
      <p class="note formula"><b>Slippage</b>: the fill against the quote when the order was decided, (price − ask) / mid for a buy, \
      (bid − price) / mid for a sell; above zero is a cost. <b>Against mid</b>: side × (price − mid) / mid, half the spread included. \
      <b>Markout</b>: side × (mid after the time − price) / price; above zero the market went the fill’s way. The mid is that of the quote, \
      the last trade where there is none; a time that ends after the data is not counted.
      """
    if figures.droppedMarkouts > 0 {
      html += " \(FigureText.count(figures.droppedMarkouts)) markouts were given up: over \(FigureText.count(PendingMarkouts.capacity)) fills in 30 s."
    }
    html += "</p>"
    return html
  }
}
