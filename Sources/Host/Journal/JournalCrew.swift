import Cryptography
import Glibc
import Kernel
import Synchronization

/// The journal's own thread, and what the engine's shares with it.
///
/// Blocks that the engine has left are chained, the next segment is made before it is needed, and what was written goes to the disk.
final class JournalCrew: @unchecked Sendable {
  // Unchecked: what both threads use is atomic or behind the lock; the rest is the crew's thread's alone.
  let options: JournalOptions
  private let folder: String
  private let disk: JournalDisk
  private let blocksPerSegment: Int

  /// Bytes of the journal that are whole, over all segments.
  private let position = Atomic<Int>(0)
  private let durable = Atomic<Int>(0)
  /// The last position that somebody does something at once the disk has it.
  private let awaited = Atomic<Int>(0)
  private let onDurable: @Sendable () -> Void
  private let isEnding = Atomic<Bool>(false)
  private let isWorking = Atomic<Bool>(true)
  /// Records were lost: what is written behind a gap could not be read.
  private let hasGivenUp = Atomic<Bool>(false)
  /// The engine's thread waits for a segment: one more try, however short ago the last one failed.
  private let isWanted = Atomic<Bool>(false)
  struct SnapshotOrder: Sendable {
    var place: JournalSnapshot.Place
    var sequence: UInt64
    /// Bytes of the journal before it.
    var position: Int
    /// Made on the crew's thread.
    var content: @Sendable () -> [UInt8]
  }

  private struct Shared {
    var next: MappedFile?
    /// Waits until the journal before it is on the disk.
    var snapshot: SnapshotOrder?
    var isWritingSnapshot = false
    /// Why the last snapshot was not written; nil where it was.
    var noSnapshot: String?
    /// Why the next segment could not be made; over once it is.
    var noSegment: String?
    /// Why what was written did not reach the disk. It stays: after a sync that failed nobody knows which pages the disk has, and the
    /// next sync says nothing of them.
    var notOnDisk: String?
    /// Why records are missing. It stays: whoever asks must never be told that it is written again.
    var lost: String?

    var trouble: String? { lost ?? notOnDisk ?? noSegment }
  }
  private let shared = Mutex(Shared())
  private let words: UnsafeMutableRawPointer
  /// Raised by the engine's thread when it waits for something.
  private let wish: SharedWord
  /// Raised by the crew's after each round.
  private let round: SharedWord

  // The crew's own.
  private var segments: [Int: MappedFile] = [:]
  private var made = 1
  private var sealed = 0
  private var touched = 0
  private var chain: Digest
  private let headDigest: String
  private var lastSync: Int64 = 0
  private var nextTry: Int64 = 0

  private static let idleNanoseconds: Int64 = 5_000_000
  private static let ahead = 4 << 20

  init(folder: String, options: JournalOptions, disk: JournalDisk, chain: Digest, first: MappedFile, onDurable: @escaping @Sendable () -> Void) {
    self.onDurable = onDurable
    self.folder = folder
    self.disk = disk
    self.options = options
    self.chain = chain
    headDigest = chain.hex
    blocksPerSegment = options.segmentBytes / JournalFormat.blockSize
    segments[0] = first
    // Unsafe: two words of their own cache lines, owned here, freed in deinit, zero at the beginning.
    words = .allocate(byteCount: 2 * SharedWord.size, alignment: 64)
    words.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * SharedWord.size)
    wish = SharedWord(at: words)
    round = SharedWord(at: words + SharedWord.size)
  }

  deinit { words.deallocate() }

  func start() throws(KernelError) { try BackgroundThread.start { [self] in work() } }

  // MARK: The engine's side

  var trouble: String? { shared.withLock { $0.trouble } }

  /// Whether something that was written may not be on the disk, for good.
  var isNotOnDisk: Bool { shared.withLock { $0.notOnDisk != nil } }

  @inline(__always)
  func publish(_ bytes: Int) { position.store(bytes, ordering: .releasing) }

  /// The next segment; waits for it where it is not there yet. Nil when it cannot be made.
  func nextSegment() -> MappedFile? {
    isWanted.store(true, ordering: .releasing)
    while true {
      let seen = round.value
      // Before the look: what the try left is there when it says that it is over.
      let isOver = !isWanted.load(ordering: .acquiring)
      let (next, trouble) = shared.withLock { shared in
        defer { shared.next = nil }
        return (shared.next, shared.noSegment)
      }
      if let next { return next }
      if isOver, trouble != nil { return nil }
      wish.raise(wish.value &+ 1)
      round.sleep(while: seen, nanoseconds: Self.idleNanoseconds)
    }
  }

  /// No segment is made any more, though there may be room again.
  func giveUp() {
    shared.withLock {
      hasGivenUp.store(true, ordering: .releasing)
      $0.lost = "\(folder): its end is lost: \($0.noSegment ?? "no segment could be made in time")"
    }
  }

  /// The journal up to there is wanted on the disk.
  func `await`(_ bytes: Int) {
    // In one order with `durable`: either the crew sees it, or who awaits sees that it is there.
    awaited.store(bytes, ordering: .sequentiallyConsistent)
    wish.raise(wish.value &+ 1)
  }

  func standing(of bytes: Int) -> JournalWriter.Standing {
    if durable.load(ordering: .sequentiallyConsistent) >= bytes { return .durable }
    return bytes == .max || isNotOnDisk ? .never : .waits
  }

  /// Takes it where none is waiting.
  func order(_ snapshot: SnapshotOrder) -> Bool {
    shared.withLock { shared in
      guard shared.snapshot == nil else { return false }
      shared.snapshot = snapshot
      return true
    }
  }

  /// Why the last snapshot was not written; nil where it was, or there was none.
  var snapshotTrouble: String? { shared.withLock { $0.noSnapshot } }

  /// Until they are on the disk, or nobody can say any more that they are.
  func waitUntilDurable(_ bytes: Int) {
    while standing(of: bytes) == .waits {
      let seen = round.value
      wish.raise(wish.value &+ 1)
      round.sleep(while: seen, nanoseconds: Self.idleNanoseconds)
    }
  }

  /// Seals what there is, and ends the thread.
  func end() {
    isEnding.store(true, ordering: .releasing)
    while isWorking.load(ordering: .acquiring) {
      let seen = round.value
      wish.raise(wish.value &+ 1)
      round.sleep(while: seen, nanoseconds: Self.idleNanoseconds)
    }
  }

  // MARK: The crew's side

  private func work() {
    while true {
      let seen = wish.value
      let isEnding = isEnding.load(ordering: .acquiring)
      let bytes = position.load(ordering: .acquiring)
      seal(upTo: bytes / JournalFormat.blockSize)
      if isEnding { break }
      prepare(bytes)
      sync(bytes)
      writeSnapshot()
      round.raise(round.value &+ 1)
      wish.sleep(while: seen, nanoseconds: Self.idleNanoseconds)
    }
    finish(position.load(ordering: .acquiring))
    isWorking.store(false, ordering: .releasing)
    round.raise(round.value &+ 1)
  }

  private func seal(upTo count: Int) {
    while sealed < count {
      let index = sealed / blocksPerSegment
      guard let segment = segments[index] else { return }
      seal(segment.base + sealed % blocksPerSegment * JournalFormat.blockSize)
      if sealed % blocksPerSegment == 0 {
        if options.sync != .none { do throws(KernelError) { try disk.sync(segment) } catch { isNotOnDisk(error) } }
        segments[index] = nil
      }
    }
  }

  private func seal(_ block: UnsafeMutableRawPointer) {
    let trailer = block + JournalFormat.blockCapacity
    let used = Int(UInt32(littleEndian: trailer.load(fromByteOffset: 4, as: UInt32.self)))
    chain = JournalChain.next(chain, UnsafeRawPointer(block), number: UInt64(sealed), used: used)
    chain.bytes.withUnsafeBytes { (trailer + 16).copyMemory(from: $0.baseAddress!, byteCount: Digest.byteCount) }
    trailer.storeBytes(of: UInt64(sealed).littleEndian, toByteOffset: 8, as: UInt64.self)
    // Last: whoever reads it meanwhile takes the block for sealed only when it is.
    trailer.storeBytes(of: JournalFormat.trailerMagic.littleEndian, as: UInt32.self)
    sealed += 1
  }

  /// The segment after the one in work, and memory for the bytes that come next.
  private func prepare(_ bytes: Int) {
    let current = bytes / options.segmentBytes
    if let segment = segments[current] {
      let from = max(touched, current * options.segmentBytes)
      let end = min(bytes + Self.ahead, (current + 1) * options.segmentBytes)
      // Page by page of the kernel's own: never the ones that are in work.
      if end - from >= JournalFormat.blockSize {
        let count = (end - from) / JournalFormat.blockSize * JournalFormat.blockSize
        segment.touch(from - current * options.segmentBytes..<from - current * options.segmentBytes + count)
        touched = from + count
      }
    }
    guard !hasGivenUp.load(ordering: .acquiring), made <= current + 1, shared.withLock({ $0.next == nil }) else { return }
    let isAsked = isWanted.load(ordering: .acquiring)
    guard isAsked || Clocks.monotonicNanoseconds() >= nextTry else { return }
    // Only what was asked before the try began is answered by it.
    defer { if isAsked { isWanted.store(false, ordering: .releasing) } }
    do throws(KernelError) {
      CrashPoint.pass(.beforeSegment)
      defer { CrashPoint.pass(.afterSegment) }
      let next = try disk.make("\(folder)/\(JournalFormat.segmentName(made + 1))", options.segmentBytes)
      // The engine may have given up while it was being made.
      let isOfUse = shared.withLock {
        if hasGivenUp.load(ordering: .acquiring) { return false }
        $0.next = next
        $0.noSegment = nil
        return true
      }
      guard isOfUse else { return try Files.remove(next.path) }
      segments[made] = next
      made += 1
    } catch {
      nextTry = Clocks.monotonicNanoseconds() + 1_000_000_000
      // Only once the one in work is full does it hurt; the engine's thread asks then.
      shared.withLock { $0.noSegment = "\(error)" }
    }
  }

  private func sync(_ bytes: Int) {
    guard options.sync != .none, durable.load(ordering: .relaxed) < bytes, !isNotOnDisk else { return }
    let now = Clocks.monotonicNanoseconds()
    guard options.sync == .always || now - lastSync >= options.intervalMilliseconds * 1_000_000 else { return }
    do throws(KernelError) {
      for index in segments.keys.sorted() where index * options.segmentBytes < bytes { try disk.sync(segments[index]!) }
      lastSync = now
      let before = durable.load(ordering: .relaxed)
      durable.store(bytes, ordering: .sequentiallyConsistent)
      if awaited.load(ordering: .sequentiallyConsistent) > before { onDurable() }
    } catch { isNotOnDisk(error) }
  }

  /// Never one that is ahead of what a reader finds: after a power cut that would be another history. On a thread of its own: orders may be
  /// waiting for this one.
  private func writeSnapshot() {
    let due: SnapshotOrder? = shared.withLock { shared in
      guard let order = shared.snapshot, !shared.isWritingSnapshot,
        options.sync == .none || durable.load(ordering: .relaxed) >= order.position
      else { return nil }
      shared.isWritingSnapshot = true
      return order
    }
    guard let due else { return }
    @Sendable func done(_ trouble: String?) {
      shared.withLock { ($0.snapshot, $0.isWritingSnapshot, $0.noSnapshot) = (nil, false, trouble) }
      wish.raise(wish.value &+ 1)
    }
    do throws(KernelError) {
      try BackgroundThread.start { [self] in
        let line = JournalSnapshot.Line(head: headDigest, sequence: due.sequence, place: due.place)
        do throws(KernelError) {
          try JournalSnapshot(line: line, content: due.content()).write(in: folder)
          done(nil)
        } catch { done("\(error)") }
      }
    } catch { done("\(error)") }
  }

  private func finish(_ bytes: Int) {
    // The folder may be taken away behind us.
    while shared.withLock({ $0.isWritingSnapshot }) { wish.sleep(while: wish.value, nanoseconds: Self.idleNanoseconds) }
    let current = sealed / blocksPerSegment
    let rest = bytes - sealed * JournalFormat.blockSize
    if rest > 0, let segment = segments[current] {
      let block = segment.base + sealed % blocksPerSegment * JournalFormat.blockSize
      block.storeBytes(of: UInt32(rest).littleEndian, toByteOffset: JournalFormat.blockCapacity + 4, as: UInt32.self)
      seal(block)
    }
    let whole = sealed * JournalFormat.blockSize
    for index in segments.keys.sorted() {
      guard let segment = segments[index] else { continue }
      do throws(KernelError) {
        let used = whole - index * options.segmentBytes
        // One that was made ahead and never begun; the first one stays, that of a run without inputs too.
        if used <= 0, index > 0 { try Files.remove(segment.path) } else { try segment.truncate(to: max(0, min(used, options.segmentBytes))) }
        if used > 0, options.sync != .none { try disk.sync(segment) }
      } catch { isNotOnDisk(error) }
    }
    segments = [:]
    // What was written is whole without one.
    shared.withLock { $0.noSegment = nil }
  }

  private func isNotOnDisk(_ error: KernelError) {
    shared.withLock {
      $0.notOnDisk = $0.notOnDisk ?? "\(error): what was written before it may be gone after a power cut; mend the disk, then start the host again"
    }
    onDurable()
  }
}

enum JournalChain {
  /// Of the chain before, a block's room for records, its number and how much of it is used.
  static func next(_ chain: Digest, _ block: UnsafeRawPointer, number: UInt64, used: Int) -> Digest {
    var hasher = SHA256Hasher()
    chain.bytes.withUnsafeBytes { hasher.update($0) }
    hasher.update(UnsafeRawBufferPointer(start: block, count: JournalFormat.blockCapacity))
    withUnsafeBytes(of: (number.littleEndian, UInt64(used).littleEndian)) { hasher.update($0) }
    return hasher.finalize()
  }
}
