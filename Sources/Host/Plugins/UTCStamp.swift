/// `20261123-014500-123456789`: sorts by time, and two publishers in one second differ.
public enum UTCStamp {
  public static func text(nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let (days, rest) = (seconds / 86_400, seconds % 86_400)
    // Civil date from days since 1970-01-01 (Howard Hinnant, chrono-compatible low-level date algorithms).
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let pad = { (value: Int64, width: Int) in String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)" }
    return pad(year, 4) + pad(month, 2) + pad(day, 2) + "-" + pad(rest / 3600, 2) + pad(rest / 60 % 60, 2) + pad(rest % 60, 2) + "-"
      + pad(nanoseconds % 1_000_000_000, 9)
  }
}
