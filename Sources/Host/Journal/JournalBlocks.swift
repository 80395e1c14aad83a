import Glibc
import Kernel

/// The blocks of a journal's segments, one after another.
struct JournalBlocks: ~Copyable {
  let folder: String
  /// Lent until the next call of `next`.
  let bytes: UnsafeRawBufferPointer
  private(set) var segment = 0
  /// Of the block in `bytes`: in the journal, and in its segment.
  private(set) var number = -1
  private(set) var numberInSegment = -1
  private let buffer: UnsafeMutableRawPointer
  private var descriptor: Int32 = -1

  init(folder: String) {
    self.folder = folder
    // Unsafe: one block, owned here, freed in deinit; it is shown only after all of it was read.
    buffer = .allocate(byteCount: JournalFormat.blockSize, alignment: 64)
    bytes = UnsafeRawBufferPointer(start: buffer, count: JournalFormat.blockSize)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    buffer.deallocate()
  }

  var path: String { "\(folder)/\(JournalFormat.segmentName(max(1, segment)))" }

  /// The next block is this one.
  ///
  /// - Throws: there is no such segment.
  mutating func begin(segment: Int, block: Int, number: Int) throws(JournalError) {
    self.segment = segment - 1
    guard try openNext() else { throw JournalError(.badData, "\(folder): \(JournalFormat.segmentName(segment)) is missing") }
    guard lseek(descriptor, off_t(block * JournalFormat.blockSize), SEEK_SET) >= 0 else { throw JournalError(KernelError("seek", path)) }
    numberInSegment = block - 1
    self.number = number - 1
  }

  /// False at the end of the last segment.
  mutating func next() throws(JournalError) -> Bool {
    while true {
      if descriptor < 0, try !openNext() { return false }
      var count = 0
      while count < JournalFormat.blockSize {
        let got = read(descriptor, buffer + count, JournalFormat.blockSize - count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw JournalError(KernelError("read", path)) }
        if got == 0 { break }
        count += got
      }
      if count > 0 {
        number += 1
        numberInSegment += 1
        guard count == JournalFormat.blockSize else {
          throw JournalError(.badData, "\(path): byte \(numberInSegment * JournalFormat.blockSize + count): the file ends in the middle of a block")
        }
        return true
      }
      close(descriptor)
      descriptor = -1
    }
  }

  /// Where a block stands.
  struct Spot {
    var path: String
    var numberInSegment: Int
  }

  var spot: Spot { Spot(path: path, numberInSegment: numberInSegment) }

  /// The same bytes once more: whether they are still as they were read. A host that is writing changes those behind its last record.
  static func isUnchanged(_ spot: Spot, from offset: Int, _ read: [UInt8]) -> Bool {
    let descriptor = open(spot.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var now = [UInt8](repeating: 0, count: read.count)
    let got = now.withUnsafeMutableBytes {
      pread(descriptor, $0.baseAddress!, $0.count, off_t(spot.numberInSegment * JournalFormat.blockSize + offset))
    }
    return got != read.count || now == read
  }

  private mutating func openNext() throws(JournalError) -> Bool {
    let wanted = JournalFormat.segmentName(segment + 1)
    descriptor = open("\(folder)/\(wanted)", O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      segment += 1
      numberInSegment = -1
      return true
    }
    guard errno == ENOENT else { throw JournalError(KernelError("open", "\(folder)/\(wanted)")) }
    let later: String?
    do throws(KernelError) { later = try Files.names(in: folder).filter { (JournalFormat.segmentNumber($0) ?? 0) > segment }.min() } catch {
      throw JournalError(error)
    }
    guard later == nil, segment > 0 else {
      throw JournalError(.badData, "\(folder): \(wanted) is missing\(later.map { ", and \($0) is there" } ?? "")")
    }
    return false
  }
}
