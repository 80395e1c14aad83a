import Market

/// A growing array of ticks that sorts itself by time and keeps the order of equal times.
struct SortedTicks: ~Copyable {
  private var base: UnsafeMutablePointer<Tick>
  private var capacity: Int
  private(set) var count = 0
  private var taken = 0

  init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// Where the next ticks go. - Precondition: `reserve` made room.
  var free: UnsafeMutablePointer<Tick> { base + count }

  mutating func reserve(_ extra: Int) {
    guard count + extra > capacity else { return }
    let larger = max(capacity * 2, count + extra)
    let memory = UnsafeMutablePointer<Tick>.allocate(capacity: larger)
    memory.moveInitialize(from: base, count: count)
    base.deallocate()
    base = memory
    capacity = larger
  }

  mutating func commit(_ added: Int) { count += added }

  /// The next ticks in order; 0 at the end.
  mutating func take(into target: UnsafeMutablePointer<Tick>, capacity: Int) -> Int {
    let number = min(capacity, count - taken)
    target.update(from: base + taken, count: number)
    taken += number
    return number
  }

  /// Bottom-up merge sort: stable by construction, which `Array.sort` does not promise.
  mutating func sort() {
    let isSorted = (1..<max(count, 1)).allSatisfy { base[$0 - 1].exchangeMilliseconds <= base[$0].exchangeMilliseconds }
    if isSorted { return }
    var scratch = UnsafeMutablePointer<Tick>.allocate(capacity: capacity)
    var width = 1
    while width < count {
      var start = 0
      while start < count {
        merge(into: scratch, start, min(start + width, count), min(start + 2 * width, count))
        start += 2 * width
      }
      swap(&base, &scratch)
      width *= 2
    }
    scratch.deallocate()
  }

  private func merge(into target: UnsafeMutablePointer<Tick>, _ start: Int, _ middle: Int, _ end: Int) {
    var left = start
    var right = middle
    for index in start..<end {
      // The left one on equal times: it came first.
      if left < middle, right >= end || base[left].exchangeMilliseconds <= base[right].exchangeMilliseconds {
        target[index] = base[left]
        left += 1
      } else {
        target[index] = base[right]
        right += 1
      }
    }
  }
}
