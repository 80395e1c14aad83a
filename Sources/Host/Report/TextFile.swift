import Glibc
import Market

/// A file written through one fixed buffer: no allocation per row. The first failure is kept and later writes do nothing.
struct TextFile: ~Copyable {
  private let path: String
  private var descriptor: Int32
  private let buffer: UnsafeMutablePointer<UInt8>
  private var count = 0
  private(set) var failure: ReportError?

  private static let capacity = 64 * 1024
  /// No single number is longer.
  private static let longestNumber = 48

  init(_ path: String) throws(ReportError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("write", path, errno) }
    buffer = .allocate(capacity: Self.capacity)
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
    buffer.deallocate()
  }

  /// Writes the rest and closes; throws the first failure of all.
  mutating func finish() throws(ReportError) {
    flush()
    if descriptor >= 0 {
      // Some file systems tell of a full disk only here.
      if close(descriptor) != 0, failure == nil { failure = .system("write", path, errno) }
      descriptor = -1
    }
    if let failure { throw failure }
  }

  mutating func write(_ text: String) {
    var copy = text
    copy.withUTF8 { write($0) }
  }

  mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  mutating func write(byte: UInt8) {
    if count == Self.capacity { flush() }
    buffer[count] = byte
    count += 1
  }

  mutating func write(_ value: Int) { write(decimal: Int64(value), scale: 0) }

  /// `raw / 10^scale` with exactly `scale` decimals, as `DecimalText.format` writes it.
  mutating func write(decimal raw: Int64, scale: Int) {
    reserve(Self.longestNumber)
    if raw < 0 { put(0x2D) }
    let unit = UInt64(PowerOfTen[scale])
    let (whole, fraction) = raw.magnitude.quotientAndRemainder(dividingBy: unit)
    put(whole, digits: Self.digits(of: whole))
    if scale > 0 {
      put(0x2E)
      put(fraction, digits: scale)
    }
  }

  /// The exact amount without trailing zeros, as `DecimalText.formatShort` writes it.
  mutating func write(_ money: Money) {
    let (wide, rest) = money.raw.magnitude.quotientAndRemainder(dividingBy: UInt128(PowerOfTen[Money.scale]))
    guard let whole = UInt64(exactly: wide) else { return write(DecimalText.formatShort(money.raw, scale: Money.scale)) }
    reserve(Self.longestNumber)
    if money.raw < 0 { put(0x2D) }
    put(whole, digits: Self.digits(of: whole))
    var fraction = UInt64(rest)  // under 10^18
    if fraction == 0 { return }
    var digits = Money.scale
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    put(0x2E)
    put(fraction, digits: digits)
  }

  private mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.count > Self.capacity - count { flush() }
    if bytes.count > Self.capacity { return send(bytes) }
    guard let start = bytes.baseAddress else { return }
    // The room was checked above.
    (buffer + count).update(from: start, count: bytes.count)
    count += bytes.count
  }

  private mutating func reserve(_ room: Int) {
    if room > Self.capacity - count { flush() }
  }

  private mutating func put(_ byte: UInt8) {
    buffer[count] = byte
    count += 1
  }

  private mutating func put(_ value: UInt64, digits: Int) {
    var rest = value
    var at = count + digits
    count = at
    for _ in 0..<digits {
      at -= 1
      buffer[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  private static func digits(of value: UInt64) -> Int {
    var digits = 1
    var rest = value / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    return digits
  }

  private mutating func flush() {
    let pending = UnsafeBufferPointer(start: buffer, count: count)
    count = 0
    send(pending)
  }

  private mutating func send(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard failure == nil, let start = bytes.baseAddress else { return }
    var offset = 0
    while offset < bytes.count {
      let written = Glibc.write(descriptor, start + offset, bytes.count - offset)
      if written < 0 {
        if errno == EINTR { continue }
        failure = .system("write", path, errno)
        return
      }
      offset += written
    }
  }
}
