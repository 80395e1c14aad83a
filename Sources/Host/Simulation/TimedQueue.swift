/// First in, first out, with times that never fall: what would overtake waits for the one before it.
///
/// A ring that grows; who fills it is bounded (the engine's budgets, the line's slots), and so is it.
struct TimedQueue<Element> {
  private var items: [(time: Int64, element: Element)?] = []
  private var head = 0
  private(set) var count = 0
  /// Of the element that was added last.
  private(set) var latest = Int64.min

  var first: Int64? { count == 0 ? nil : items[head]?.time }

  mutating func append(_ element: Element, at time: Int64) {
    if count == items.count { grow() }
    latest = max(latest, time)
    items[(head + count) % items.count] = (latest, element)
    count += 1
  }

  mutating func removeFirst() -> Element {
    guard count > 0, let item = items[head] else { preconditionFailure("the queue is empty") }
    items[head] = nil
    head = (head + 1) % items.count
    count -= 1
    return item.element
  }

  private mutating func grow() {
    var larger: [(time: Int64, element: Element)?] = []
    larger.reserveCapacity(max(16, 2 * items.count))
    for index in 0..<count { larger.append(items[(head + index) % items.count]) }
    larger.append(contentsOf: repeatElement(nil, count: max(16, 2 * items.count) - count))
    items = larger
    head = 0
  }
}

/// A binary heap by time, then sequence: data by the venue's clock.
struct TimeHeap {
  struct Item {
    var time: Int64
    var sequence: UInt64
    var slot: Int

    static func < (a: Item, b: Item) -> Bool { a.time != b.time ? a.time < b.time : a.sequence < b.sequence }
  }

  private var items: [Item] = []

  var first: Item? { items.first }

  mutating func insert(_ item: Item) {
    items.append(item)
    var index = items.count - 1
    while index > 0, items[index] < items[(index - 1) / 2] {
      items.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// - Precondition: not empty.
  mutating func removeFirst() -> Item {
    items.swapAt(0, items.count - 1)
    let first = items.removeLast()
    var index = 0
    while true {
      var least = index
      let left = 2 * index + 1
      if left < items.count, items[left] < items[least] { least = left }
      if left + 1 < items.count, items[left + 1] < items[least] { least = left + 1 }
      if least == index { return first }
      items.swapAt(index, least)
      index = least
    }
  }
}
