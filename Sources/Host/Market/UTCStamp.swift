/// Moments in names of files and folders: UTC, and sorted as text they are sorted by time.
public enum UTCStamp {
  /// `20261123-014500-123456789`: two in one second differ.
  public static func text(nanoseconds: Int64) -> String {
    let time = UTCTime(nanoseconds / 1_000_000)
    return "\(date(time))-\(clock(time))-\(digits(Int(nanoseconds % 1_000_000_000), 9))"
  }

  /// `20261123_014500`, as the Python system names its files.
  public static func second(nanoseconds: Int64) -> String {
    let time = UTCTime(nanoseconds / 1_000_000)
    return "\(date(time))_\(clock(time))"
  }

  /// `2026-11-23 01:45:00 UTC`, for people.
  public static func readable(milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds)
    return "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2)) "
      + "\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2)) UTC"
  }

  /// `2026-11-23T01:45:00.123+00:00`, for other programs.
  public static func iso(milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds)
    return "\(day(milliseconds: milliseconds))T\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
      + ".\(digits(Int(milliseconds % 1000), 3))+00:00"
  }

  /// `2026-11-23`
  public static func day(milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds)
    return "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
  }

  private static func date(_ time: UTCTime) -> String { digits(time.year, 4) + digits(time.month, 2) + digits(time.day, 2) }
  private static func clock(_ time: UTCTime) -> String { digits(time.hour, 2) + digits(time.minute, 2) + digits(time.second, 2) }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
