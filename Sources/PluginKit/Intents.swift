/// The wishes of one call, written straight into the host's array.
///
/// Every function returns false, and writes nothing, when the array is full; a strategy then tries again at a later
/// event. A tag is yours, not 0, and unique among your open intents.
public struct Intents: ~Copyable {
  @usableFromInline let lent: UnsafeMutablePointer<qe_intent>?
  /// How many the host takes in this call; may be 0.
  public let capacity: UInt32
  /// How many are written.
  public internal(set) var count: UInt32 {
    @inlinable get { written }
    @inlinable set { written = newValue }
  }
  @usableFromInline var written: UInt32 = 0

  @inlinable init(_ lent: UnsafeMutablePointer<qe_intent>?, _ capacity: UInt32) {
    self.lent = lent
    self.capacity = lent == nil ? 0 : capacity
  }

  @inlinable public var isFull: Bool { written >= capacity }

  /// Buys or sells at once. - Parameter quantity: raw.
  @inlinable public mutating func market(_ side: Side, quantity: Int64, tag: UInt64, reduceOnly: Bool = false) -> Bool {
    var order = Order(side, quantity: quantity)
    order.reduceOnly = reduceOnly
    return submit(order, tag: tag)
  }

  /// Rests at `price`. - Parameters quantity, price: raw, the price on the tick grid.
  @inlinable public mutating func limit(
    _ side: Side, quantity: Int64, price: Int64, tag: UInt64, timeInForce: TimeInForce = .goodTillCancelled, postOnly: Bool = false,
    reduceOnly: Bool = false
  ) -> Bool {
    var order = Order(side, quantity: quantity, price: price)
    order.timeInForce = timeInForce
    order.postOnly = postOnly
    order.reduceOnly = reduceOnly
    return submit(order, tag: tag)
  }

  /// Any order.
  @inlinable public mutating func submit(_ order: Order, tag: UInt64) -> Bool {
    append(order, kind: QE_INTENT_SUBMIT, tag: tag, target: 0)
  }

  /// Cancels the order of the intent `target`. - Parameter tag: of the cancel itself.
  @inlinable public mutating func cancel(_ target: UInt64, tag: UInt64) -> Bool {
    guard let intent = next() else { return false }
    intent.pointee.kind = QE_INTENT_CANCEL
    intent.pointee.tag = tag
    intent.pointee.target_tag = target
    return true
  }

  /// Puts `order` in the place of the order of the intent `target`.
  @inlinable public mutating func replace(_ target: UInt64, with order: Order, tag: UInt64) -> Bool {
    append(order, kind: QE_INTENT_REPLACE, tag: tag, target: target)
  }

  /// Asks the host to bring the position to `position`, raw and signed.
  @inlinable public mutating func target(position: Int64, tag: UInt64) -> Bool {
    guard let intent = next() else { return false }
    intent.pointee.kind = QE_INTENT_TARGET_POSITION
    intent.pointee.tag = tag
    intent.pointee.type = QE_TYPE_MARKET
    intent.pointee.quantity = position
    return true
  }

  @inlinable mutating func append(_ order: Order, kind: UInt32, tag: UInt64, target: UInt64) -> Bool {
    guard let intent = next() else { return false }
    intent.pointee.kind = kind
    intent.pointee.tag = tag
    intent.pointee.target_tag = target
    intent.pointee.side = order.side.rawValue
    intent.pointee.type = order.price == nil ? QE_TYPE_MARKET : QE_TYPE_LIMIT
    intent.pointee.quantity = order.quantity
    intent.pointee.price = order.price ?? 0
    intent.pointee.time_in_force = order.timeInForce.code
    intent.pointee.flags = (order.postOnly ? QE_INTENT_POST_ONLY : 0) | (order.reduceOnly ? QE_INTENT_REDUCE_ONLY : 0)
    intent.pointee.time_in_force_ms = order.timeInForce.lifeMilliseconds
    intent.pointee.stop_price = order.stopPrice ?? 0
    intent.pointee.take_profit_price = order.takeProfitPrice ?? 0
    intent.pointee.time_stop_ms = order.timeStopMilliseconds ?? 0
    intent.pointee.confidence = order.confidence
    intent.pointee.edge = order.edge
    return true
  }

  /// The next element, zeroed but for its size and the two numbers whose "none" is NaN.
  @inlinable mutating func next() -> UnsafeMutablePointer<qe_intent>? {
    guard written < capacity, let lent else { return nil }
    let intent = lent + Int(written)
    // The host's promise of zeroed elements is not relied on: an older wish must never shine through.
    let size = intent.pointee.struct_size
    intent.initialize(to: qe_intent())
    intent.pointee.struct_size = size
    intent.pointee.confidence = .nan
    intent.pointee.edge = .nan
    written &+= 1
    return intent
  }
}
