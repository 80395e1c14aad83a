/// A moment in UTC, from epoch milliseconds, in the proleptic Gregorian calendar.
public struct UTCTime {
  public let year: Int
  /// 1...12.
  public let month: Int
  /// 1...31.
  public let day: Int
  public let hour: Int
  public let minute: Int
  public let second: Int
  public let millisecond: Int

  public static let millisecondsPerDay: Int64 = 86_400_000
  private static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  public init(_ epochMilliseconds: Int64) {
    let days = Self.floorDivide(epochMilliseconds, Self.millisecondsPerDay)
    let rest = Int(epochMilliseconds - days * Self.millisecondsPerDay)
    hour = rest / 3_600_000
    minute = rest / 60_000 % 60
    second = rest / 1000 % 60
    millisecond = rest % 1000
    // Howard Hinnant, "chrono-compatible low-level date algorithms": civil_from_days.
    let shifted = Int(days) + 719_468
    let era = Int(Self.floorDivide(Int64(shifted), 146_097))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Midnight at the start of a month; `month` may run past 12.
  public static func milliseconds(year: Int, month: Int) -> Int64 {
    let year = year + (month - 1) / 12
    let month = (month - 1) % 12 + 1
    let shifted = month <= 2 ? year - 1 : year
    let era = Int(floorDivide(Int64(shifted), 400))
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468) * millisecondsPerDay
  }

  public static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  public var monthName: String { Self.monthNames[month - 1] }
  /// `2024-01-31`.
  public var date: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }
  /// `31 Jan`.
  public var dayAndMonth: String { "\(day) \(monthName)" }
  /// `23:59`.
  public var hourAndMinute: String { "\(Self.two(hour)):\(Self.two(minute))" }
  /// `23:59:58`.
  public var clock: String { "\(hourAndMinute):\(Self.two(second))" }
  /// `23:59:58.007`.
  public var preciseClock: String { "\(clock).\(millisecond < 100 ? "0" : "")\(Self.two(millisecond))" }
  /// `2024-01-31 23:59:58.007`.
  public var precise: String { "\(date) \(preciseClock)" }
  /// `2024-01-31 23:59:58`.
  public var text: String { "\(date) \(clock)" }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
