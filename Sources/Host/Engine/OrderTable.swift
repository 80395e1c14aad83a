import Market
import Risk

/// One open order. Lives in the slot of its risk reservation.
struct OpenOrder {
  var order: ApprovedOrder?
  var tag: UInt64 = 0
  var filled: Int64 = 0
  /// The cancel intent that waits for this order's end; 0 = none.
  var cancelTag: UInt64 = 0
  var cancelSent = false
  var decisionNanoseconds: Int64 = 0
  var decisionBid = Price.zero
  var decisionAsk = Price.zero
}

/// Open orders by slot, each instance's own in a short list.
struct OrderTable: ~Copyable {
  static let perInstance = 64

  private let orders: UnsafeMutablePointer<OpenOrder>
  private let lists: UnsafeMutablePointer<Int32>
  private let counts: UnsafeMutablePointer<Int32>
  let capacity: Int
  let instanceCount: Int

  init(instanceCount: Int) {
    self.instanceCount = instanceCount
    capacity = max(1, instanceCount) * Self.perInstance
    // Unsafe: fixed tables, owned here, freed in deinit; indices come from the risk gate and from the lists below.
    orders = .allocate(capacity: capacity)
    orders.initialize(repeating: OpenOrder(), count: capacity)
    lists = .allocate(capacity: capacity)
    lists.initialize(repeating: 0, count: capacity)
    counts = .allocate(capacity: max(1, instanceCount))
    counts.initialize(repeating: 0, count: max(1, instanceCount))
  }

  deinit {
    orders.deallocate()
    lists.deallocate()
    counts.deallocate()
  }

  subscript(slot: Int32) -> OpenOrder {
    get { orders[Int(slot)] }
    set { orders[Int(slot)] = newValue }
  }

  func isFull(_ instance: Int32) -> Bool { counts[Int(instance)] == Self.perInstance }

  mutating func add(_ order: ApprovedOrder, tag: UInt64) {
    let instance = Int(order.request.instance)
    orders[Int(order.slot)] = OpenOrder(order: order, tag: tag)
    lists[instance * Self.perInstance + Int(counts[instance])] = order.slot
    counts[instance] += 1
  }

  mutating func remove(slot: Int32) {
    guard let order = orders[Int(slot)].order else { return }
    let instance = Int(order.request.instance)
    let base = instance * Self.perInstance
    let last = Int(counts[instance]) - 1
    // Keeps the order of the rest: cancels on a halt go out oldest first.
    guard let position = (0...last).first(where: { lists[base + $0] == slot }) else { return }
    for index in position..<last { lists[base + index] = lists[base + index + 1] }
    counts[instance] -= 1
    orders[Int(slot)] = OpenOrder()
  }

  func count(_ instance: Int32) -> Int { Int(counts[Int(instance)]) }
  func slot(_ instance: Int32, at position: Int) -> Int32 { lists[Int(instance) * Self.perInstance + position] }

  /// The slot of the instance's open order with this tag.
  func slot(_ instance: Int32, tag: UInt64) -> Int32? {
    for position in 0..<count(instance) {
      let slot = slot(instance, at: position)
      if orders[Int(slot)].tag == tag { return slot }
    }
    return nil
  }

  /// Whether an open order or a waiting cancel of the instance has this tag.
  func isTagInUse(_ instance: Int32, tag: UInt64) -> Bool {
    for position in 0..<count(instance) {
      let order = orders[Int(slot(instance, at: position))]
      if order.tag == tag || order.cancelTag == tag { return true }
    }
    return false
  }
}
