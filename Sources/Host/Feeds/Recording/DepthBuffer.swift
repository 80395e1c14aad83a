import Market

/// Depth updates that wait for a snapshot, in bounded memory: when it is full, the older half is forgotten.
///
/// An exchange answers a request for a snapshot with a state that is older than the updates that came meanwhile, so a
/// book needs those that arrived before its snapshot. Forgotten ones show later as a gap.
final class DepthBuffer {
  struct Update {
    var ids: BinanceDecoder.UpdateIDs
    var exchangeNanoseconds: Int64
    fileprivate var start: Int
    fileprivate var bidCount: Int
    fileprivate var askCount: Int
  }

  private var updates: [Update] = []
  /// Unsafe: lent to `DepthUpdate`, which an array cannot be beyond one call; owned and freed here.
  private let levels: UnsafeMutablePointer<BookLevel>
  private let levelCapacity: Int
  private let updateCapacity: Int
  private var levelCount = 0
  private var taken = 0
  /// Updates that found no room.
  private(set) var forgotten = 0

  init(levelCapacity: Int = 1 << 17, updateCapacity: Int = 1 << 13) {
    self.levelCapacity = levelCapacity
    self.updateCapacity = updateCapacity
    updates.reserveCapacity(updateCapacity)
    levels = .allocate(capacity: levelCapacity)
  }

  deinit { levels.deallocate() }

  func add(_ decoder: BinanceDecoder) {
    let count = decoder.bidCount + decoder.askCount
    while !updates.isEmpty, updates.count == updateCapacity || levelCount + count > levelCapacity { forgetHalf() }
    guard count <= levelCapacity else {
      forgotten += 1
      return
    }
    (levels + levelCount).update(from: decoder.levels, count: count)
    updates.append(
      Update(
        ids: decoder.updateIDs, exchangeNanoseconds: decoder.exchangeNanoseconds, start: levelCount, bidCount: decoder.bidCount,
        askCount: decoder.askCount))
    levelCount += count
  }

  /// The oldest that is left; it stays lent until the next call of anything here.
  func take() -> Update? {
    guard taken < updates.count else {
      clear()
      return nil
    }
    taken += 1
    return updates[taken - 1]
  }

  /// Puts back what was taken last, and forgets what was taken before it.
  func untake() {
    taken -= 1
    drop(taken)
    taken = 0
  }

  func depth(_ update: Update) -> DepthUpdate {
    DepthUpdate(
      bids: UnsafeBufferPointer(start: levels + update.start, count: update.bidCount),
      asks: UnsafeBufferPointer(start: levels + update.start + update.bidCount, count: update.askCount), isSnapshot: false)
  }

  func clear() {
    updates.removeAll(keepingCapacity: true)
    levelCount = 0
    taken = 0
  }

  private func forgetHalf() {
    let count = (updates.count + 1) / 2
    forgotten += count
    drop(count)
  }

  private func drop(_ count: Int) {
    guard count < updates.count else { return clear() }
    let start = updates[count].start
    levels.update(from: levels + start, count: levelCount - start)
    updates.removeFirst(count)
    for index in updates.indices { updates[index].start -= start }
    levelCount -= start
  }
}
