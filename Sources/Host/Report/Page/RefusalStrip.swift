import Markup

/// When a code refused, as a row of bars over the time of the run.
struct RefusalStrip {
  private let times: RefusalTimes
  private let first: Int64
  private let last: Int64

  private static let width = 1000.0
  private static let height = 100.0

  init(times: RefusalTimes, first: Int64, last: Int64) {
    self.times = times
    // Refusals before the first mark widen the time.
    self.first = min(first, times.startMilliseconds)
    self.last = max(last, self.first + 1)
  }

  /// How long one bar is.
  var slotText: String { FigureText.duration(milliseconds: times.slotMilliseconds) }

  func markup(_ entry: RefusalCounts.Entry) -> Markup {
    let most = entry.overTime.max() ?? 0
    guard most > 0 else { return "\(FigureText.none)" }
    var path = ""
    let span = Double(last - first)
    for (slot, count) in entry.overTime.enumerated() where count > 0 {
      let start = Double(times.startMilliseconds - first + Int64(slot) * times.slotMilliseconds) / span * Self.width
      let end = min(Self.width, start + Double(times.slotMilliseconds) / span * Self.width)
      // Wide enough to be seen, however long the run.
      let left = min(start, Self.width - 4)
      // And high enough beside a far busier one.
      let high = max(10, Double(count) / Double(most) * Self.height)
      path += "M\(Int(left)) \(Int(Self.height))V\(Int(Self.height - high))H\(Int(max(end, left + 4)))V\(Int(Self.height))z"
    }
    let label = "\(FigureText.count(entry.count)) refusals, at most \(FigureText.count(most)) in \(slotText)"
    return
      "<svg class=\"strip\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"\(label)\"><title>\(label)</title><path d=\"\(path)\"/></svg>"
  }
}
