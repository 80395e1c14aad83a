import Market
import Markup

extension ReportPage {
  /// Decimals that tell one trade's result from the next.
  private var tradeDecimals: Int {
    guard statistics.count > 0 else { return moneyDecimals }
    let mean = (statistics.grossProfit - statistics.grossLoss).doubleValue / Double(statistics.count)
    return FigureText.decimals(showing: mean)
  }

  /// The one UTC day of the run, which the tables then need not repeat in every row; nil = more than one.
  private var onlyDay: String? {
    guard let last = series.points.last else { return nil }
    let day = UTCTime(series.firstMilliseconds).date
    return UTCTime(last.timeMilliseconds).date == day ? day : nil
  }

  private func moment(_ milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds)
    return time.date == onlyDay ? time.preciseClock : time.precise
  }

  /// Most runs have none, and then no column of zeros.
  var hasFunding: Bool { figures.instances.contains { $0.funding != .zero } || statistics.latest.contains { $0.funding != .zero } }

  var trades: Markup {
    var html: Markup = "<section class=\"card\"><div class=\"head\"><h2>Trades</h2><p class=\"note\">\(tradesNote)</p></div>"
    guard statistics.count > 0 else {
      html += "<p class=\"note empty\">No round trip was completed.</p></section>\n"
      return html
    }
    html += tradeFigures
    html += tradeTable(statistics.latest.reversed(), isShort: false)
    if statistics.count > TradeStatistics.latestCapacity {
      html += "<div class=\"two\"><div><h3>Best of all</h3>\(tradeTable(statistics.best, isShort: true))</div>"
      html += "<div><h3>Worst of all</h3>\(tradeTable(statistics.worst, isShort: true))</div></div>"
    }
    html += "</section>\n"
    return html
  }

  private var tradesNote: String {
    let shown = min(statistics.count, TradeStatistics.latestCapacity)
    return
      "flat to flat, net of fees and funding\(onlyDay.map { " · all on \($0)" } ?? "") · \(shown < statistics.count ? "latest " : "")\(FigureText.count(shown)) of \(FigureText.count(statistics.count)) shown, all in roundtrips.csv"
  }

  private var tradeFigures: Markup {
    let count = statistics.count
    let decimals = tradeDecimals
    let net = statistics.grossProfit + statistics.grossLoss
    func mean(_ sum: Money, _ n: Int) -> String {
      n > 0 ? FigureText.signedMoney(sum.scaled(by: 1, over: Int64(n)), decimals: decimals) : FigureText.none
    }
    let factor =
      statistics.grossLoss < .zero
      ? FigureText.number(statistics.grossProfit.doubleValue / -statistics.grossLoss.doubleValue, decimals: 2) : FigureText.none
    var html: Markup = "<dl class=\"figures small\">"
    html += figure("Average trade", mean(net, count), unit: quote, tone: tone(net))
    html += figure("Average win", mean(statistics.grossProfit, statistics.wins), unit: quote)
    html += figure("Average loss", mean(statistics.grossLoss, statistics.losses), unit: quote)
    html += figure("Profit factor", factor)
    html += figure("Longest streaks", "\(FigureText.count(statistics.longestWinStreak)) won, \(FigureText.count(statistics.longestLossStreak)) lost")
    html += figure("Average holding", FigureText.duration(milliseconds: statistics.holdingMilliseconds / Int64(count)))
    html += "</dl>"
    return html
  }

  private func tradeTable(_ rows: [TradeRow], isShort: Bool) -> Markup {
    var html: Markup = "<table><thead><tr>"
    if !isShort, instances.count > 1 { html += column("Instance", isText: true) }
    html += column(isShort ? "Exit (UTC)" : "Entry (UTC)", isText: true)
    if !isShort { html += column("Exit (UTC)", isText: true) }
    html += column("Side", isText: true)
    if !isShort {
      html += column("Qty")
      html += column("Entry price")
      html += column("Exit price")
    }
    html += column("Held")
    if !isShort {
      html += column("Fees")
      if hasFunding { html += column("Funding") }
    }
    html += column("PnL")
    html += "</tr></thead><tbody>"
    for row in rows { html += tradeRow(row, isShort: isShort) }
    html += "</tbody></table>"
    return scroller(isShort ? "Trades at the ends" : "Trades", isShort: isShort, html)
  }

  private func tradeRow(_ row: TradeRow, isShort: Bool) -> Markup {
    var html: Markup = "<tr>"
    if !isShort {
      if instances.count > 1 { html += "<td class=\"t clip\" title=\"\(instances[row.instance])\">\(instances[row.instance])</td>" }
      html += "<td class=\"t\" data-v=\"\(Int(row.entryMilliseconds))\">\(moment(row.entryMilliseconds))</td>"
    }
    html += "<td class=\"t\" data-v=\"\(Int(row.exitMilliseconds))\">\(moment(row.exitMilliseconds))</td>"
    html += "<td class=\"t\">\(row.side == .buy ? "long" : "short")</td>"
    if !isShort {
      html += "<td data-v=\"\(Int(row.quantity.raw))\">\(FigureText.quantity(row.quantity, scale: quantityScale))</td>"
      html += "<td data-v=\"\(Int(row.entryPrice.raw))\">\(FigureText.price(row.entryPrice, scale: priceScale))</td>"
      html += "<td data-v=\"\(Int(row.exitPrice.raw))\">\(FigureText.price(row.exitPrice, scale: priceScale))</td>"
    }
    html += "<td data-v=\"\(Int(row.holdingMilliseconds))\">\(FigureText.duration(milliseconds: row.holdingMilliseconds))</td>"
    if !isShort {
      html += amount(row.fees, tone: "", isSigned: false)
      if hasFunding { html += amount(row.funding, tone: "", isSigned: false) }
    }
    html += amount(row.pnl, tone: tone(row.pnl), isSigned: true)
    html += "</tr>"
    return html
  }

  private func amount(_ money: Money, tone: String, isSigned: Bool) -> Markup {
    let text = isSigned ? FigureText.signedMoney(money, decimals: tradeDecimals) : FigureText.money(money, decimals: tradeDecimals)
    return "<td class=\"\(tone)\" data-v=\"\(DecimalText.format(money, decimals: Money.scale))\">\(text)</td>"
  }

  private func column(_ name: String, isText: Bool = false) -> Markup {
    "<th class=\"\(isText ? "t" : "n")\" scope=\"col\"><button type=\"button\">\(name)</button></th>"
  }
}
