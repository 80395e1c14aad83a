/// Decimal digits into a buffer, for rows that are written by the million.
public enum DecimalBytes {
  /// The longest that one number takes.
  public static let maximumLength = 21

  /// `raw / 10^scale` in plain digits, trailing zeros and an empty fraction left out.
  ///
  /// - Parameter buffer: room for `maximumLength` bytes.
  /// - Returns: how many bytes were written.
  public static func write(_ raw: Int64, scale: Int, to buffer: UnsafeMutablePointer<UInt8>) -> Int {
    // Unsafe: at most 19 digits, a point and a sign are written, for which the caller has room.
    var filled = 0
    if raw < 0 {
      buffer[0] = 0x2D
      filled = 1
    }
    var magnitude = raw.magnitude
    var decimals = scale
    while decimals > 0, magnitude % 10 == 0 {
      magnitude /= 10
      decimals -= 1
    }
    // Digits come out backwards: written behind each other, then turned round.
    let start = filled
    var written = 0
    repeat {
      if written == decimals, decimals > 0 {
        buffer[filled] = 0x2E
        filled += 1
      }
      buffer[filled] = 0x30 + UInt8(magnitude % 10)
      filled += 1
      magnitude /= 10
      written += 1
    } while magnitude > 0 || written <= decimals
    var (left, right) = (start, filled - 1)
    while left < right {
      (buffer[left], buffer[right]) = (buffer[right], buffer[left])
      left += 1
      right -= 1
    }
    return filled
  }
}
