import Synchronization

/// Messages of different lengths from one thread to another, without locks: the sender never waits, and what finds no room is counted.
final class MessageQueue: @unchecked Sendable {
  // Unchecked: the sender writes between tail and head, the receiver reads between head and tail; each moves its own end alone.
  private let memory: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes that were sent, and taken, since the beginning.
  private let sent = Atomic<Int>(0)
  private let taken = Atomic<Int>(0)
  private let droppedCount = Atomic<Int>(0)
  // The sender's own.
  private var head = 0
  private var knownTaken = 0

  /// Where a message does not fit before the memory's end, the rest is passed over.
  private static let skip = UInt64.max

  /// - Parameter capacity: bytes, a power of two.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    self.capacity = capacity
    // Unsafe: a ring of plain bytes, owned here, freed in deinit; only what was sent is read.
    memory = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { memory.deallocate() }

  var dropped: Int { droppedCount.load(ordering: .relaxed) }

  /// - Parameters:
  ///   - size: bytes, a multiple of 8.
  ///   - fill: writes them.
  /// - Returns: false when there is no room.
  @inline(__always)
  func send(_ size: Int, _ fill: (UnsafeMutableRawPointer) -> Void) -> Bool {
    let whole = size &+ 8
    var start = head & (capacity &- 1)
    var end = head &+ whole
    let passed = capacity &- start < whole ? capacity &- start : 0
    end &+= passed
    if end &- knownTaken > capacity {
      knownTaken = taken.load(ordering: .acquiring)
      if end &- knownTaken > capacity {
        droppedCount.wrappingAdd(1, ordering: .relaxed)
        return false
      }
    }
    if passed > 0 {
      memory.storeBytes(of: Self.skip, toByteOffset: start, as: UInt64.self)
      start = 0
    }
    memory.storeBytes(of: UInt64(size), toByteOffset: start, as: UInt64.self)
    fill(memory + start + 8)
    head = end
    sent.store(end, ordering: .releasing)
    return true
  }

  /// Gives every message that is there, oldest first.
  func receive(_ body: (UnsafeRawBufferPointer) -> Void) {
    var tail = taken.load(ordering: .relaxed)
    let end = sent.load(ordering: .acquiring)
    while tail < end {
      let start = tail & (capacity - 1)
      let size = memory.load(fromByteOffset: start, as: UInt64.self)
      if size == Self.skip {
        tail += capacity - start
      } else {
        body(UnsafeRawBufferPointer(start: memory + start + 8, count: Int(size)))
        tail += Int(size) + 8
      }
      taken.store(tail, ordering: .releasing)
    }
  }
}
