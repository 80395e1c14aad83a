import Market

extension ReportPage {
  var refusalTable: Markup {
    guard !refusals.isEmpty else { return "" }
    var html: Markup = "<section class=\"card\"><div class=\"head\"><h2>Refused orders</h2><p class=\"note\">by code, times in UTC</p></div>"
    html += "<div class=\"scroll short\" style=\"margin-top:12px\"><table><thead><tr>"
    html += "<th class=\"t\" scope=\"col\"><span>Code</span></th><th scope=\"col\"><span>Count</span></th>"
    let isTimed = refusals.contains { $0.firstMilliseconds != nil }
    if isTimed { html += "<th class=\"t\" scope=\"col\"><span>First</span></th><th class=\"t\" scope=\"col\"><span>Last</span></th>" }
    html += "</tr></thead><tbody>"
    for entry in refusals {
      html += "<tr><td class=\"t\"><code>\(entry.code)</code></td><td>\(FigureText.count(entry.count))</td>"
      if isTimed {
        for moment in [entry.firstMilliseconds, entry.lastMilliseconds] {
          html += "<td class=\"t\">\(moment.map { UTCTime($0).precise } ?? FigureText.none)</td>"
        }
      }
      html += "</tr>"
    }
    html += "</tbody></table></div></section>\n"
    return html
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
    html += "<dt>Instrument</dt><dd>\(instrument.id.description), price with \(priceScale) and quantity with \(quantityScale) decimals</dd>"
    html += "<dt>Decision hash</dt><dd><code>\(summary.decisionHash)</code></dd></dl></section>\n"
    return html
  }
}
