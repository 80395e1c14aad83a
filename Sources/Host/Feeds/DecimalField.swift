import Market

/// The number inside a string of JSON: plain digits at once, everything else by `DecimalText`.
struct DecimalField {
  /// 10^0...10^9, because a table beats a loop of multiplications.
  private let powers: UnsafeMutablePointer<UInt64>

  static let maximumScale = 9

  // Unsafe: a constant table of its own, freed by `destroy`; a reader of millions of numbers should not count references.
  init() {
    powers = .allocate(capacity: Self.maximumScale + 1)
    for exponent in 0...Self.maximumScale { (powers + exponent).initialize(to: UInt64(PowerOfTen[exponent])) }
  }

  func destroy() { powers.deallocate() }

  /// `digits[.digits]` times 10^scale. Digits past the scale are accepted only if they are zeros.
  ///
  /// - Precondition: 16 readable bytes behind the text, as the scanner's strings have.
  @inline(__always)
  func value(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(DecimalText.Failure) -> Int64 {
    if let plain = plain(text, scale: scale) { return plain }
    return try slowly(text, scale)
  }

  /// The same for up to seven digits, a point and up to eight more; nil for every other form.
  @inline(__always)
  func plain(_ text: UnsafeBufferPointer<UInt8>, scale: Int) -> Int64? {
    guard let start = text.baseAddress else { return nil }
    let whole = DigitRun(at: start)
    guard whole.count > 0, whole.count < 8 else { return nil }
    let raw = whole.value &* powers[scale]
    if whole.count == text.count { return Int64(bitPattern: raw) }
    guard start[whole.count] == 0x2E else { return nil }
    let fraction = DigitRun(at: start + whole.count + 1)
    guard fraction.count > 0, whole.count &+ 1 &+ fraction.count == text.count else { return nil }
    if fraction.count <= scale { return Int64(bitPattern: raw &+ fraction.value &* powers[scale &- fraction.count]) }
    let (quotient, remainder) = fraction.value.quotientAndRemainder(dividingBy: powers[fraction.count &- scale])
    return remainder == 0 ? Int64(bitPattern: raw &+ quotient) : nil
  }

  @inline(never)
  private func slowly(_ text: UnsafeBufferPointer<UInt8>, _ scale: Int) throws(DecimalText.Failure) -> Int64 {
    try DecimalText.parse(text, scale: scale)
  }
}
