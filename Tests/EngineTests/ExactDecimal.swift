/// A decimal with 18 decimals and as many digits as it takes: the arithmetic of an accountant, and none of the product's.
///
/// Foundation's `Decimal` has 38 digits, and a cost times a quantity has more.
struct ExactDecimal: Equatable, CustomStringConvertible {
  private static let base = 1_000_000_000
  private var isNegative = false
  /// Digits of base 10^9, the lowest first, no leading zeros; of the number x 10^18.
  private var digits: [Int] = []

  static let zero = ExactDecimal()

  private init() {}

  /// A count of 10^-18.
  init(units value: Int128) {
    isNegative = value < 0
    var rest = value.magnitude
    while rest > 0 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: UInt128(Self.base))
      digits.append(Int(remainder))
      rest = quotient
    }
  }

  private init(_ digits: [Int], isNegative: Bool) {
    self.digits = digits
    while self.digits.last == 0 { self.digits.removeLast() }
    self.isNegative = isNegative && !self.digits.isEmpty
  }

  static prefix func - (a: ExactDecimal) -> ExactDecimal { ExactDecimal(a.digits, isNegative: !a.isNegative) }
  static func - (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal { a + -b }
  static func += (a: inout ExactDecimal, b: ExactDecimal) { a = a + b }
  static func -= (a: inout ExactDecimal, b: ExactDecimal) { a = a + -b }

  static func + (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
    if a.digits.isEmpty { return b }
    if b.digits.isEmpty { return a }
    if a.isNegative == b.isNegative { return ExactDecimal(sum(a.digits, b.digits), isNegative: a.isNegative) }
    if isLess(a.digits, b.digits) { return ExactDecimal(difference(b.digits, a.digits), isNegative: b.isNegative) }
    return ExactDecimal(difference(a.digits, b.digits), isNegative: a.isNegative)
  }

  /// A whole number of times.
  static func * (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
    if a.digits.isEmpty || b.digits.isEmpty { return .zero }
    var result = [Int](repeating: 0, count: a.digits.count + b.digits.count)
    for (i, x) in a.digits.enumerated() {
      var carry = 0
      for (j, y) in b.digits.enumerated() {
        let value = result[i + j] + x * y + carry
        result[i + j] = value % base
        carry = value / base
      }
      result[i + b.digits.count] += carry
    }
    return ExactDecimal(result, isNegative: a.isNegative != b.isNegative)
  }

  /// Cut off, towards zero.
  static func / (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
    precondition(!b.digits.isEmpty, "division by nothing")
    var rest: [Int] = []
    var result = [Int](repeating: 0, count: a.digits.count)
    for index in a.digits.indices.reversed() {
      rest.insert(a.digits[index], at: 0)
      while rest.last == 0 { rest.removeLast() }
      var low = 0
      var high = base - 1
      while low < high {
        let middle = (low + high + 1) / 2
        if isLess(rest, product(b.digits, middle)) { high = middle - 1 } else { low = middle }
      }
      result[index] = low
      rest = difference(rest, product(b.digits, low))
      while rest.last == 0 { rest.removeLast() }
    }
    return ExactDecimal(result, isNegative: a.isNegative != b.isNegative)
  }

  private static func product(_ a: [Int], _ factor: Int) -> [Int] {
    var result: [Int] = []
    var carry = 0
    for x in a {
      let value = x * factor + carry
      result.append(value % base)
      carry = value / base
    }
    if carry > 0 { result.append(carry) }
    while result.last == 0 { result.removeLast() }
    return result
  }

  private static func sum(_ a: [Int], _ b: [Int]) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(max(a.count, b.count) + 1)
    var carry = 0
    for index in 0..<max(a.count, b.count) {
      let value = (index < a.count ? a[index] : 0) + (index < b.count ? b[index] : 0) + carry
      result.append(value % base)
      carry = value / base
    }
    if carry > 0 { result.append(carry) }
    return result
  }

  /// - Precondition: `a` is not less than `b`.
  private static func difference(_ a: [Int], _ b: [Int]) -> [Int] {
    var result = a
    var borrow = 0
    for index in 0..<a.count {
      var value = a[index] - borrow - (index < b.count ? b[index] : 0)
      borrow = value < 0 ? 1 : 0
      if value < 0 { value += base }
      result[index] = value
    }
    return result
  }

  private static func isLess(_ a: [Int], _ b: [Int]) -> Bool {
    if a.count != b.count { return a.count < b.count }
    for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
    return false
  }

  var description: String {
    guard let top = digits.last else { return "0" }
    let rest = digits.dropLast().reversed().map { String(String(Self.base + $0).dropFirst()) }.joined()
    return "\(isNegative ? "-" : "")\(top)\(rest)e-18"
  }
}
