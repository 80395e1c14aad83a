import Market

/// The horizontal axis: UTC, with ticks at round times.
struct TimeAxis {
  struct Tick {
    var milliseconds: Int64
    var label: String
  }

  let first: Int64
  let last: Int64
  let ticks: [Tick]

  private static let second: Int64 = 1000
  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000
  private static let steps: [Int64] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute,
    10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 7 * day, 14 * day,
  ]
  private static let monthSteps = [1, 2, 3, 6, 12, 24, 60, 120]

  init(first: Int64, last: Int64, tickCount: Int = 8) {
    // A single moment gets a second of room.
    let isMoment = first >= last
    self.first = isMoment ? first - 500 : first
    self.last = isMoment ? first + 500 : last
    let rough = (self.last - self.first) / Int64(tickCount)
    if let step = Self.steps.first(where: { $0 >= rough }) {
      ticks = Self.regular(self.first, self.last, step: step)
    } else {
      ticks = Self.monthly(self.first, self.last, rough: rough)
    }
  }

  /// 0...1.
  func position(_ milliseconds: Int64) -> Double { Double(milliseconds - first) / Double(last - first) }

  /// In the drawing's units.
  func x(_ milliseconds: Int64) -> Int { Int((position(milliseconds) * ValueAxis.extent).rounded()) }

  private static func regular(_ first: Int64, _ last: Int64, step: Int64) -> [Tick] {
    var ticks: [Tick] = []
    var at = UTCTime.floorDivide(first + step - 1, step) * step
    while at <= last {
      let time = UTCTime(at)
      let label: String
      if at % day == 0 {
        label = time.dayAndMonth  // a new day names itself
      } else if step < second {
        label = time.preciseClock
      } else {
        label = step < minute ? time.clock : time.hourAndMinute
      }
      ticks.append(Tick(milliseconds: at, label: label))
      at += step
    }
    return ticks
  }

  private static func monthly(_ first: Int64, _ last: Int64, rough: Int64) -> [Tick] {
    let months = monthSteps.first { Int64($0) * 30 * day >= rough } ?? 120
    let start = UTCTime(first)
    var month = (start.month - 1) / months * months + 1
    var ticks: [Tick] = []
    while ticks.count < 64 {
      let at = UTCTime.milliseconds(year: start.year, month: month)
      if at > last { break }
      let time = UTCTime(at)
      if at >= first { ticks.append(Tick(milliseconds: at, label: months >= 12 ? "\(time.year)" : "\(time.monthName) \(time.year)")) }
      month += months
    }
    return ticks
  }
}
