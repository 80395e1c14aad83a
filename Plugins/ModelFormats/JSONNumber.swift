/// A number as the file writes it. Its values are correctly rounded, as the library that wrote the file would read them.
struct JSONNumber {
  /// Bytes of the longest that is read; XGBoost and Python write at most 25.
  static let limit = 64

  /// Not finite, and which one.
  let special: Double?
  let isNegative: Bool
  /// Has neither a fraction nor an exponent.
  let isInteger: Bool
  /// The digits without the point, nil if they do not fit.
  let digits: UInt64?
  /// The value is digits x 10^exponent.
  let exponent: Int
  // Unsafe: lent with the file's bytes, for the long way.
  let text: UnsafeRawBufferPointer

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Nil if it is no whole number or does not fit.
  var integer: Int64? {
    guard isInteger, special == nil, let digits else { return nil }
    return isNegative ? Int64(exactly: -Int128(digits)) : Int64(exactly: digits)
  }

  /// Infinite if it is too large for a double.
  var double: Double {
    if let special { return special }
    return short ?? Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }

  /// Rounded once, not by way of a double; infinite if it is too large for a float.
  var float: Float {
    if let special { return Float(special) }
    if let short {
      let size = short.magnitude
      // A double that lies between two floats, and exactly so, may have been rounded there: then it is not known to which
      // side the text lies. And subnormal floats lie wider apart than this test assumes.
      let isHalfway = short.bitPattern & 0x1FFF_FFFF == 0x1000_0000
      let isPlain = size == 0 || size >= Double(Float.leastNormalMagnitude) && size <= Double(Float.greatestFiniteMagnitude)
      if !isHalfway, isPlain { return Float(short) }
    }
    return Float(String(decoding: text, as: UTF8.self)) ?? .nan
  }

  /// The exact way for short numbers: digits and power are doubles without an error, so their one operation is rounded once.
  private var short: Double? {
    guard let digits, digits <= 1 << 53, abs(exponent) < JSONNumber.powers.count else { return nil }
    let power = JSONNumber.powers[abs(exponent)]
    let size = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -size : size
  }
}

extension JSONReader {
  mutating func number(_ what: @autoclosure () -> String) throws(MalformedFile) -> JSONNumber {
    _ = try next(what())
    let start = position
    let isNegative = step(over: 0x2D)
    if peek == 0x4E || peek == 0x49 {
      if peek == 0x4E, !isNegative { try word("NaN", what()) } else { try word("Infinity", what()) }
      let special = bytes[start] == 0x4E ? Double.nan : isNegative ? -Double.infinity : .infinity
      // Unsafe: an empty part of the bytes.
      let nothing = UnsafeRawBufferPointer(rebasing: bytes[start..<start])
      return JSONNumber(special: special, isNegative: isNegative, isInteger: false, digits: nil, exponent: 0, text: nothing)
    }
    var digits: UInt64? = 0
    let whole = position
    guard take(&digits) > 0 else { throw unexpected(what()) }
    guard bytes[whole] != 0x30 || position == whole + 1 else {
      position = whole
      throw fault("a number with a leading zero where \(what()) should be")
    }
    var exponent = 0
    var isInteger = true
    if step(over: 0x2E) {
      isInteger = false
      let count = take(&digits)
      guard count > 0 else { throw unexpected("a digit after the point of \(what())") }
      exponent = -count
    }
    if peek == 0x65 || peek == 0x45 {
      position += 1
      isInteger = false
      let isNegative = step(over: 0x2D)
      if !isNegative { _ = step(over: 0x2B) }
      var power: UInt64? = 0
      guard take(&power) > 0 else { throw unexpected("a digit of the exponent of \(what())") }
      // Past a thousand nothing changes any more, and sums of such numbers cannot overflow.
      let size = Int(min(power ?? 1000, 1000))
      exponent += isNegative ? -size : size
    }
    guard position - start <= JSONNumber.limit else {
      throw MalformedFile(at: start, "\(what()) is longer than \(JSONNumber.limit) characters")
    }
    // Unsafe: the number lies within the bytes, it has just been read.
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    return JSONNumber(special: nil, isNegative: isNegative, isInteger: isInteger, digits: digits, exponent: exponent, text: text)
  }

  /// A whole number within a range.
  mutating func integer(_ what: @autoclosure () -> String, in range: ClosedRange<Int64>) throws(MalformedFile) -> Int64 {
    _ = try next(what())
    let start = position
    let number = try number(what())
    guard let integer = number.integer, range.contains(integer) else {
      throw MalformedFile(at: start, "\(what()) is not a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A finite number in single precision.
  mutating func finiteFloat(_ what: @autoclosure () -> String) throws(MalformedFile) -> Float {
    _ = try next(what())
    let start = position
    let float = try number(what()).float
    guard float.isFinite else { throw MalformedFile(at: start, "\(what()) is \(float), not a finite number") }
    return float
  }

  mutating func finiteDouble(_ what: @autoclosure () -> String) throws(MalformedFile) -> Double {
    _ = try next(what())
    let start = position
    let double = try number(what()).double
    guard double.isFinite else { throw MalformedFile(at: start, "\(what()) is \(double), not a finite number") }
    return double
  }

  private mutating func step(over mark: UInt8) -> Bool {
    guard peek == mark else { return false }
    position += 1
    return true
  }

  /// Takes digits into `value`, which is nil once they do not fit. - Returns: how many there were.
  private mutating func take(_ value: inout UInt64?) -> Int {
    let start = position
    while let byte = peek, (0x30...0x39).contains(byte) {
      if let known = value {
        let (shifted, tooLarge) = known.multipliedReportingOverflow(by: 10)
        let (sum, overflows) = shifted.addingReportingOverflow(UInt64(byte - 0x30))
        value = tooLarge || overflows ? nil : sum
      }
      position += 1
    }
    return position - start
  }
}
