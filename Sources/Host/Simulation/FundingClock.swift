import Market

/// Funding of an instrument that has fallen due: on every open position, of its notional at `price`.
public struct FundingPayment: Sendable, BitwiseCopyable, Hashable {
  public var instrument: Int32
  /// Above zero longs pay shorts.
  public var rate: BasisPoints
  public var price: Price
}

/// When a perpetual's funding is paid, at what rate: told by mark prices, else every 8 hours at a fixed rate.
struct FundingClock: BitwiseCopyable {
  private(set) var dueNanoseconds = Int64.max
  private var rate = BasisPoints.zero
  private var markPrice = Price.zero
  private var isTold = false
  private var lastPaid = Int64.min

  static let intervalNanoseconds: Int64 = 8 * 3_600_000_000_000

  /// Begins the fixed rate at 00:00, 08:00 or 16:00 UTC after the first moment, unless marks tell better.
  mutating func start(at nanoseconds: Int64, rate: BasisPoints) {
    guard !isTold, dueNanoseconds == .max, rate != .zero else { return }
    self.rate = rate
    dueNanoseconds = (nanoseconds / Self.intervalNanoseconds + 1) * Self.intervalNanoseconds
  }

  /// A mark that names no funding time keeps the price alone.
  mutating func mark(_ mark: MarkPrice) {
    markPrice = mark.price
    guard mark.nextFundingMilliseconds > 0 else { return }
    let due = mark.nextFundingMilliseconds * 1_000_000
    // What was paid is not paid again by a mark that still names it.
    if due <= lastPaid { return }
    isTold = true
    rate = mark.fundingRate
    dueNanoseconds = due
  }

  /// What is due, once for each time; a price of zero is unknown.
  mutating func payment(at nanoseconds: Int64) -> (BasisPoints, Price)? {
    guard nanoseconds >= dueNanoseconds else { return nil }
    lastPaid = dueNanoseconds
    dueNanoseconds = isTold ? .max : dueNanoseconds + Self.intervalNanoseconds
    return (rate, markPrice)
  }
}
