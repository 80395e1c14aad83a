import JSONScanner
import Market

extension BinanceDecoder {
  /// What the fields say. Trades, quotes and depth come first, because they are nearly all.
  @inline(__always)
  func content() throws(Trouble) -> Content {
    guard let event = fields[0x65] else { return try contentWithoutEvent() }
    guard let name = event.text else { throw .bad("e is no string") }
    switch name.count {
    case 10 where name.reads("bookTicker"): return try isOurs() ? quote() : .otherSymbol
    case 5 where name.reads("trade"): return try isOurs() ? trade(isAggregate: false) : .otherSymbol
    case 8 where name.reads("aggTrade"): return try isOurs() ? trade(isAggregate: true) : .otherSymbol
    case 11 where name.reads("depthUpdate"): return try isOurs() ? depth() : .otherSymbol
    case 15 where name.reads("markPriceUpdate"): return try isOurs() ? mark() : .otherSymbol
    default: return .ignored
    }
  }

  private func contentWithoutEvent() throws(Trouble) -> Content {
    // Spot's bookTicker names no event.
    if fields[0x75] != nil, fields[0x42] != nil, fields[0x41] != nil { return try isOurs() ? quote() : .otherSymbol }
    if fields.lastUpdateID != nil {
      // In a stream's wrapper it is the partial book of @depth5 to @depth20: not the whole one.
      return fields.stream == nil ? try snapshot() : .ignored
    }
    if fields.isReply { return .ignored }
    throw .bad("neither an event, nor a quote, nor a depth snapshot")
  }

  @inline(__always)
  private func isOurs() throws(Trouble) -> Bool {
    guard let name = fields[0x73]?.text else { throw .bad("no symbol s") }
    return name.reads(UnsafeBufferPointer(symbol))
  }

  @inline(__always)
  private func trade(isAggregate: Bool) throws(Trouble) -> Content {
    // Futures only: insurance fund and liquidation entries are no trades of the market, and may have a price of 0.
    if let type = fields[0x58] {
      guard let text = type.text else { throw .bad("X is no string") }
      if !text.reads("MARKET") { return .ignored }
    }
    try readTime()
    guard exchangeNanoseconds >= 0 else { throw .bad("a trade without a time T") }
    guard let isMaker = fields[0x6D]?.boolean else { throw .bad("m is neither true nor false") }
    let price = try price(fields[0x70], "p")
    let quantity = try tradedQuantity(fields[0x71], "q")
    guard quantity > 0 else { throw .bad("quantity q is 0") }
    self.isAggregate = isAggregate
    // The buyer made the price, so the aggressor sold.
    return .trade(Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: isMaker ? .sell : .buy))
  }

  @inline(__always)
  private func quote() throws(Trouble) -> Content {
    try readTime()
    updateIDs = UpdateIDs(first: 0, last: try id(fields[0x75], "u"), previous: nil)
    let bid = try price(fields[0x62], "b", allowsZero: true)
    let ask = try price(fields[0x61], "a", allowsZero: true)
    let bidQuantity = try restingQuantity(fields[0x42], "B")
    let askQuantity = try restingQuantity(fields[0x41], "A")
    // An empty side is written as 0: no quote to trade at.
    guard bid > 0, ask > 0 else { return .ignored }
    guard bid <= ask else { throw .bad("the bid is above the ask") }
    return .quote(
      Quote(
        bidPrice: Price(raw: bid), bidQuantity: Quantity(raw: bidQuantity), askPrice: Price(raw: ask), askQuantity: Quantity(raw: askQuantity)))
  }

  private func depth() throws(Trouble) -> Content {
    try readTime()
    updateIDs = UpdateIDs(first: try id(fields[0x55], "U"), last: try id(fields[0x75], "u"), previous: nil)
    if let previous = fields.previousUpdateID { updateIDs.previous = try id(previous, "pu") }
    guard updateIDs.first <= updateIDs.last else { throw .bad("the first update id U is above the last one u") }
    try readLevels(bids: fields[0x62], "b", asks: fields[0x61], "a")
    return .depth
  }

  /// A REST answer has no symbol on spot; its caller knows what was asked.
  func snapshot() throws(Trouble) -> Content {
    if let symbol = fields.symbol?.text, !symbol.reads(UnsafeBufferPointer(self.symbol)) { return .otherSymbol }
    try readTime()
    updateIDs = UpdateIDs(first: 0, last: try id(fields.lastUpdateID, "lastUpdateId"), previous: nil)
    try readLevels(bids: fields.bids, "bids", asks: fields.asks, "asks")
    return .snapshot
  }

  private func mark() throws(Trouble) -> Content {
    exchangeNanoseconds = try time(fields[0x45], "E") ?? -1
    var mark = MarkPrice(price: Price(raw: try price(fields[0x70], "p")))
    if let rate = fields[0x72] {
      guard let text = rate.text else { throw .bad("r is no string") }
      // Delivery contracts have none and say "". A fraction times 10^4 is basis points, of which raw has 6 decimals.
      if !text.isEmpty {
        do throws(DecimalText.Failure) {
          mark.fundingRate = BasisPoints(raw: try DecimalText.parse(text, scale: 4 + BasisPoints.scale))
        } catch {
          throw .bad("funding rate r \(TickFieldSplitter.excerpt(text)) is no rate")
        }
      }
    }
    // T is the next funding here, 0 where there is none.
    if let next = fields[0x54] {
      guard let milliseconds = next.integer else { throw .bad("T is no time") }
      mark.nextFundingMilliseconds = milliseconds == 0 ? 0 : (try time(next, "T") ?? 0) / 1_000_000
    }
    return .mark(mark)
  }

  /// Transaction time where there is one, else event time, else none.
  @inline(__always)
  private func readTime() throws(Trouble) {
    if let time = try time(fields[0x54], "T") {
      exchangeNanoseconds = time
    } else {
      exchangeNanoseconds = try time(fields[0x45], "E") ?? -1
    }
  }

  /// Milliseconds, or microseconds if the stream was opened so, as ns.
  @inline(__always)
  private func time(_ element: JSONElement?, _ name: StaticString) throws(Trouble) -> Int64? {
    guard let element else { return nil }
    if let value = element.integer {
      if TickRowParser.millisecondRange.contains(value) { return value &* 1_000_000 }
      if value / 1000 >= TickRowParser.millisecondRange.lowerBound, value / 1000 <= TickRowParser.millisecondRange.upperBound {
        return value &* 1000
      }
    }
    throw .bad("\(name) is no time in epoch milliseconds or microseconds")
  }

  @inline(__always)
  private func id(_ element: JSONElement?, _ name: StaticString) throws(Trouble) -> Int64 {
    // Far from the ends, so that the next id can be formed.
    guard let value = element?.integer, value >= 0, value < 1 << 62 else { throw .bad("\(name) is no update id") }
    return value
  }
}
