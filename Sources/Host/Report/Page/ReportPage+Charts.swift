import Market
import Markup

extension ReportPage {
  var charts: Markup {
    let points = series.points
    guard let last = points.last else {
      return "<section class=\"card\"><h2>Equity</h2><p class=\"note empty\">No ticks, so there is nothing to draw.</p></section>\n"
    }
    let time = TimeAxis(first: series.firstMilliseconds, last: last.timeMilliseconds)
    let equity = equityChart(points, time)
    let drawdown = drawdownChart(points, time)
    let exposure = exposureChart(points, time)
    let price = priceChart(points, time)
    // One width of labels for all, so that a moment stands at one place in all of them.
    let labels = [equity, drawdown, exposure, price].flatMap { chart in chart.value.ticks.map { chart.value.label($0).count } }
    let width = labels.max() ?? 0
    var html: Markup = "<section class=\"card\" style=\"--y:\(width)\">"
    html += "<div class=\"head\"><h2>Equity</h2><p class=\"note\">\(quote), time in UTC from \(UTCTime(time.first).text) · \(intervals)</p></div>"
    if !figures.stops.isEmpty { html += "<p class=\"legend\"><span><i class=\"swatch\"></i>opening was stopped</span></p>" }
    html += equity.markup("equity", label: "Equity over time in \(quote)")
    html += "<div class=\"head\"><h2>Drawdown</h2><p class=\"note\">\(quote) below the highest equity so far\(trough)</p></div>"
    html += drawdown.markup("drawdown", label: "Drawdown over time in \(quote)")
    html += "<div class=\"head\"><h2>Exposure</h2><p class=\"note\">\(exposureNote)</p></div>"
    html += exposure.markup("exposure", label: "Exposure over time in \(quote)")
    html += "</section>\n<section class=\"card\" style=\"--y:\(width)\">"
    html += "<div class=\"head\"><h2>Price and fills</h2><p class=\"note\">\(quote) per \(instrument.baseAsset) · \(shownMarks)</p></div>"
    html += Self.symbols
    html += price.markup("price", label: "Price over time in \(quote) with fills")
    html += Self.legend
    html += "</section>\n"
    return html
  }

  private var intervals: String {
    series.points.count == series.count
      ? "every mark is drawn"
      : "band: least to greatest in each of \(FigureText.count(series.points.count)) intervals"
  }

  private var trough: String {
    series.maximumDrawdown > .zero ? " · deepest at \(UTCTime(series.troughMilliseconds).text)" : ""
  }

  private var shownMarks: String {
    "\(FigureText.count(marks.marks.count)) of \(FigureText.count(marks.count)) fills shown"
  }

  private func equityChart(_ points: [EquitySeries.Point], _ time: TimeAxis) -> ChartDrawing {
    let start = summary.initialEquity.doubleValue
    let low = points.reduce(start) { min($0, $1.equityMinimum.doubleValue) }
    let high = points.reduce(start) { max($0, $1.equityMaximum.doubleValue) }
    var chart = ChartDrawing(time: time, value: ValueAxis(from: low, to: high, tickCount: 5))
    chart.spans("stopped", stoppedSpans)
    chart.level(start, "start")
    chart.band(
      "equityband", points.map { ($0.timeMilliseconds, $0.equityMinimum.doubleValue, $0.equityMaximum.doubleValue) })
    chart.line("equityline", points.map { ($0.timeMilliseconds, $0.equity.doubleValue) })
    return chart
  }

  /// From each stop to the moment when opening was allowed again, or to the end.
  private var stoppedSpans: [(from: Int64, to: Int64)] {
    var spans: [(from: Int64, to: Int64)] = []
    var since: Int64?
    for stop in figures.stops {
      if stop.reason != nil {
        since = since ?? stop.timeMilliseconds
      } else if let from = since.take() {
        spans.append((from, stop.timeMilliseconds))
      }
    }
    if let since, let last = series.points.last { spans.append((since, last.timeMilliseconds)) }
    return spans
  }

  private func drawdownChart(_ points: [EquitySeries.Point], _ time: TimeAxis) -> ChartDrawing {
    var chart = ChartDrawing(
      time: time, value: ValueAxis(from: -series.maximumDrawdown.doubleValue, to: 0, tickCount: 3, isFromTop: true))
    chart.band("fall", points.map { ($0.timeMilliseconds, -$0.drawdown.doubleValue, 0) })
    chart.line("fallline", points.map { ($0.timeMilliseconds, -$0.drawdown.doubleValue) })
    return chart
  }

  private var exposureNote: String {
    figures.maximumExposure == .zero
      ? "no position was held"
      : "net position in \(quote), long above zero, at most \(FigureText.money(figures.maximumExposure, decimals: FigureText.decimals(showing: figures.maximumExposure.doubleValue)))"
  }

  /// Positions at the price of their interval's last mark.
  private func exposureChart(_ points: [EquitySeries.Point], _ time: TimeAxis) -> ChartDrawing {
    let values = points.map { point in
      let price = instrument.spec.value(of: point.price)
      func exposure(_ position: Int64) -> Double { instrument.spec.value(of: Quantity(raw: position)) * price }
      return (
        time: point.timeMilliseconds, low: exposure(point.positionMinimum), high: exposure(point.positionMaximum), last: exposure(point.position)
      )
    }
    let low = values.reduce(0) { min($0, $1.low) }
    let high = values.reduce(0) { max($0, $1.high) }
    // Where nothing was ever held, a scale of one unit.
    var chart = ChartDrawing(time: time, value: ValueAxis(from: low, to: low == high ? 1 : high, tickCount: 4))
    chart.spans("stopped", stoppedSpans)
    chart.level(0)
    // Where every mark is drawn, the steps say all.
    if points.count < series.count { chart.band("exposureband", values.map { ($0.time, $0.low, $0.high) }) }
    chart.steps("exposureline", values.map { ($0.time, $0.last) })
    return chart
  }

  /// Of the crosshair: in quote, signed.
  private func exposure(_ point: EquitySeries.Point) -> String {
    DecimalText.format(instrument.spec.notional(point.price, Quantity(raw: point.position)), decimals: 2)
  }

  private func priceChart(_ points: [EquitySeries.Point], _ time: TimeAxis) -> ChartDrawing {
    let spec = instrument.spec
    let prices = points.map {
      (time: $0.timeMilliseconds, low: spec.value(of: $0.priceMinimum), high: spec.value(of: $0.priceMaximum), last: spec.value(of: $0.price))
    }
    // A fill may stand outside the marks: at an ask above the last trade.
    let fills = marks.marks.map { spec.value(of: $0.price) }
    let low = min(prices.map(\.low).min() ?? 0, fills.min() ?? .infinity)
    let high = max(prices.map(\.high).max() ?? 0, fills.max() ?? -.infinity)
    var chart = ChartDrawing(time: time, value: ValueAxis(from: low, to: high, tickCount: 6))
    chart.band("priceband", prices.map { ($0.time, $0.low, $0.high) })
    chart.line("priceline", prices.map { ($0.time, $0.last) })
    for (mark, price) in zip(marks.marks, fills) {
      let symbol = (mark.side == .buy ? "b" : "s") + (mark.isEntry ? "i" : "o")
      let quantity = FigureText.quantity(mark.quantity, scale: quantityScale)
      let text =
        "\(mark.side.name) \(quantity) at \(FigureText.price(mark.price, scale: priceScale)), \(mark.isEntry ? "entry" : "exit"), \(UTCTime(mark.timeMilliseconds).precise) UTC"
      chart.mark(symbol, mark.timeMilliseconds, price, text)
    }
    return chart
  }

  /// Buys point up from below the price, sells down from above it.
  private static let symbols: Markup = """
    <svg class="symbols" aria-hidden="true"><defs><path id="bi" class="buy in" d="M0 2l3.5 6h-7z"/><path id="bo" class="buy out" d="M0 2l3.5 6h-7z"/>\
    <path id="si" class="sell in" d="M0 -2l3.5 -6h-7z"/><path id="so" class="sell out" d="M0 -2l3.5 -6h-7z"/></defs></svg>
    """

  private static let legend: Markup = """
    <p class="legend"><span><svg><path class="buy in" d="M5 1l4 7h-8z"/></svg>buy, entry</span>\
    <span><svg><path class="sell out" d="M5 8l4 -7h-8z"/></svg>sell, exit</span>\
    <span><svg><path class="sell in" d="M5 8l4 -7h-8z"/></svg>sell, entry</span>\
    <span><svg><path class="buy out" d="M5 1l4 7h-8z"/></svg>buy, exit</span></p>
    """

  /// The numbers under the crosshair.
  var seriesData: Markup {
    let points = series.points
    let first = series.firstMilliseconds
    let time = TimeAxis(first: first, last: points.last?.timeMilliseconds ?? first)
    func list(_ value: (EquitySeries.Point) -> String) -> Markup { .verbatim(points.map(value).joined(separator: ",")) }
    let offsets = list { String($0.timeMilliseconds - time.first) }
    let equity = list { DecimalText.format($0.equity, decimals: moneyDecimals) }
    let drawdown = list { DecimalText.format($0.drawdown, decimals: moneyDecimals) }
    let exposure = list(exposure)
    let price = list { DecimalText.format($0.price.raw, scale: priceScale) }
    let head: Markup =
      "\"start\":\(Int(time.first)),\"span\":\(Int(time.last - time.first)),\"money\":\(moneyDecimals),\"price\":\(priceScale),\"quote\":\(.verbatim(quoteLiteral))"
    return
      "<script type=\"application/json\" id=\"series\">{\(head),\"t\":[\(offsets)],\"e\":[\(equity)],\"d\":[\(drawdown)],\"x\":[\(exposure)],\"p\":[\(price)]}</script>\n"
  }

  /// Only letters and digits can stand in a script as they are in HTML and XML alike.
  private var quoteLiteral: String {
    "\"" + String(quote.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil }.map(Character.init)) + "\""
  }
}
