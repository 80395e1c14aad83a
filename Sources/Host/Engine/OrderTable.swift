import Market
import PluginABI
import Risk

/// One open order. Lives in the slot of its risk reservation.
struct OpenOrder: Sendable, Codable {
  enum State: UInt8, Sendable, Codable {
    /// Waits for the Supervisor.
    case pending
    case sent
    case working
    /// A conditional order that has become a market order.
    case triggered
    /// Only the venue knows.
    case unknown
  }

  /// Whom it serves.
  enum Role: UInt8, Sendable, Codable {
    /// An intent of the strategy.
    case wish
    /// A step towards a target position.
    case target
    // Legs of a bracket, and the market order that leaves in their place.
    case stop
    case takeProfit
    case exit
  }

  /// 0 = the slot is free.
  var id: UInt64 = 0
  var request = OrderRequest(instrument: 0, instance: 0, side: .buy, type: .market, quantity: .zero, price: .zero)
  var isReducing = false
  /// The intent's; 0 = the host made the order.
  var tag: UInt64 = 0
  var state = State.sent
  /// Kept while nobody knows more of it.
  var hasTriggered = false
  var role = Role.wish
  /// A step of a strategy's target: the target has one end for all its steps. The host's own way out is an order like any.
  var isStep: Bool { role == .target && tag != 0 }
  /// Of the entry that it opens with, or of the bracket that it serves; -1 = none.
  var bracket: Int32 = -1
  var filled: Int64 = 0
  /// The cancel intent that waits for this order's end; 0 = none.
  var cancelTag: UInt64 = 0
  var cancelSent = false
  /// Its life in milliseconds is over: it ends as expired.
  var isExpiring = false
  /// A replacement took its place: it ends as replaced.
  var isReplaced = false
  /// Waits for its approval and then takes this order's place; -1 = none.
  var replaces: Int32 = -1
  /// The id of that one: its slot may have become another order's by then.
  var replacesID: UInt64 = 0
  /// Something follows once this order is gone, because both could not be open at once: `OrderTable.staged`.
  var hasSuccessor = false
  /// Receive time at which its life, or the wait for its approval, is over.
  var deadline = Int64.max
  /// Its life once it is sent; 0 = until it is cancelled.
  var lifeMilliseconds: Int64 = 0
  // When it was decided, and the quote then.
  var decisionNanoseconds: Int64 = 0
  var decisionBid = Price.zero
  var decisionAsk = Price.zero
}

/// An order that could not be checked yet: an exit that has to wait for the one it replaces.
struct StagedOrder: Sendable, Codable {
  var tag: UInt64 = 0
  var request = OrderRequest(instrument: 0, instance: 0, side: .buy, type: .market, quantity: .zero, price: .zero)
  var lifeMilliseconds: Int64 = 0
  var intent = qe_intent()
}

/// Open orders by slot, each instance's own in a short list, oldest first.
struct OrderTable: ~Copyable {
  /// Of a strategy's own; the host keeps room beside them for the orders that protect and leave.
  static let perInstance = 64
  static let hostReserve = 8
  static let slotsPerInstance = perInstance + hostReserve

  private let orders: UnsafeMutablePointer<OpenOrder>
  /// By slot, valid where the order has a successor: kept apart, because it is large and rare.
  private let stagedOrders: UnsafeMutablePointer<StagedOrder>
  private let lists: UnsafeMutablePointer<Int32>
  private let counts: UnsafeMutablePointer<Int32>
  let capacity: Int
  let instanceCount: Int

  init(instanceCount: Int) {
    self.instanceCount = instanceCount
    capacity = max(1, instanceCount) * Self.slotsPerInstance
    // Unsafe: fixed tables, owned here, freed in deinit; indices come from the risk gate and from the lists below.
    orders = .allocate(capacity: capacity)
    orders.initialize(repeating: OpenOrder(), count: capacity)
    stagedOrders = .allocate(capacity: capacity)
    stagedOrders.initialize(repeating: StagedOrder(), count: capacity)
    lists = .allocate(capacity: capacity)
    lists.initialize(repeating: 0, count: capacity)
    counts = .allocate(capacity: max(1, instanceCount))
    counts.initialize(repeating: 0, count: max(1, instanceCount))
  }

  deinit {
    orders.deallocate()
    stagedOrders.deallocate()
    lists.deallocate()
    counts.deallocate()
  }

  /// In place: an order is far too large to be copied for a look at one field.
  subscript(slot: Int32) -> UnsafeMutablePointer<OpenOrder> { orders + Int(slot) }

  func staged(_ slot: Int32) -> UnsafeMutablePointer<StagedOrder> { stagedOrders + Int(slot) }

  func isOpen(_ slot: Int32) -> Bool { slot >= 0 && orders[Int(slot)].id != 0 }
  func isFull(_ instance: Int32) -> Bool { counts[Int(instance)] >= Int32(Self.perInstance) }
  func hasRoom(_ instance: Int32) -> Bool { counts[Int(instance)] < Int32(Self.slotsPerInstance) }

  mutating func add(_ order: borrowing OpenOrder, slot: Int32) {
    let instance = Int(order.request.instance)
    orders[Int(slot)] = copy order
    lists[instance * Self.slotsPerInstance + Int(counts[instance])] = slot
    counts[instance] += 1
  }

  mutating func remove(slot: Int32) {
    let instance = Int(orders[Int(slot)].request.instance)
    let base = instance * Self.slotsPerInstance
    let last = Int(counts[instance]) - 1
    // Keeps the order of the rest: cancels on a halt go out oldest first.
    guard last >= 0, let position = (0...last).first(where: { lists[base + $0] == slot }) else { return }
    for index in position..<last { lists[base + index] = lists[base + index + 1] }
    counts[instance] -= 1
    // All that says that a slot is in use; the rest is written anew by the next order in it.
    orders[Int(slot)].id = 0
  }

  func count(_ instance: Int32) -> Int { Int(counts[Int(instance)]) }
  func slot(_ instance: Int32, at position: Int) -> Int32 { lists[Int(instance) * Self.slotsPerInstance + position] }

  /// The slot of the instance's own open order with this tag.
  func slot(_ instance: Int32, tag: UInt64) -> Int32? {
    for position in 0..<count(instance) {
      let slot = slot(instance, at: position)
      if orders[Int(slot)].tag == tag, orders[Int(slot)].role == .wish { return slot }
    }
    return nil
  }

  func slot(orderID: UInt64) -> Int32? {
    for instance in 0..<Int32(instanceCount) {
      for position in 0..<count(instance) where orders[Int(slot(instance, at: position))].id == orderID { return slot(instance, at: position) }
    }
    return nil
  }

  /// Whether an open order, a waiting cancel or a waiting replacement of the instance has this tag.
  func isTagInUse(_ instance: Int32, tag: UInt64) -> Bool {
    for position in 0..<count(instance) {
      let order = orders + Int(slot(instance, at: position))
      if order.pointee.tag == tag || order.pointee.cancelTag == tag
        || (order.pointee.hasSuccessor && staged(slot(instance, at: position)).pointee.tag == tag)
      {
        return true
      }
    }
    return false
  }
}
