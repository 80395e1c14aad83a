import Market
import Markup

extension ReportPage {
  var refusalTable: Markup {
    guard !refusals.isEmpty else { return "" }
    let strip = RefusalStrip(times: refusalTimes, first: series.firstMilliseconds, last: series.points.last?.timeMilliseconds ?? 0)
    let isTimed = refusals.contains { $0.firstMilliseconds != nil }
    var html = stackingHead(texts: ["Code"], numbers: ["Count"], textsAfter: isTimed ? ["Over the run", "First", "Last"] : [])
    for entry in refusals {
      html += "<tr>\(cell("Code", "<code>\(entry.code)</code>", isText: true, style: "name"))\(cell("Count", "\(FigureText.count(entry.count))"))"
      if isTimed {
        html += cell("Over the run", strip.markup(entry), isText: true, style: "wide")
        html += cell("First", "\(entry.firstMilliseconds.map { UTCTime($0).precise } ?? FigureText.none)", isText: true, style: "long")
        html += cell("Last", "\(entry.lastMilliseconds.map { UTCTime($0).precise } ?? FigureText.none)", isText: true, style: "long")
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
    var table = stackingHead(texts: ["Limit", "Of"], numbers: ["Used", "Most", "Allowed"], textsAfter: ["When (UTC)"])
    for limit in limits {
      let part = FigureText.number(min(max(limit.fraction, 0), 1) * 100, decimals: 1)
      let level = limit.fraction >= 1 ? " full" : limit.fraction >= 0.8 ? " near" : ""
      let unit = limit.unit.isEmpty ? "" : " \(limit.unit)"
      let meter: Markup = "<span class=\"meter\(level)\"><i style=\"width:\(part)%\"></i></span>"
      table +=
        "<tr>\(cell("Limit", "<code>\(limit.code)</code>", isText: true, style: "name"))\(cell("Of", "\(limit.scope)", isText: true, style: "breaks"))"
      table += cell("Used", "<span>\(meter)\(FigureText.number(limit.fraction * 100, decimals: 1)) %</span>")
      table += cell("Most", "\(FigureText.trimmed(limit.value))\(unit)")
      table += cell("Allowed", "\(FigureText.trimmed(limit.limit))\(unit)")
      table += cell("When (UTC)", "\(limit.fraction > 0 ? UTCTime(limit.timeMilliseconds).text : FigureText.none)", isText: true, style: "long")
      table += "</tr>"
    }
    table += "</tbody></table>"
    html += scroller("Limits nearest to their edge", table)
    html += "</section>\n"
    return html
  }

  private static let shownStops = 64

  var stopTable: Markup {
    guard !figures.stops.isEmpty else { return "" }
    var table: Markup =
      "<table><thead><tr><th class=\"t\" scope=\"col\"><span>When (UTC)</span></th><th class=\"t\" scope=\"col\"><span>What</span></th></tr></thead><tbody>"
    for stop in figures.stops.prefix(Self.shownStops) {
      table +=
        "<tr><td class=\"t\">\(UTCTime(stop.timeMilliseconds).precise)</td><td class=\"t wrap\">\(stop.reason ?? "opening is allowed again")</td></tr>"
    }
    table += "</tbody></table>"
    let shown = min(Self.shownStops, figures.stops.count)
    let note =
      shown < figures.stops.count
      ? "the first \(shown) of \(FigureText.count(figures.stops.count))\(figures.stops.count == RunMeasures.stopCapacity ? " and more" : "")"
      : "shaded in the charts"
    return
      "<section class=\"card\"><div class=\"head\"><h2>Stops</h2><p class=\"note\">\(note)</p></div>\(scroller("Stops", isShort: figures.stops.count <= 10, table))</section>\n"
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
    html +=
      "<dt>Inputs</dt><dd>\(data.inputs.joined(separator: ", "))\(data.syntheticSpread.map { "; quotes made from them, \($0) wide" } ?? "")</dd>"
    html +=
      "<dt>Full UTC days</dt><dd>\(FigureText.count(figures.daily.fullDays))\(figures.daily.partialDays > 0 ? ", and \(FigureText.count(figures.daily.partialDays)) in part, left out of Sharpe and Sortino" : "")</dd>"
    html += "<dt>Instrument</dt><dd>\(instrument.id.description), price with \(priceScale) and quantity with \(quantityScale) decimals</dd>"
    html += "<dt>Decision hash</dt><dd><code>\(summary.decisionHash)</code></dd></dl></section>\n"
    return html
  }
}
