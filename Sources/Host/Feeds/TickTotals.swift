import Market

/// Exact running totals over ticks whose scales may grow on the way.
struct TickTotals {
  struct Overflow: Error {}

  private(set) var priceScale = 0
  private(set) var quantityScale = 0
  private(set) var count = 0
  private(set) var firstMilliseconds: Int64 = 0
  private(set) var lastMilliseconds: Int64 = 0
  private(set) var open: Int64 = 0
  private(set) var high: Int64 = 0
  private(set) var low: Int64 = 0
  private(set) var close: Int64 = 0
  private(set) var buyQuantity: Int128 = 0
  private(set) var sellQuantity: Int128 = 0
  /// Sum of price x quantity, at the sum of the scales.
  private(set) var notional: Int128 = 0
  private(set) var equalTimes = 0
  private(set) var largestGapMilliseconds: Int64 = 0

  mutating func add(_ ticks: UnsafeBufferPointer<Tick>) throws(Overflow) {
    guard let first = ticks.first else { return }
    if count == 0 {
      firstMilliseconds = first.exchangeMilliseconds
      lastMilliseconds = first.exchangeMilliseconds
      // So that the first row is no repetition of itself.
      equalTimes = -1
      open = first.trade.price.raw
      high = open
      low = open
    }
    for tick in ticks {
      let (price, quantity) = (tick.trade.price.raw, tick.trade.quantity.raw)
      let gap = tick.exchangeMilliseconds - lastMilliseconds
      if gap == 0 { equalTimes += 1 }
      largestGapMilliseconds = max(largestGapMilliseconds, gap)
      lastMilliseconds = tick.exchangeMilliseconds
      high = max(high, price)
      low = min(low, price)
      close = price
      if tick.trade.takerSide == .buy { buyQuantity += Int128(quantity) } else { sellQuantity += Int128(quantity) }
      // One product is below 10^36: the reader's bound on a value is 10^18.
      let sum = notional.addingReportingOverflow(Int128(price) * Int128(quantity))
      if sum.overflow { throw Overflow() }
      notional = sum.partialValue
    }
    count += ticks.count
  }

  /// To larger scales, exactly.
  mutating func rescale(price: Int, quantity: Int) throws(Overflow) {
    let priceFactor = PowerOfTen[price - priceScale]
    let quantityFactor = PowerOfTen[quantity - quantityScale]
    // The reader has made sure that its largest values fit.
    open *= priceFactor
    high *= priceFactor
    low *= priceFactor
    close *= priceFactor
    buyQuantity = try TickTotals.multiply(buyQuantity, quantityFactor)
    sellQuantity = try TickTotals.multiply(sellQuantity, quantityFactor)
    notional = try TickTotals.multiply(TickTotals.multiply(notional, priceFactor), quantityFactor)
    priceScale = price
    quantityScale = quantity
  }

  private static func multiply(_ value: Int128, _ factor: Int64) throws(Overflow) -> Int128 {
    let product = value.multipliedReportingOverflow(by: Int128(factor))
    if product.overflow { throw Overflow() }
    return product.partialValue
  }

  /// Volume-weighted average price at `decimals`, rounded half up. - Precondition: at least one tick.
  func averagePrice(decimals: Int) -> Int128 {
    // notional / 10^(ps+qs) / (quantity / 10^qs), times 10^decimals; over the full width.
    let quantity = (buyQuantity + sellQuantity).magnitude
    let (divisor, overflow) = quantity.multipliedReportingOverflow(by: UInt128(PowerOfTen[priceScale]))
    precondition(!overflow, "a quantity below 10^29 times a price unit of at most 10^9")
    let product = notional.magnitude.multipliedFullWidth(by: UInt128(PowerOfTen[decimals]))
    var (quotient, remainder) = divisor.dividingFullWidth(product)
    if remainder >= divisor - remainder { quotient += 1 }
    return Int128(quotient)
  }
}
