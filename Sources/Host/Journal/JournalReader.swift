import Cryptography
import Kernel
import Market

/// One record, lent until the reader's next call.
public struct JournalRecord {
  public let kind: RecordKind
  public let variant: UInt8
  public let sequence: UInt64
  public let receiveNanoseconds: Int64
  /// With its padding: up to seven zeros at the end.
  public let payload: UnsafeRawBufferPointer

  public var decoder: RecordDecoder { RecordDecoder(payload) }

  /// The same over bytes that the caller keeps.
  public func moved(to payload: UnsafeRawBufferPointer) -> JournalRecord {
    JournalRecord(kind: kind, variant: variant, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payload: payload)
  }
}

/// How a journal ends.
public enum JournalEnding: Sendable, Equatable {
  /// Sealed by a host that ended in order.
  case sealed
  /// Of a host that was killed, or that still runs: whole to its last record.
  case open
  /// The same, and behind the last whole record so many bytes of one that was being written.
  case torn(byteCount: Int)
  /// Whole to its last record, and more happened that is not here: the disk had no room for it, or lost it when the power was cut.
  case lost
}

/// Reads a journal from its first record to its last, and holds every byte of it to its checksums.
public struct JournalReader: ~Copyable {
  public let head: JournalHead
  /// SHA-256 of head.json.
  public let headDigest: String
  /// Nil until the end is reached.
  public private(set) var ending: JournalEnding?
  public private(set) var recordCount = 0
  /// Of the last input.
  public private(set) var lastSequence: UInt64 = 0

  private var blocks: JournalBlocks
  private let checksChain: Bool
  private var chain: Digest
  private var hasBlock = false
  /// Of the record that comes next, in its block.
  private var offset = 0
  /// Where the records of a block end that the engine has left; nil = it was in work.
  private var used: Int?
  private var isSealed = true
  /// Its last block says that what came next is lost.
  private var isLost = false
  private var lastKind: RecordKind?

  /// - Parameter checksChain: whether the blocks' chain is followed too: it names what was edited with its checksum mended.
  /// - Throws: of kind `.missingInput` where there is no journal.
  public init(folder: String, checksChain: Bool) throws(JournalError) {
    let (head, bytes) = try JournalHead.read(folder)
    self.head = head
    self.checksChain = checksChain
    chain = SHA256Hasher.digest(of: bytes)
    headDigest = chain.hex
    blocks = JournalBlocks(folder: folder)
  }

  /// Goes to the first record after a snapshot, before anything was read. The blocks before it are not looked at.
  ///
  /// - Throws: the journal does not have that place.
  public mutating func begin(after snapshot: JournalSnapshot) throws(JournalError) {
    precondition(!hasBlock && !checksChain, "a chain begins at the beginning")
    let place = snapshot.line.place
    guard place.segment > 0, place.block >= 0, place.blockNumber >= place.block, place.offset % 8 == 0,
      (0...JournalFormat.blockCapacity).contains(place.offset)
    else { throw JournalError(.badData, "\(blocks.folder): a snapshot of a place that no journal has") }
    try blocks.begin(segment: place.segment, block: place.block, number: place.blockNumber)
    try beginBlock()
    guard hasBlock, used.map({ place.offset <= $0 }) ?? true else {
      throw JournalError(.badData, "\(blocks.folder): input \(snapshot.sequence) of a snapshot is not there")
    }
    offset = place.offset
    lastSequence = snapshot.sequence
  }

  /// Of all blocks that were read.
  public var byteCount: Int { (blocks.number + 1) * JournalFormat.blockSize }

  /// Of the record that `next` gives next, for messages.
  public var place: String { "\(blocks.path): byte \(max(0, blocks.numberInSegment) * JournalFormat.blockSize + offset)" }

  /// The next record; nil at the end, and then `ending` says how it ends.
  ///
  /// - Throws: of kind `.badData` for a byte that is not as it was written, with its place.
  public mutating func next() throws(JournalError) -> JournalRecord? {
    while ending == nil {
      if !hasBlock { try beginBlock() } else if let used, offset == used { hasBlock = false } else if let record = try read() { return record }
    }
    return nil
  }

  // MARK: Records

  private mutating func read() throws(JournalError) -> JournalRecord? {
    let base = blocks.bytes.baseAddress! + offset
    let room = (used ?? JournalFormat.blockCapacity) - offset
    guard room >= JournalFormat.headerSize else { return try stop(room == 0 ? nil : "a record does not fit into its block") }
    let length = Int(UInt16(littleEndian: base.load(fromByteOffset: 4, as: UInt16.self)))
    guard length > 0 || used != nil else { return try stop(nil) }
    guard length >= JournalFormat.headerSize, length % 8 == 0, length <= room else { return try stop("the length of a record is wrong") }
    guard CRC32C.value(of: base + 4, length - 4) == UInt32(littleEndian: base.load(as: UInt32.self)) else {
      return try stop("a record's checksum does not match")
    }
    guard let kind = RecordKind(rawValue: base.load(fromByteOffset: 6, as: UInt8.self)) else {
      throw damaged("a record of a kind that this host does not know")
    }
    let sequence = UInt64(littleEndian: base.load(fromByteOffset: 8, as: UInt64.self))
    if kind.isInput {
      guard sequence == lastSequence + 1 else { throw damaged("input \(sequence) follows input \(lastSequence)") }
      lastSequence = sequence
    }
    lastKind = kind
    recordCount += 1
    offset += length
    return JournalRecord(
      kind: kind, variant: base.load(fromByteOffset: 7, as: UInt8.self), sequence: sequence,
      receiveNanoseconds: Int64(littleEndian: base.load(fromByteOffset: 16, as: Int64.self)),
      payload: UnsafeRawBufferPointer(start: base + JournalFormat.headerSize, count: length - JournalFormat.headerSize))
  }

  /// No record stands here. In a block that was left that is damage; in the one in work it is where the host was killed.
  ///
  /// - Parameter problem: nil where no record was begun.
  private mutating func stop(_ problem: String?) throws(JournalError) -> JournalRecord? {
    if let problem, used != nil {
      guard hasLostPage else { throw damaged(problem) }
      return try lose(problem)
    }
    // A host that still runs may be writing it while it is read, so that any part of it may be there.
    let rest = Array(blocks.bytes[offset...])
    let torn = rest[..<(JournalFormat.blockCapacity - offset)].lastIndex { $0 != 0 }.map { $0 + 1 }
    let (spot, begun, place) = (blocks.spot, offset, place)
    let problem =
      torn != nil && hasRecord(behind: offset)
      ? "\(place): whole records stand behind one that is not" : try somethingBehind().map { "\($0): something stands behind the last record" }
    if let problem, JournalBlocks.isUnchanged(spot, from: begun, rest) {
      return try lose(problem, isPlaced: true)
    }
    ending = torn.map { .torn(byteCount: $0) } ?? .open
    return nil
  }

  /// A killed host leaves one record unfinished at most. Where more is amiss, the disk lost what it was given: who goes on from here has
  /// to know that, and who proves every byte is told where.
  private mutating func lose(_ problem: String, isPlaced: Bool = false) throws(JournalError) -> JournalRecord? {
    if checksChain { throw isPlaced ? JournalError(.badData, "\(problem); what stands before it is whole") : damaged(problem) }
    ending = .lost
    return nil
  }

  private static let pageSize = 4096

  /// The disk gets memory by pages: one that it never got is zero.
  private var hasLostPage: Bool {
    let first = offset / Self.pageSize * Self.pageSize
    return stride(from: first, to: used ?? JournalFormat.blockCapacity, by: Self.pageSize).contains { start in
      !blocks.bytes[start..<start + Self.pageSize].contains { $0 != 0 }
    }
  }

  /// Whether a whole record stands anywhere behind a place of this block.
  private func hasRecord(behind place: Int) -> Bool {
    stride(from: place + 8, through: JournalFormat.blockCapacity - JournalFormat.headerSize, by: 8).contains { start in
      let base = blocks.bytes.baseAddress! + start
      let length = Int(UInt16(littleEndian: base.load(fromByteOffset: 4, as: UInt16.self)))
      guard length >= JournalFormat.headerSize, length % 8 == 0, start + length <= JournalFormat.blockCapacity else { return false }
      return CRC32C.value(of: base + 4, length - 4) == UInt32(littleEndian: base.load(as: UInt32.self))
    }
  }

  // MARK: Blocks

  private mutating func beginBlock() throws(JournalError) {
    offset = 0
    guard try blocks.next() else { return try end(hasRoom: false) }
    let trailer = blocks.bytes.baseAddress! + JournalFormat.blockCapacity
    let magic = UInt32(littleEndian: trailer.load(as: UInt32.self))
    let written = UInt32(littleEndian: trailer.load(fromByteOffset: 4, as: UInt32.self))
    let count = Int(written & ~JournalFormat.lostMark)
    guard magic == 0 || magic == JournalFormat.trailerMagic, count <= JournalFormat.blockCapacity, magic == 0 || count > 0 else {
      throw damaged("a block's trailer is wrong")
    }
    if magic == 0, count == 0, blocks.bytes.load(fromByteOffset: 4, as: UInt16.self) == 0, !blocks.bytes.contains(where: { $0 != 0 }) {
      // Room that was taken ahead.
      let (spot, empty) = (blocks.spot, [UInt8](repeating: 0, count: JournalFormat.headerSize))
      if let more = try somethingBehind(), JournalBlocks.isUnchanged(spot, from: 0, empty) {
        if isLost { throw JournalError(.badData, "\(more): something stands behind the last record; what stands before it is whole") }
        _ = try lose("\(more): something stands behind the last record", isPlaced: true)
        return
      }
      return try end(hasRoom: true)
    }
    if isLost { throw damaged("something stands behind the last record") }
    isLost = written != UInt32(count)
    guard !isLost || count > 0 else { throw damaged("a block's trailer is wrong") }
    guard count > 0 || !blocks.bytes[(JournalFormat.blockCapacity + 8)...].contains(where: { $0 != 0 }) else {
      throw damaged("a block's trailer is wrong")
    }
    if magic == 0 { isSealed = false }
    used = count == 0 ? nil : count
    if checksChain, count > 0 { try checkChain(trailer, isSealed: magic != 0, Int(written)) }
    hasBlock = true
  }

  /// No block with a record comes any more. A host takes the room of the next block before it leaves one, and has the end as its last
  /// record: where neither is there, blocks are missing that it wrote.
  private mutating func end(hasRoom: Bool) throws(JournalError) {
    if isLost {
      ending = .lost
    } else if lastKind == .end {
      ending = isSealed ? .sealed : .open
    } else if hasRoom {
      ending = .open
    } else {
      let place = "\(blocks.path): byte \((blocks.numberInSegment + 1) * JournalFormat.blockSize)"
      _ = try lose("\(place): the end is missing: the last record is none of a host that ended, and no room was taken behind it", isPlaced: true)
    }
  }

  /// One that was left and not sealed yet has its place in the chain too: the blocks behind it may be sealed by the time they are read.
  private mutating func checkChain(_ trailer: UnsafeRawPointer, isSealed: Bool, _ count: Int) throws(JournalError) {
    let number = UInt64(littleEndian: trailer.load(fromByteOffset: 8, as: UInt64.self))
    chain = JournalChain.next(chain, blocks.bytes.baseAddress!, number: UInt64(blocks.number), used: count)
    guard isSealed else { return }
    let written = UnsafeRawBufferPointer(start: trailer + 16, count: Digest.byteCount)
    guard number == UInt64(blocks.number), written.elementsEqual(chain.bytes) else {
      throw damaged("the chain breaks: a byte of this block, or of \(JournalFormat.headName), is not as it was written")
    }
  }

  /// The place of the first byte in the blocks that come; nil when all of them are empty.
  private mutating func somethingBehind() throws(JournalError) -> String? {
    while try blocks.next() {
      guard let byte = blocks.bytes.firstIndex(where: { $0 != 0 }) else { continue }
      offset = byte
      return place
    }
    return nil
  }

  private func damaged(_ what: String) -> JournalError { JournalError(.badData, "\(place): \(what); what stands before it is whole") }
}
