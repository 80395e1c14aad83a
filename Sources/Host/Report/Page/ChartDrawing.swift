import Markup

/// One chart: lines in a stretched SVG, so that any width fits; labels and marks beside it, so that nothing but lines is stretched.
struct ChartDrawing {
  let time: TimeAxis
  let value: ValueAxis
  private var shapes: Markup = ""
  private var overlay: Markup = ""

  init(time: TimeAxis, value: ValueAxis) {
    self.time = time
    self.value = value
  }

  /// The area between two rows of values.
  mutating func band(_ style: String, _ points: [(time: Int64, low: Double, high: Double)]) {
    guard points.count > 1 else { return }
    var path = "M"
    for point in points { path += "\(time.x(point.time)) \(value.y(point.high)) " }
    for point in points.reversed() { path += "\(time.x(point.time)) \(value.y(point.low)) " }
    shapes += "<path class=\"\(style)\" d=\"\(path)z\"/>"
  }

  mutating func line(_ style: String, _ points: [(time: Int64, value: Double)]) {
    guard let first = points.first else { return }
    var path = "M"
    for point in points { path += "\(time.x(point.time)) \(value.y(point.value)) " }
    // A path of one point draws nothing; a point drawn to itself is a dot.
    if points.count == 1 { path += "\(time.x(first.time)) \(value.y(first.value))" }
    shapes += "<path class=\"\(style)\" d=\"\(path)\"/>"
  }

  /// A line of what holds until it changes.
  mutating func steps(_ style: String, _ points: [(time: Int64, value: Double)]) {
    guard let first = points.first else { return }
    var path = "M\(time.x(first.time)) \(value.y(first.value))"
    for point in points.dropFirst() { path += "H\(time.x(point.time))V\(value.y(point.value))" }
    // As above: a single point is a dot.
    if points.count == 1 { path += "h0" }
    shapes += "<path class=\"\(style)\" d=\"\(path)\"/>"
  }

  /// A level with a word at its right end.
  mutating func level(_ at: Double, _ word: String = "") {
    shapes += "<path class=\"level\" d=\"M0 \(value.y(at))H10000\"/>"
    if !word.isEmpty { overlay += "<span class=\"word\" style=\"top:\(percent(value.position(at)))\">\(word)</span>" }
  }

  /// The whole height over a time, cut to the chart.
  mutating func spans(_ style: String, _ spans: [(from: Int64, to: Int64)]) {
    var path = ""
    for span in spans where span.to >= time.first && span.from <= time.last {
      let left = time.x(max(span.from, time.first))
      // Never too thin to be seen.
      path += "M\(left) 0H\(max(left + 8, time.x(min(span.to, time.last))))V10000H\(left)z"
    }
    if !path.isEmpty { shapes += "<path class=\"\(style)\" d=\"\(path)\"/>" }
  }

  /// A symbol that keeps its shape, with a tooltip.
  mutating func mark(_ symbol: String, _ at: Int64, _ level: Double, _ tooltip: String) {
    marks +=
      "<use href=\"#\(symbol)\" x=\"\(percent(time.position(at)))\" y=\"\(percent(value.position(level)))\"><title>\(tooltip)</title></use>"
  }

  private var marks: Markup = ""

  /// - Parameter isTimed: whether the chart writes its times below.
  func markup(_ style: String, label: String) -> Markup {
    var grid = ""
    for tick in value.ticks { grid += "M0 \(value.y(tick))H10000" }
    var vertical = ""
    for tick in time.ticks { vertical += "M\(time.x(tick.milliseconds)) 0V10000" }
    var html: Markup = "<div class=\"plot \(style)\" role=\"img\" tabindex=\"0\" aria-label=\"\(label)\">"
    html +=
      "<svg class=\"lines\" viewBox=\"0 0 10000 10000\" preserveAspectRatio=\"none\"><path class=\"grid\" d=\"\(grid)\"/><path class=\"grid faint\" d=\"\(vertical)\"/>\(shapes)</svg>"
    if !marks.text.isEmpty { html += "<svg class=\"marks\">\(marks)</svg>" }
    for tick in value.ticks { html += "<span class=\"y\" style=\"top:\(percent(value.position(tick)))\">\(value.label(tick))</span>" }
    for (index, tick) in time.ticks.enumerated() {
      let parity = index % 2 == 0 ? "x" : "x odd"
      html += "<span class=\"\(parity)\" style=\"left:\(percent(time.position(tick.milliseconds)))\">\(tick.label)</span>"
    }
    html += overlay
    html += "<i class=\"cursor\"></i></div>"
    return html
  }

  private func percent(_ position: Double) -> String { FigureText.number(position * 100, decimals: 2).replacingMinus() + "%" }
}

extension String {
  /// Back to the ASCII sign that CSS reads.
  fileprivate func replacingMinus() -> String { hasPrefix("\u{2212}") ? "-" + dropFirst() : self }
}
