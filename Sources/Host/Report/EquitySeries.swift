import Market

/// Equity, price, position and drawdown of a whole run in a bounded number of points.
///
/// Every mark enters the open bucket. When the buckets are used up, neighbours are merged and each one from then on
/// takes twice as many marks: least and greatest values survive every merge, so no extreme of the run is ever lost.
struct EquitySeries {
  struct Point: BitwiseCopyable {
    /// Of the last mark in the bucket, epoch milliseconds.
    var timeMilliseconds: Int64
    var price: Price
    var priceMinimum: Price
    var priceMaximum: Price
    var equity: Money
    var equityMinimum: Money
    var equityMaximum: Money
    /// The account's net position, signed, raw.
    var position: Int64
    var positionMinimum: Int64
    var positionMaximum: Int64
    /// Greatest fall from the highest equity so far, seen at any mark of the bucket.
    var drawdown: Money

    /// Before its first mark: no equity is equal to it, and every price is outside its range.
    static let empty = Point(
      timeMilliseconds: 0, price: .zero, priceMinimum: Price(raw: .max), priceMaximum: Price(raw: .min), equity: Money(raw: .min),
      equityMinimum: Money(raw: .max), equityMaximum: Money(raw: .min), position: 0, positionMinimum: 0, positionMaximum: 0, drawdown: .zero)
  }

  static let capacity = 2048

  private(set) var points: [Point] = []
  /// Marks in closed buckets.
  private(set) var count = 0
  private(set) var firstMilliseconds: Int64 = 0
  private(set) var maximumDrawdown = Money.zero
  /// When the deepest drawdown was reached.
  private(set) var troughMilliseconds: Int64 = 0
  private var open = Point.empty
  private var peak: Money
  private var marksPerPoint = 1
  /// Marks that the open bucket still takes.
  private var remaining = 1

  /// - Parameter initialEquity: the first peak.
  init(initialEquity: Money) {
    points.reserveCapacity(Self.capacity)
    peak = initialEquity
  }

  /// Cheap enough for every tick. While equity stands and the price stays within the bucket's range, it compares,
  /// stores two words and returns.
  mutating func add(_ timeMilliseconds: Int64, _ equity: Money, _ price: Price) {
    open.timeMilliseconds = timeMilliseconds
    open.price = price
    remaining &-= 1
    if equity == open.equity, price >= open.priceMinimum, price <= open.priceMaximum, remaining > 0 { return }
    widen(timeMilliseconds, equity, price)
  }

  /// The account's net position from now on.
  mutating func move(to position: Int64) {
    open.position = position
    open.positionMinimum = min(open.positionMinimum, position)
    open.positionMaximum = max(open.positionMaximum, position)
  }

  /// Money that came in (above zero) or left without being a result: no drawdown, and no new peak.
  mutating func transfer(_ amount: Money) { peak += amount }

  /// The last bucket, full or not. Marks may follow.
  mutating func flush() {
    if remaining < marksPerPoint { close() }
  }

  // Out of line, so that the common case saves no registers.
  @inline(never)
  private mutating func widen(_ timeMilliseconds: Int64, _ equity: Money, _ price: Price) {
    if price < open.priceMinimum { open.priceMinimum = price }
    if price > open.priceMaximum { open.priceMaximum = price }
    if equity != open.equity { move(timeMilliseconds, equity) }
    if remaining == 0 { close() }
  }

  private mutating func move(_ timeMilliseconds: Int64, _ equity: Money) {
    if points.isEmpty, open.equity == Point.empty.equity { firstMilliseconds = timeMilliseconds }
    open.equity = equity
    if equity > peak { peak = equity }
    if equity > open.equityMaximum { open.equityMaximum = equity }
    if equity < open.equityMinimum { open.equityMinimum = equity }
    let drawdown = Money(raw: peak.raw &- equity.raw)
    if drawdown <= open.drawdown { return }
    open.drawdown = drawdown
    if drawdown > maximumDrawdown {
      maximumDrawdown = drawdown
      troughMilliseconds = timeMilliseconds
    }
  }

  private mutating func close() {
    count += marksPerPoint - remaining
    points.append(open)
    let position = open.position
    open = .empty
    open.position = position
    open.positionMinimum = position
    open.positionMaximum = position
    if points.count == Self.capacity { halve() }
    remaining = marksPerPoint
  }

  private mutating func halve() {
    for index in 0..<Self.capacity / 2 {
      let earlier = points[2 * index]
      var merged = points[2 * index + 1]
      merged.priceMinimum = Swift.min(merged.priceMinimum, earlier.priceMinimum)
      merged.priceMaximum = Swift.max(merged.priceMaximum, earlier.priceMaximum)
      merged.equityMinimum = Swift.min(merged.equityMinimum, earlier.equityMinimum)
      merged.equityMaximum = Swift.max(merged.equityMaximum, earlier.equityMaximum)
      merged.positionMinimum = Swift.min(merged.positionMinimum, earlier.positionMinimum)
      merged.positionMaximum = Swift.max(merged.positionMaximum, earlier.positionMaximum)
      merged.drawdown = Swift.max(merged.drawdown, earlier.drawdown)
      points[index] = merged
    }
    points.removeLast(Self.capacity / 2)
    marksPerPoint *= 2
  }
}
