import PluginABI

/// Answers each wish with one of the sequences of updates that the contract allows, and notes what no strategy may wish.
///
/// A value: a copy goes on from the same point.
struct ScriptedVenue {
  struct Order {
    var tag: UInt64
    var hostID: UInt64
    var side: UInt32
    var quantity: Int64
    var filled: Int64 = 0
    var price: Int64
    var isLimit: Bool
    var isTarget: Bool
    var isWorking = false
    var expiresNanoseconds: Int64
    var cancelTag: UInt64 = 0
    var replacement: UInt64 = 0
    var stop: Int64
    var profit: Int64
    var timeStopMilliseconds: Int64
    var maximumAge: Int
  }

  private var random: Random
  private(set) var orders: [Order] = []
  private var news: [qe_order_update] = []
  private var lastHostID: UInt64 = 0
  /// Tags that were ever used; bounded, because a flood may use any number.
  private var used: Set<UInt64> = []
  private(set) var position: Int64 = 0
  private(set) var averagePrice = 0.0
  private(set) var openingRefused = 0
  // The bracket of the position.
  private var stop: Int64 = 0
  private var profit: Int64 = 0
  private var closesNanoseconds: Int64 = 0
  /// What no strategy may do, the first of each kind.
  private(set) var violations: [String] = []
  private(set) var isRefusingAll: Bool
  private let bound: Int64 = 1 << 50

  static let refusalCode: UInt32 = 40

  init(seed: UInt64, isRefusingAll: Bool = false) {
    random = Random(seed: seed)
    self.isRefusingAll = isRefusingAll
  }

  var workingBuy: Int64 { orders.reduce(0) { $1.side == QE_SIDE_BUY ? $0 &+ $1.quantity &- $1.filled : $0 } }
  var workingSell: Int64 { orders.reduce(0) { $1.side == QE_SIDE_SELL ? $0 &+ $1.quantity &- $1.filled : $0 } }

  // MARK: Wishes

  mutating func accept(_ intent: qe_intent, at now: Int64) {
    guard intent.tag != 0 else { return }
    if orders.contains(where: { $0.tag == intent.tag || $0.cancelTag == intent.tag }) {
      violate("tag \(intent.tag) is used again while it is open")
      return
    }
    let target = orders.firstIndex { $0.tag == intent.target_tag && !$0.isTarget }
    if intent.kind == QE_INTENT_CANCEL || intent.kind == QE_INTENT_REPLACE, target == nil, !used.contains(intent.target_tag) {
      violate("target_tag \(intent.target_tag) names no order that was ever sent")
    }
    if used.count < 100_000 { used.insert(intent.tag) }
    if isRefusingAll || random.chance(0.03) || orders.count >= 64 {
      tell(intent.tag, QE_ORDER_REFUSED, side: intent.side, code: Self.refusalCode)
      return
    }
    switch intent.kind {
    case QE_INTENT_SUBMIT where intent.quantity > 0 && intent.quantity < bound: add(intent, now)
    case QE_INTENT_TARGET_POSITION where intent.quantity.magnitude < bound.magnitude: aim(intent, now)
    case QE_INTENT_CANCEL where target != nil: orders[target!].cancelTag = intent.tag
    case QE_INTENT_REPLACE where target != nil && orders[target!].replacement == 0 && intent.quantity > 0 && intent.quantity < bound:
      orders[target!].replacement = intent.tag
      add(intent, now)
    default: tell(intent.tag, QE_ORDER_REFUSED, side: intent.side, code: Self.refusalCode)
    }
  }

  private mutating func add(_ intent: qe_intent, _ now: Int64) {
    lastHostID += 1
    orders.append(
      Order(
        tag: intent.tag, hostID: lastHostID, side: intent.side == QE_SIDE_SELL ? QE_SIDE_SELL : QE_SIDE_BUY, quantity: intent.quantity,
        price: intent.price, isLimit: intent.type == QE_TYPE_LIMIT, isTarget: false,
        expiresNanoseconds: intent.time_in_force == QE_TIF_MS ? now &+ max(0, min(intent.time_in_force_ms, 86_400_000)) * 1_000_000 : .max,
        stop: intent.stop_price, profit: intent.take_profit_price, timeStopMilliseconds: intent.time_stop_ms,
        maximumAge: Int(random.below(4))))
  }

  private mutating func aim(_ intent: qe_intent, _ now: Int64) {
    let difference = intent.quantity &- position
    guard difference != 0 else { return tell(intent.tag, QE_ORDER_DONE, side: QE_SIDE_NONE) }
    lastHostID += 1
    orders.append(
      Order(
        tag: intent.tag, hostID: lastHostID, side: difference > 0 ? QE_SIDE_BUY : QE_SIDE_SELL, quantity: Int64(clamping: difference.magnitude),
        price: 0, isLimit: false, isTarget: true, expiresNanoseconds: .max, stop: 0, profit: 0, timeStopMilliseconds: 0, maximumAge: 1))
  }

  private mutating func violate(_ what: String) { if violations.count < 4 { violations.append(what) } }

  // MARK: Time

  /// Lets time go on to this moment; news that came of it.
  mutating func advance(_ market: SampleMarket) -> [qe_order_update] {
    let now = market.receiveNanoseconds
    for index in orders.indices.reversed() { advance(index, market, now) }
    protect(market, now)
    defer { news.removeAll(keepingCapacity: true) }
    return news
  }

  private mutating func advance(_ index: Int, _ market: SampleMarket, _ now: Int64) {
    var order = orders[index]
    if order.maximumAge > 0, !order.isWorking {
      order.maximumAge -= 1
      // On its way; now and then nobody knows where it is.
      if random.chance(0.05) { tell(order.tag, QE_ORDER_UNKNOWN, side: order.side, hostID: order.hostID) }
      orders[index] = order
      return
    }
    if !order.isWorking {
      order.isWorking = true
      if order.isLimit { tell(order.tag, QE_ORDER_WORKING, side: order.side, hostID: order.hostID) }
    }
    if order.cancelTag != 0 || order.replacement != 0 || order.expiresNanoseconds <= now { return end(index, order) }
    let crosses = order.side == QE_SIDE_BUY ? order.price >= market.askPrice : order.price <= market.bidPrice
    if order.isLimit, !crosses, !random.chance(0.02) {
      orders[index] = order
      return
    }
    let left = order.quantity - order.filled
    let part = left > 1 && random.chance(0.2) ? left / 2 : left
    fill(&order, part, at: order.isLimit ? order.price : (order.side == QE_SIDE_BUY ? market.askPrice : market.bidPrice), now)
    if order.filled == order.quantity { orders.remove(at: index) } else { orders[index] = order }
  }

  private mutating func end(_ index: Int, _ order: Order) {
    orders.remove(at: index)
    let state = order.replacement != 0 ? QE_ORDER_REPLACED : order.cancelTag != 0 ? QE_ORDER_CANCELLED : QE_ORDER_EXPIRED
    tell(order.tag, state, side: order.side, hostID: order.hostID, total: order.filled)
    if order.cancelTag != 0 { tell(order.cancelTag, QE_ORDER_DONE, side: QE_SIDE_NONE) }
  }

  private mutating func fill(_ order: inout Order, _ quantity: Int64, at price: Int64, _ now: Int64) {
    order.filled += quantity
    move(order.side, quantity, price)
    if position != 0, order.stop != 0 || order.profit != 0 || order.timeStopMilliseconds > 0 {
      (stop, profit) = (order.stop, order.profit)
      closesNanoseconds = order.timeStopMilliseconds > 0 ? now &+ min(order.timeStopMilliseconds, 86_400_000) * 1_000_000 : 0
    }
    tell(
      order.tag, order.filled == order.quantity ? QE_ORDER_FILLED : QE_ORDER_PARTIAL, side: order.side, hostID: order.hostID, last: quantity,
      total: order.filled, price: price, isMaker: order.isLimit)
  }

  private mutating func move(_ side: UInt32, _ quantity: Int64, _ price: Int64) {
    let before = position
    position &+= side == QE_SIDE_BUY ? quantity : 0 &- quantity
    if position == 0 {
      (averagePrice, stop, profit, closesNanoseconds) = (0, 0, 0, 0)
    } else if before == 0 || (before > 0) != (position > 0) {
      averagePrice = Double(price)
    }
  }

  /// The host's own order that ends a protected position, told with tag 0.
  private mutating func protect(_ market: SampleMarket, _ now: Int64) {
    guard position != 0 else { return }
    let isLong = position > 0
    let last = market.lastPrice
    let stopped = stop > 0 && (isLong ? last <= stop : last >= stop)
    let gained = profit > 0 && (isLong ? last >= profit : last <= profit)
    guard stopped || gained || (closesNanoseconds > 0 && now >= closesNanoseconds) else { return }
    let quantity = Int64(clamping: position.magnitude)
    let side = isLong ? QE_SIDE_SELL : QE_SIDE_BUY
    lastHostID += 1
    move(side, quantity, last)
    tell(0, QE_ORDER_FILLED, side: side, hostID: lastHostID, last: quantity, total: quantity, price: last)
  }

  private mutating func tell(
    _ tag: UInt64, _ state: UInt32, side: UInt32, hostID: UInt64 = 0, code: UInt32 = 0, last: Int64 = 0, total: Int64 = 0, price: Int64 = 0,
    isMaker: Bool = false
  ) {
    var update = qe_order_update()
    (update.tag, update.host_order_id, update.state, update.code, update.side) = (tag, hostID, state, code, side)
    (update.last_quantity, update.total_quantity, update.price, update.maker) = (last, total, price, isMaker ? 1 : 0)
    withUnsafeMutableBytes(of: &update.fee_asset) { $0.copyBytes(from: Array("USDT".utf8)) }
    news.append(update)
  }
}
