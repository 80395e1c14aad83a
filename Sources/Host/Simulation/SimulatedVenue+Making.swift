import Engine
import Market
import Risk

/// What market data does to orders at rest.
extension SimulatedVenue {
  @usableFromInline
  mutating func quoted(_ quote: Quote, _ instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    let before = touch.pointee
    touch.pointee.show(quote)
    if before.book >= 0 {
      follow(.buy, quote.bidPrice, quote.bidQuantity, instrument)
      follow(.sell, quote.askPrice, quote.askQuantity, instrument)
      refreshTouch(instrument)
    } else if model.queue != .none {
      // Without depth the touch is the one level that is known.
      if quote.bidQuantity.raw > 0 {
        levelChanged(
          instrument, .buy, quote.bidPrice, previous: before.bid == quote.bidPrice ? before.bidQuantity : quote.bidQuantity.raw,
          new: quote.bidQuantity.raw)
      }
      if quote.askQuantity.raw > 0 {
        levelChanged(
          instrument, .sell, quote.askPrice, previous: before.ask == quote.askPrice ? before.askQuantity : quote.askQuantity.raw,
          new: quote.askQuantity.raw)
      }
    }
    return fillReached(instrument)
  }

  /// A quote is the newest word on the touch: levels before it are gone, its own has its quantity.
  private mutating func follow(_ side: Side, _ price: Price, _ quantity: Quantity, _ instrument: Int32) {
    guard price.raw > 0 else { return }
    let book = touches[Int(instrument)].book
    while let best = side == .buy ? books[book].bestBid : books[book].bestAsk, side == .buy ? best.price > price : best.price < price {
      books[book].set(side, BookLevel(price: best.price, quantity: .zero))
      levelChanged(instrument, side, best.price, previous: best.quantity.raw, new: 0)
    }
    guard quantity.raw > 0 else { return }
    let previous = books[book].quantity(side, at: price).raw
    books[book].set(side, BookLevel(price: price, quantity: quantity))
    if previous != quantity.raw { levelChanged(instrument, side, price, previous: previous, new: quantity.raw) }
  }

  mutating func changed(_ depth: DepthUpdate, _ instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    if touch.pointee.book < 0 {
      touch.pointee.book = books.count
      books.append(OrderBook())
      // From now on quotes must reach the book too.
      touch.pointee.watchers += 1
    }
    let book = touch.pointee.book
    // Queues are told of each level that the update names, with what the level showed before it.
    if model.queue != .none, restingCount > 0 {
      for index in 0..<restingCount {
        let request = resting[index].request
        guard request.instrument == instrument, !request.type.isConditional else { continue }
        let previous = books[book].quantity(request.side, at: request.price).raw
        let named = (request.side == .buy ? depth.bids : depth.asks).last { $0.price == request.price }
        guard named != nil || (depth.isSnapshot && previous > 0) else { continue }
        resting[index].queue.levelChanged(model.queue, power: model.queuePower, previous: previous, new: named?.quantity.raw ?? 0)
      }
    }
    if depth.isSnapshot { books[book].clear() }
    for level in depth.bids { set(.buy, level, book) }
    for level in depth.asks { set(.sell, level, book) }
    refreshTouch(instrument)
    return touch.pointee.watchers > 1 && fillReached(instrument)
  }

  /// A level that crosses what the other side still shows is the newer word: a book that is in order never crosses.
  private mutating func set(_ side: Side, _ level: BookLevel, _ book: Int) {
    books[book].set(side, level)
    guard level.quantity.raw > 0 else { return }
    while let other = side == .buy ? books[book].bestAsk : books[book].bestBid,
      side == .buy ? other.price <= level.price : other.price >= level.price
    {
      books[book].set(side.opposite, BookLevel(price: other.price, quantity: .zero))
    }
  }

  func refreshTouch(_ instrument: Int32) {
    let touch = touches + Int(instrument)
    let (bid, ask) = (books[touch.pointee.book].bestBid, books[touch.pointee.book].bestAsk)
    touch.pointee.bid = bid?.price ?? .zero
    touch.pointee.ask = ask?.price ?? .zero
    touch.pointee.bidQuantity = bid?.quantity.raw ?? 0
    touch.pointee.askQuantity = ask?.quantity.raw ?? 0
  }

  /// What rests at a price before us; nil = not known. Inside the spread nothing does.
  func displayed(_ side: Side, _ price: Price, instrument: Int32) -> Int64? {
    let touch = touches[Int(instrument)]
    if touch.book >= 0 { return books[touch.book].quantity(side, at: price).raw }
    let (best, quantity) = side == .buy ? (touch.bid, touch.bidQuantity) : (touch.ask, touch.askQuantity)
    guard best.raw > 0, quantity > 0 else { return nil }
    if price == best { return quantity }
    return (side == .buy ? price > best : price < best) ? 0 : nil
  }

  private func levelChanged(_ instrument: Int32, _ side: Side, _ price: Price, previous: Int64, new: Int64) {
    guard model.queue != .none else { return }
    for index in 0..<restingCount {
      let request = resting[index].request
      guard request.instrument == instrument, request.side == side, request.price == price, !request.type.isConditional else { continue }
      resting[index].queue.levelChanged(model.queue, power: model.queuePower, previous: previous, new: new)
    }
  }

  // MARK: Fills at rest

  /// Fills in full what the opposite touch has reached.
  private mutating func fillReached(_ instrument: Int32) -> Bool {
    let touch = touches[Int(instrument)]
    return scan(instrument) { order in
      guard !order.request.type.isConditional else { return .keep }
      let isReached =
        order.request.side == .buy ? touch.ask.raw > 0 && touch.ask <= order.request.price : touch.bid.raw > 0 && touch.bid >= order.request.price
      return isReached ? .fill(order.remaining) : .keep
    }
  }

  @usableFromInline
  mutating func traded(_ trade: Trade, _ instrument: Int32) -> Bool {
    let (queue, isPartial) = (model.queue, model.partialFills)
    // A trade beyond the touch says that the quote is older than the trade: a stop that it triggers gets no better price.
    let touch = touches + Int(instrument)
    if touch.pointee.bid.raw > 0, trade.price < touch.pointee.bid { touch.pointee.bid = trade.price }
    if touch.pointee.ask.raw > 0, trade.price > touch.pointee.ask { touch.pointee.ask = trade.price }
    // What own orders that stood before had of this trade is not there for the next.
    var own: Int64 = 0
    return scan(instrument) { order in
      let request = order.request
      if request.type.isConditional { return order.isTriggered(at: trade.price) ? .trigger : .keep }
      // A queue is served by takers of the other side alone.
      if queue != .none, trade.takerSide == request.side { return .keep }
      if request.side == .buy ? trade.price < request.price : trade.price > request.price { return .fill(order.remaining) }
      guard queue != .none, trade.price == request.price, trade.quantity.raw > own else { return .keep }
      let excess = order.queue.trade(trade.quantity.raw - own)
      guard excess > 0 else { return .keep }
      let quantity = isPartial ? min(excess, order.remaining) : order.remaining
      own += quantity
      return .fill(quantity)
    }
  }

  private enum Fate {
    case keep
    case fill(Int64)
    case trigger
  }

  /// Asks for the fate of each order of the instrument, oldest first. An order may end another (its pair) on the way.
  private mutating func scan(_ instrument: Int32, _ fate: (inout VenueOrder) -> Fate) -> Bool {
    var index = 0
    while index < restingCount {
      guard resting[index].request.instrument == instrument else {
        index += 1
        continue
      }
      switch fate(&resting[index]) {
      case .keep: index += 1
      case .trigger:
        let before = restingCount
        // Where the pair stood before it, the order that comes next has moved one down.
        let order = remove(at: index)
        let partner = (0..<index).contains { resting[$0].isPaired(with: order) }
        trigger(order)
        if partner, restingCount < before - 1 { index -= 1 }
      case .fill(let quantity):
        var order = resting[index]
        let id = order.id
        if quantity == order.remaining {
          remove(at: index)
          let partner = (0..<index).contains { resting[$0].isPaired(with: order) }
          let before = restingCount
          fill(&order, quantity: quantity, at: order.request.price, isMaker: true)
          if partner, restingCount < before { index -= 1 }
        } else {
          fill(&order, quantity: quantity, at: order.request.price, isMaker: true)
          // Its partner's end may have moved it.
          while index > 0, index >= restingCount || resting[index].id != id { index -= 1 }
          resting[index] = order
          index += 1
        }
      }
    }
    return hasReports
  }
}
