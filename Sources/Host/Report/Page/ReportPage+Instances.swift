import Market
import Markup

/// What each instance brought, and how it was executed.
extension ReportPage {
  var instanceTables: Markup {
    var html: Markup =
      "<section class=\"card\"><div class=\"head\"><h2>Instances</h2><p class=\"note\">finished trades, in \(quote); what is still open is in no PnL · exposure: the greatest</p></div>"
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
    var html = stackingHead(
      texts: ["Instance", "Symbol"],
      numbers: ["Trades", "Won", "Held", "Maker share", "Refused", "Exposure", "Still open", "Gross", "Fees"]
        + (hasFunding ? ["Funding"] : [])
        + ["Net PnL"])
    for row in rows {
      html += "<tr>\(cell("Instance", "\(row.id)", isText: true, style: "name"))\(cell("Symbol", "\(row.symbol)", isText: true))"
      html += cell("Trades", "\(FigureText.count(row.trades))")
      html += cell("Won", "\(share(row.winRate))")
      html += cell("Held", holding(row))
      html += cell("Maker share", "\(share(row.makerShare))")
      html += cell("Refused", "\(FigureText.count(row.refusals))")
      html += cell("Exposure", "\(FigureText.money(row.maximumExposure, decimals: 0))")
      html += cell("Still open", "\(FigureText.quantity(row.openPosition, scale: quantityScale))")
      html += cell("Gross", "\(FigureText.signedMoney(row.grossPnL, decimals: moneyDecimals))")
      html += cell("Fees", "\(FigureText.money(row.fees, decimals: moneyDecimals))")
      if hasFunding { html += cell("Funding", "\(FigureText.money(row.funding, decimals: moneyDecimals))") }
      html += cell("Net PnL", "\(FigureText.signedMoney(row.netPnL, decimals: moneyDecimals))", style: tone(row.netPnL))
      html += "</tr>"
    }
    html += "</tbody></table>"
    return html
  }

  private func share(_ value: Double?) -> String { value.map { FigureText.number($0 * 100, decimals: 1) + " %" } ?? FigureText.none }

  /// The median below the mean: few long trades move only the one.
  private func holding(_ row: InstanceFigures) -> Markup {
    guard let average = row.averageHoldingMilliseconds, let median = row.medianHoldingMilliseconds else { return "\(FigureText.none)" }
    return
      "<span>\(FigureText.duration(milliseconds: average))<small>median \(FigureText.duration(milliseconds: median))</small></span>"
  }

  private var executionTable: Markup {
    let horizons = ExecutionFigures.horizonsSeconds.map { "Markout \($0) s" }
    var html = stackingHead(texts: ["Instance", "Fills as"], numbers: ["Fills", "Notional", "Slippage", "Against mid"] + horizons)
    for row in rows {
      let kinds = [("taker", row.taker), ("maker", row.maker)].filter { $0.1.fills > 0 }
      for (name, kind) in kinds.count > 1 ? kinds + [("both", row.all)] : kinds {
        html += "<tr>\(cell("Instance", "\(row.id)", isText: true, style: "name"))\(cell("Fills as", "\(name)", isText: true))"
        html += cell("Fills", "\(FigureText.count(kind.fills))")
        html += cell("Notional", "\(FigureText.money(kind.notional, decimals: 0))")
        html += cell("Slippage", bps(kind.touchSlippage, isTinted: false))
        html += cell("Against mid", bps(kind.midSlippage, isTinted: false))
        for (horizon, markout) in zip(horizons, kind.markouts) { html += cell(horizon, bps(markout, isTinted: true)) }
        html += "</tr>"
      }
    }
    html += "</tbody></table>"
    return html
  }

  private func bps(_ figure: BpsFigure, isTinted: Bool) -> Markup {
    guard let value = figure.bps else { return "\(FigureText.none)" }
    let text = FigureText.number(value, decimals: 2)
    // What is shown as zero has no colour.
    let tone = !isTinted || value.magnitude < 0.005 ? "" : value > 0 ? "up" : "down"
    return "<span><span class=\"\(tone)\">\(text)</span><small>\(FigureText.count(figure.count))</small></span>"
  }

  private var executionNote: Markup {
    var html: Markup = """
      <p class="note formula"><b>Slippage</b>: the fill against the quote when the order was decided, (price − ask) / mid for a buy, \
      (bid − price) / mid for a sell; above zero is a cost. <b>Against mid</b>: side × (price − mid) / mid, half the spread included. \
      <b>Markout</b>: side × (mid after the time − price) / price; above zero the market went the fill’s way. The mid is that of the quote, \
      the last trade where there is none; a time that ends after the data is not counted.
      """
    if figures.droppedMarkouts > 0 {
      html +=
        " \(FigureText.count(figures.droppedMarkouts)) markouts were given up: over \(FigureText.count(PendingMarkouts.capacity)) fills in 30 s."
    }
    html += "</p>"
    return html
  }
}
