/// A ring of fixed capacity. The engine's own bounds keep it from overflowing; running over is a defect and stops.
struct BoundedQueue<Element>: ~Copyable {
  private let storage: UnsafeMutablePointer<Element>
  private let capacity: Int
  private var head = 0
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    // Unsafe: uninitialised ring; exactly the `count` elements from `head` on are initialised.
    storage = .allocate(capacity: capacity)
  }

  deinit {
    for offset in 0..<count { (storage + (head + offset) % capacity).deinitialize(count: 1) }
    storage.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  /// Oldest first; for saving, not for the hot path.
  var elements: [Element] { (0..<count).map { storage[(head + $0) % capacity] } }

  mutating func append(_ element: consuming Element) {
    precondition(count < capacity, "a bounded queue ran over: the engine's bound is wrong")
    var index = head + count
    if index >= capacity { index -= capacity }
    (storage + index).initialize(to: element)
    count += 1
  }

  /// The oldest, in place until it is removed: elements are large, and a look must not copy one.
  var first: UnsafePointer<Element>? { count > 0 ? UnsafePointer(storage + head) : nil }

  mutating func removeFirst() {
    precondition(count > 0, "nothing to remove")
    (storage + head).deinitialize(count: 1)
    head = head + 1 == capacity ? 0 : head + 1
    count -= 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = (storage + head).move()
    head = head + 1 == capacity ? 0 : head + 1
    count -= 1
    return element
  }
}
