import Cryptography
import Glibc
import Kernel
import Market

/// Appends records to a journal: the engine thread copies and checks them, a thread of the journal's own makes the segments, chains the
/// blocks and writes to the disk.
///
/// One thread at a time appends. What is appended survives the process from that moment on; `JournalSync` says what survives the machine.
public final class JournalWriter {
  public let folder: String
  private let crew: JournalCrew
  private var segment: MappedFile
  /// Of the block in work.
  private var block: UnsafeMutableRawPointer
  private var offset = 0
  /// In the journal.
  private var blockNumber = 0
  private let blocksPerSegment: Int
  /// Where records go that no segment has room for.
  private let waste: UnsafeMutableRawPointer
  private var recordCount = 0
  /// Records when the waste began.
  private var keptCount = 0
  /// Records that are in no segment.
  public var lostCount: Int { block == waste ? recordCount - keptCount : 0 }
  /// There is no segment for what comes, so that it is lost.
  public var isLost: Bool { !isClosed && block == waste }
  /// It is written, and may not be on the disk, for good: after a power cut it may be gone.
  public var isNotOnDisk: Bool { crew.isNotOnDisk }
  private var isClosed = false

  /// Makes the folder's head and its first segment.
  ///
  /// - Parameters:
  ///   - state: what the engine goes on with, by the head's origin; nil for one that begins anew.
  ///   - onDurable: what is awaited is on the disk, or never will be; called on the journal's own thread.
  /// - Throws: when the folder has a journal already, or cannot be written.
  public convenience init(
    folder: String, head: JournalHead, state: [UInt8]? = nil, options: JournalOptions, onDurable: @escaping @Sendable () -> Void = {}
  ) throws(JournalError) {
    try self.init(folder: folder, head: head, state: state, options: options, disk: JournalDisk(), onDurable: onDurable)
  }

  package init(
    folder: String, head: JournalHead, state: [UInt8]? = nil, options: JournalOptions, disk: JournalDisk,
    onDurable: @escaping @Sendable () -> Void = {}
  ) throws(JournalError) {
    precondition(options.segmentBytes % JournalFormat.blockSize == 0 && options.segmentBytes >= 2 * JournalFormat.blockSize)
    blocksPerSegment = options.segmentBytes / JournalFormat.blockSize
    self.folder = folder
    do throws(KernelError) {
      (segment, crew) = try Self.begin(folder, head, state, options, disk, onDurable)
    } catch {
      guard error.isThere else { throw JournalError(.unavailable, "\(error)") }
      throw JournalError(.badData, "\(folder): there is a journal already; name another folder")
    }
    block = segment.base
    // Unsafe: a block of nobody's, owned here and freed in deinit.
    waste = .allocate(byteCount: JournalFormat.blockSize, alignment: 64)
  }

  private static func begin(
    _ folder: String, _ head: JournalHead, _ state: [UInt8]?, _ options: JournalOptions, _ disk: JournalDisk,
    _ onDurable: @escaping @Sendable () -> Void
  ) throws(KernelError) -> (MappedFile, JournalCrew) {
    try Files.createFolders(folder)
    // Any file of a journal: what is taken away again with a run that fails must be of that run.
    if try Files.names(in: folder).contains(where: JournalFormat.isOwn) { throw KernelError("create", folder, code: EEXIST) }
    let text = head.bytes
    var made: [String] = []
    // With the head there is a journal: it comes last, and what a start left that failed is none.
    do throws(KernelError) {
      let path = "\(folder)/\(JournalFormat.segmentName(1))"
      let segment = try disk.make(path, options.segmentBytes)
      made.append(path)
      CrashPoint.pass(.beforeState)
      if let state {
        try Files.writeAtomically(state, to: "\(folder)/\(JournalFormat.stateName)", mode: 0o600, replacing: false)
        made.append("\(folder)/\(JournalFormat.stateName)")
      }
      let crew = JournalCrew(
        folder: folder, options: options, disk: disk, chain: SHA256Hasher.digest(of: text), first: segment, onDurable: onDurable)
      try crew.start()
      CrashPoint.pass(.beforeHead)
      do throws(KernelError) { try Files.writeAtomically(text, to: "\(folder)/\(JournalFormat.headName)", mode: 0o600, replacing: false) } catch {
        crew.end()
        throw error
      }
      return (segment, crew)
    } catch {
      for path in made { try? Files.remove(path) }
      Files.removeEmptyFolder(folder)
      throw error
    }
  }

  deinit {
    close()
    waste.deallocate()
  }

  /// What keeps records from the disk; nil while all is well. Any thread may ask.
  public var trouble: String? { crew.trouble }

  /// - Parameters:
  ///   - payloadSize: bytes that `fill` puts, at most.
  ///   - fill: puts the payload.
  @inline(__always)
  public func append(
    _ kind: RecordKind, variant: UInt8 = 0, sequence: UInt64, receiveNanoseconds: Int64, payloadSize: Int, _ fill: (inout RecordEncoder) -> Void
  ) {
    CrashPoint.pass(.beforeAppend)
    let size = (JournalFormat.headerSize &+ payloadSize &+ 7) & ~7
    if offset &+ size > JournalFormat.blockCapacity { nextBlock() }
    let record = block + offset
    var encoder = RecordEncoder(at: record, offset: 4)
    encoder.put(UInt16(truncatingIfNeeded: size))
    encoder.put(kind.rawValue)
    encoder.put(variant)
    encoder.put(sequence)
    encoder.put(receiveNanoseconds)
    fill(&encoder)
    // The padding is zero already: a block's memory is written once.
    record.storeBytes(of: CRC32C.value(of: record + 4, size &- 4).littleEndian, as: UInt32.self)
    offset &+= size
    recordCount &+= 1
    if block != waste { crew.publish(blockNumber &* JournalFormat.blockSize &+ offset) }
    CrashPoint.pass(.afterAppend)
  }

  /// An order leaves when the disk has its record.
  public var holdsSends: Bool { crew.options.sync == .always }

  /// Before an order leaves: with `always` it waits until all that was appended is on the disk.
  @inline(__always)
  public func beforeSend() {
    if holdsSends { wait(for: position) }
  }

  /// Whether the disk has the journal up to a position.
  public enum Standing: Sendable {
    case durable, waits
    /// It has not, and nobody will ever be able to say that it has.
    case never
  }

  /// Where the journal ends now; beyond every end where its records are lost.
  private var position: Int { block == waste ? .max : blockNumber * JournalFormat.blockSize + offset }

  /// The position of all that was appended; `onDurable` is called when the disk has it.
  public func awaited() -> Int {
    let position = position
    if position != .max { crew.await(position) }
    return position
  }

  public func standing(of position: Int) -> Standing { crew.standing(of: position) }

  /// Until the disk has it, or never will.
  public func wait(for position: Int) { crew.waitUntilDurable(position) }

  /// Has what the host knows now kept beside the segments, once the disk has what was appended before.
  ///
  /// - Parameters:
  ///   - sequence: of the last input.
  ///   - content: called on the journal's thread.
  /// - Returns: false where the last one is not written yet, or nothing is written any more.
  public func snapshot(after sequence: UInt64, content: @escaping @Sendable () -> [UInt8]) -> Bool {
    guard !isClosed, block != waste else { return false }
    let place = JournalSnapshot.Place(
      segment: blockNumber / blocksPerSegment + 1, block: blockNumber % blocksPerSegment, offset: offset, blockNumber: blockNumber)
    return crew.order(
      JournalCrew.SnapshotOrder(place: place, sequence: sequence, position: blockNumber * JournalFormat.blockSize + offset, content: content))
  }

  /// Why the last snapshot was not written; nil where it was, or there was none.
  public var snapshotTrouble: String? { crew.snapshotTrouble }

  /// All that was appended is on the disk, sealed, and the files are as long as they need be. What comes later is lost.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    crew.end()
    lose()
  }

  /// Takes the journal away again, of a run that is none.
  public func discard() {
    close()
    for name in (try? Files.names(in: folder)) ?? [] where JournalFormat.isOwn(name) { try? Files.remove("\(folder)/\(name)") }
    Files.removeEmptyFolder(folder)
  }

  private func nextBlock() {
    guard block != waste else {
      offset = 0
      return
    }
    let isLast = (blockNumber + 1) % blocksPerSegment == 0
    // While there is still room to say so: that nothing follows this block, however the host ends, must be seen by the next one.
    let next = isLast ? crew.nextSegment() : nil
    let isLost = isLast && next == nil
    let used = UInt32(offset) | (isLost ? JournalFormat.lostMark : 0)
    block.storeBytes(of: used.littleEndian, toByteOffset: JournalFormat.blockCapacity + 4, as: UInt32.self)
    blockNumber += 1
    offset = 0
    crew.publish(blockNumber * JournalFormat.blockSize)
    if isLost {
      crew.giveUp()
      return lose()
    }
    if let next {
      segment = next
      block = next.base
    } else {
      block += JournalFormat.blockSize
    }
  }

  private func lose() {
    keptCount = recordCount
    block = waste
    offset = 0
  }
}
