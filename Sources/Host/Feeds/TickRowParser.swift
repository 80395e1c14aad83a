import Market

/// Rows of plain decimals to ticks: the hot loop of a backtest.
///
/// It accepts a subset of what `diagnose` accepts, with the same values, and leaves everything else to it.
final class TickRowParser {
  /// What `Instrument` allows.
  static let maximumScale = 9
  /// 1973 to 2255: between them a number counts milliseconds, not seconds or microseconds, and as ns it fits 64 bits.
  static let millisecondRange: ClosedRange<Int64> = 100_000_000_000...9_000_000_000_000

  var priceScale: Int
  var quantityScale: Int
  var maximumPrice: Int64
  var maximumQuantity: Int64
  /// Whether a decreasing time is a bad row.
  let keepsOrder: Bool
  /// Scales grow with the data instead of refusing it.
  let isAdaptive: Bool
  var lastMilliseconds: Int64 = 0

  let columns: TickColumns
  /// Buy, sell.
  private let sides: UnsafeMutablePointer<Side>
  /// 10^0...10^18.
  private let powers: UnsafeMutablePointer<UInt64>
  /// One per column, reused by the slow path.
  let fields: UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>

  init(columns: TickColumns, limits: TickLimits?, keepsOrder: Bool) {
    self.columns = columns
    self.keepsOrder = keepsOrder
    isAdaptive = limits == nil
    priceScale = limits?.priceScale ?? 0
    quantityScale = limits?.quantityScale ?? 0
    maximumPrice = limits?.maximumPrice ?? TickLimits.unbounded
    maximumQuantity = limits?.maximumQuantity ?? TickLimits.unbounded
    sides = .allocate(capacity: 2)
    sides.initialize(to: .buy)
    (sides + 1).initialize(to: .sell)
    powers = .allocate(capacity: 19)
    for exponent in 0...18 { (powers + exponent).initialize(to: UInt64(PowerOfTen[exponent])) }
    fields = .allocate(capacity: columns.count)
    fields.initialize(repeating: UnsafeBufferPointer(start: nil, count: 0), count: columns.count)
  }

  deinit {
    sides.deallocate()
    powers.deallocate()
    fields.deallocate()
  }

  /// Parses rows from `cursor` until `capacity` rows, `end`, or a row that is not plain; the cursor stays at that row.
  func parse(_ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, into ticks: UnsafeMutablePointer<Tick>, capacity: Int) -> Int {
    let roles = UnsafePointer(columns.roles)
    let lastColumn = columns.count - 1
    let (powers, priceScale, quantityScale) = (UnsafePointer(powers), priceScale, quantityScale)
    let (maximumPrice, maximumQuantity) = (UInt64(maximumPrice), UInt64(maximumQuantity))
    let sides = UnsafePointer(sides)
    let keepsOrder = keepsOrder
    var last = lastMilliseconds
    var head = TimeHead()
    var row = cursor
    var count = 0
    rows: while count < capacity, row < end {
      var next = row
      var column = 0
      var milliseconds: Int64 = 0
      // Wraps to the largest integer below if a field is not plain, which is over every maximum.
      var price: UInt64 = 0
      var quantity: UInt64 = 0
      var side = Side.buy
      while true {
        switch roles[column] {
        case .timestamp: milliseconds = TickRowParser.milliseconds(&next, &head, powers)
        case .price: price = TickRowParser.decimal(&next, scale: priceScale, powers)
        case .quantity: quantity = TickRowParser.decimal(&next, scale: quantityScale, powers)
        case .side:
          guard let value = TickRowParser.side(&next, sides) else { break rows }
          side = value
        case .ignored: TickRowParser.skipField(&next)
        }
        if column == lastColumn { break }
        guard next[0] == 0x2C else { break rows }
        next += 1
        column += 1
      }
      if next[0] == 0x0D { next += 1 }
      guard next[0] == 0x0A else { break }
      next += 1
      // 0 - 1 wraps: one comparison for 1...maximum.
      guard price &- 1 < maximumPrice, quantity &- 1 < maximumQuantity, milliseconds >= TickRowParser.millisecondRange.lowerBound,
        milliseconds <= TickRowParser.millisecondRange.upperBound, !keepsOrder || milliseconds >= last,
        next - row <= LineSource.tickRowBytes
      else { break }
      ticks[count] = Tick(
        exchangeMilliseconds: milliseconds,
        trade: Trade(price: Price(raw: Int64(bitPattern: price)), quantity: Quantity(raw: Int64(bitPattern: quantity)), takerSide: side))
      last = milliseconds
      count += 1
      row = next
    }
    cursor = row
    lastMilliseconds = last
    return count
  }

  /// The first eight digits of a time change every 100 seconds: their value is kept from row to row.
  private struct TimeHead {
    var word: UInt64 = 0
    /// Times 10^5.
    var value: UInt64 = 0
    /// No time yet.
    var isKnown: Bool { value != 0 }
  }

  /// 12 to 15 digits; 0 for anything else.
  @inline(__always)
  private static func milliseconds(
    _ next: inout UnsafePointer<UInt8>, _ head: inout TimeHead, _ powers: UnsafePointer<UInt64>
  ) -> Int64 {
    let word = DigitRun.load(next)
    if word == head.word, head.isKnown, next[13] == 0x2C {
      let low = DigitRun.load(next + 8)
      // Five digits; the comma and what follows are shifted out.
      guard DigitRun.nonDigits(low) & 0x80_8080_8080 == 0 else { return 0 }
      next += 13
      return Int64(bitPattern: head.value &+ DigitRun.join(low &<< 24))
    }
    guard DigitRun.nonDigits(word) == 0 else { return 0 }
    let high = DigitRun.join(word)
    let low = DigitRun(at: next + 8)
    head = TimeHead(word: word, value: high &* 100_000)
    next += 8 + low.count
    // Eight more digits could be followed by a ninth; such a number is out of range anyway.
    return low.count == 8 ? 0 : Int64(bitPattern: high &* powers[low.count] &+ low.value)
  }

  /// `digits[.digits]` times 10^scale; the largest integer for anything else.
  @inline(__always)
  private static func decimal(_ next: inout UnsafePointer<UInt8>, scale: Int, _ powers: UnsafePointer<UInt64>) -> UInt64 {
    let word = DigitRun.load(next)
    let nonDigits = DigitRun.nonDigits(word)
    let behindPoint = nonDigits & (nonDigits &- 1)
    let point = nonDigits.trailingZeroBitCount & 0x38
    let end = behindPoint.trailingZeroBitCount &>> 3
    let decimals = end &- (point &>> 3) &- 1
    // The number ends in or right behind these eight bytes, a point (0x2E ^ 0x30) inside: out with it, then one conversion.
    if behindPoint != 0 || next[8] == 0x2C, (word &>> UInt64(point)) & 0xFF == 0x1E, point > 0, decimals <= scale {
      let whole = (1 &<< UInt64(point)) &- 1
      let digits = (word & whole) | ((word &>> 8) & ~whole)
      next += end
      return DigitRun.join(digits &<< UInt64(truncatingIfNeeded: 72 &- 8 &* end)) &* powers[scale &- decimals]
    }
    return longDecimal(&next, scale, powers)
  }

  /// As `decimal`, for numbers of any shape.
  @inline(__always)
  private static func longDecimal(_ next: inout UnsafePointer<UInt8>, _ scale: Int, _ powers: UnsafePointer<UInt64>) -> UInt64 {
    let whole = DigitRun(at: next)
    if whole.count == 8 {
      let wide = wideWhole(next, whole.value, scale, powers)
      next = wide.next
      return wide.value == .max ? .max : fraction(&next, wide.value, scale, powers)
    }
    guard whole.count > 0 else { return .max }
    next += whole.count
    // Below 10^7 x 10^9.
    return fraction(&next, whole.value &* powers[scale], scale, powers)
  }

  /// Eight whole digits are read, up to seven more follow. The pointer goes in and out by value: its address stays free.
  @inline(never)
  private static func wideWhole(
    _ start: UnsafePointer<UInt8>, _ high: UInt64, _ scale: Int, _ powers: UnsafePointer<UInt64>
  ) -> (value: UInt64, next: UnsafePointer<UInt8>) {
    let low = DigitRun(at: start + 8)
    let product = (high &* powers[low.count] &+ low.value).multipliedReportingOverflow(by: powers[scale])
    // The bound leaves room for the fraction.
    let fits = low.count < 8 && !product.overflow && product.partialValue < 9_000_000_000_000_000_000
    return (fits ? product.partialValue : .max, start + 8 + low.count)
  }

  @inline(__always)
  private static func fraction(
    _ next: inout UnsafePointer<UInt8>, _ whole: UInt64, _ scale: Int, _ powers: UnsafePointer<UInt64>
  ) -> UInt64 {
    guard next[0] == 0x2E else { return whole }
    let digits = DigitRun(at: next + 1)
    guard digits.count > 0 else { return .max }
    next += 1 + digits.count
    // A ninth digit stays unread and fails the delimiter check.
    if digits.count <= scale { return whole &+ digits.value &* powers[scale &- digits.count] }
    let (quotient, remainder) = digits.value.quotientAndRemainder(dividingBy: powers[digits.count &- scale])
    return remainder == 0 ? whole &+ quotient : .max
  }

  /// `b`, `s`, `buy`, `sell` in any case.
  @inline(__always)
  private static func side(_ next: inout UnsafePointer<UInt8>, _ sides: UnsafePointer<Side>) -> Side? {
    let first = next[0] | 0x20
    if isDelimiter(next[1]) {
      guard first == 0x62 || first == 0x73 else { return nil }
      next += 1
      // b is even, s is odd. Sides are a coin toss, so a branch here would be guessed wrong every second row.
      return sides[Int(first & 1)]
    }
    // Four bytes with the case bit set; the delimiter behind is checked by the caller.
    let word = UInt32(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt32.self)) | 0x2020_2020
    if word & 0x00FF_FFFF == 0x0079_7562 {
      next += 3
      return .buy
    }
    if word == 0x6C6C_6573 {
      next += 4
      return .sell
    }
    return nil
  }

  @inline(__always)
  private static func isDelimiter(_ byte: UInt8) -> Bool { byte == 0x2C || byte == 0x0A || byte == 0x0D }

  /// Stops at the comma or line end, and at any byte that needs a closer look (quotes, spaces, control bytes).
  @inline(__always)
  private static func skipField(_ next: inout UnsafePointer<UInt8>) {
    while next[0] > 0x22, next[0] != 0x2C, next[0] != 0x7F { next += 1 }
  }
}
