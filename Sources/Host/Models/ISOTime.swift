import Market

/// Moments as Python's `isoformat` writes them in UTC.
enum ISOTime {
  /// `2026-11-30T23:59:58+00:00`.
  static func text(seconds: Int64) -> String {
    let time = UTCTime(seconds * 1000)
    return "\(time.date)T\(time.clock)+00:00"
  }

  /// Epoch seconds, fractions cut; nil for what is no moment in UTC.
  static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T") || bytes[10] == 0x20,
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let rest = String(decoding: bytes[19...].drop { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }, as: UTF8.self)
    guard ["", "Z", "+00:00"].contains(rest) else { return nil }
    return UTCTime.milliseconds(year: year, month: month) / 1000 + Int64((day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
