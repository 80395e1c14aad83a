import Market

extension ReportPage {
  var refusalTable: Markup {
    guard !refusals.isEmpty else { return "" }
    let strip = RefusalStrip(times: refusalTimes, first: series.firstMilliseconds, last: series.points.last?.timeMilliseconds ?? 0)
    var html: Markup = "<table><thead><tr>"
    html += "<th class=\"t\" scope=\"col\"><span>Code</span></th><th scope=\"col\"><span>Count</span></th>"
    let isTimed = refusals.contains { $0.firstMilliseconds != nil }
    if isTimed {
      html += "<th class=\"t\" scope=\"col\"><span>Over the run</span></th>"
      html += "<th class=\"t\" scope=\"col\"><span>First</span></th><th class=\"t\" scope=\"col\"><span>Last</span></th>"
    }
    html += "</tr></thead><tbody>"
    for entry in refusals {
      html += "<tr><td class=\"t\"><code>\(entry.code)</code></td><td>\(FigureText.count(entry.count))</td>"
      if isTimed {
        html += "<td class=\"t\">\(strip.markup(entry))</td>"
        for moment in [entry.firstMilliseconds, entry.lastMilliseconds] {
          html += "<td class=\"t\">\(moment.map { UTCTime($0).precise } ?? FigureText.none)</td>"
        }
      }
      html += "</tr>"
    }
    html += "</tbody></table>"
    let note = isTimed ? "by code, times in UTC · bars: refusals per \(strip.slotText), each row on a scale of its own" : "by code"
    return
      "<section class=\"card\"><div class=\"head\"><h2>Refused orders</h2><p class=\"note\">\(note)</p></div>\(scroller("Refused orders", html))</section>\n"
  }

  /// How near each limit came to stopping something, nearest first.
  var limitTable: Markup {
    guard let limits = summary.limits else { return "" }
    var html: Markup =
      "<section class=\"card\"><div class=\"head\"><h2>Limits nearest to their edge</h2><p class=\"note\">the most that was used, seen after each fill and once a minute</p></div>"
    guard !limits.isEmpty else {
      html += "<p class=\"note empty\">No limit is set that can be used up.</p></section>\n"
      return html
    }
    var table: Markup = "<table><thead><tr>"
    for (name, isText) in [("Limit", true), ("Of", true), ("Used", false), ("Value", false), ("Limit", false), ("When (UTC)", true)] {
      table += "<th class=\"\(isText ? "t" : "n")\" scope=\"col\"><span>\(name)</span></th>"
    }
    table += "</tr></thead><tbody>"
    for limit in limits {
      let part = FigureText.number(min(max(limit.fraction, 0), 1) * 100, decimals: 1)
      let tone = limit.fraction >= 1 ? " full" : limit.fraction >= 0.8 ? " near" : ""
      let unit = limit.unit.isEmpty ? "" : " \(limit.unit)"
      table += "<tr><td class=\"t\"><code>\(limit.code)</code></td><td class=\"t\">\(limit.scope)</td>"
      table +=
        "<td class=\"use\"><span class=\"meter\(tone)\"><i style=\"width:\(part)%\"></i></span>\(FigureText.number(limit.fraction * 100, decimals: 1)) %</td>"
      table += "<td>\(FigureText.trimmed(limit.value))\(unit)</td><td>\(FigureText.trimmed(limit.limit))\(unit)</td>"
      table += "<td class=\"t\">\(limit.fraction > 0 ? UTCTime(limit.timeMilliseconds).text : FigureText.none)</td></tr>"
    }
    table += "</tbody></table>"
    html += scroller("Limits nearest to their edge", table)
    html += "</section>\n"
    return html
  }

  var stopTable: Markup {
    guard !figures.stops.isEmpty else { return "" }
    var table: Markup =
      "<table><thead><tr><th class=\"t\" scope=\"col\"><span>When (UTC)</span></th><th class=\"t\" scope=\"col\"><span>What</span></th></tr></thead><tbody>"
    for stop in figures.stops {
      table += "<tr><td class=\"t\">\(UTCTime(stop.timeMilliseconds).precise)</td><td class=\"t\">\(stop.reason ?? "opening is allowed again")</td></tr>"
    }
    table += "</tbody></table>"
    let note = figures.stops.count == RunMeasures.stopCapacity ? "the first \(RunMeasures.stopCapacity)" : "upright lines in the charts"
    return "<section class=\"card\"><div class=\"head\"><h2>Stops</h2><p class=\"note\">\(note)</p></div>\(scroller("Stops", table))</section>\n"
  }

  /// Limits and simulation model: what the figures above depend on.
  var settings: Markup {
    guard !summary.settings.isEmpty else { return "" }
    var sections: [(name: String, rows: [ReportSetting])] = []
    for row in summary.settings {
      if sections.last?.name == row.section {
        sections[sections.count - 1].rows.append(row)
      } else {
        sections.append((row.section, [row]))
      }
    }
    var html: Markup = "<section class=\"card\"><h2>Limits and simulation</h2><div class=\"two\">"
    for section in sections {
      html += "<div><h3>\(section.name)</h3><dl class=\"pairs\">"
      for row in section.rows {
        let value: Markup = row.isUnlimited ? "<span class=\"unlimited\">unlimited</span>" : "\(row.value)"
        html += "<dt>\(row.name)</dt><dd>\(value)</dd>"
      }
      html += "</dl></div>"
    }
    html += "</div></section>\n"
    return html
  }

  var strategies: Markup {
    guard !summary.strategies.isEmpty else { return "" }
    var html: Markup = "<section class=\"card\"><h2>\(summary.strategies.count == 1 ? "Strategy" : "Strategies")</h2>"
    for strategy in summary.strategies {
      html += "<h3>\(strategy.id)</h3><dl class=\"pairs\"><dt>Name</dt><dd>\(strategy.name)</dd>"
      html += "<dt>SHA-256 of the library</dt><dd><code>\(strategy.digest)</code></dd>"
      if !strategy.parameters.isEmpty {
        html += "<dt>Parameters</dt><dd><code>\(strategy.parameters.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))</code></dd>"
      }
      html += "</dl>"
    }
    html += "</section>\n"
    return html
  }

  /// What one needs to run it again and get the same.
  var provenance: Markup {
    let data = summary.data
    var html: Markup = "<section class=\"card\"><h2>Data and proof</h2><dl class=\"pairs\"><dt>Ticks</dt><dd>\(data.path)</dd>"
    if let digest = data.digest { html += "<dt>SHA-256 of the file</dt><dd><code>\(digest)</code></dd>" }
    let skipped = data.badRowsSkipped > 0 ? ", \(FigureText.count(data.badRowsSkipped)) bad ones skipped" : ", none skipped"
    html += "<dt>Rows</dt><dd>\(FigureText.count(data.rows))\(skipped)</dd>"
    if let range = data.timeRangeMilliseconds {
      html += "<dt>Time range (UTC)</dt><dd>\(UTCTime(range.lowerBound).precise) to \(UTCTime(range.upperBound).precise)</dd>"
    }
    html += "<dt>Inputs</dt><dd>\(data.inputs.joined(separator: ", "))\(data.syntheticSpread.map { "; quotes made from them, \($0) wide" } ?? "")</dd>"
    html +=
      "<dt>Full UTC days</dt><dd>\(FigureText.count(figures.daily.fullDays))\(figures.daily.partialDays > 0 ? ", and \(FigureText.count(figures.daily.partialDays)) in part, left out of Sharpe and Sortino" : "")</dd>"
    html += "<dt>Instrument</dt><dd>\(instrument.id.description), price with \(priceScale) and quantity with \(quantityScale) decimals</dd>"
    html += "<dt>Decision hash</dt><dd><code>\(summary.decisionHash)</code></dd></dl></section>\n"
    return html
  }
}
