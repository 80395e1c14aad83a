import Feeds
import Market

/// The ticks of several files in time order; what stands in more than one of them comes once.
///
/// Two files overlap where a host was started anew, a file was copied, or two recorded side by side. Rows have no id, so
/// of one millisecond equal rows of different files are taken for the same trade, and equal rows of one file for several.
final class MergedTicks {
  /// A file that has been reached and is not at its end.
  private final class OpenFile {
    let reader: TickFileReader
    let batch: UnsafeMutableBufferPointer<Tick>
    var index = 0
    var count = 0

    init(_ path: String, _ spec: InstrumentSpec, _ options: TickFileOptions) throws(TickFileError) {
      reader = try TickFileReader(path: path, spec: spec, options: options)
      // Unsafe: one reused batch, owned here; only what the reader wrote is read.
      batch = .allocate(capacity: 4096)
    }

    deinit { batch.deallocate() }

    /// False at the end.
    func fill() throws(TickFileError) -> Bool {
      guard index == count else { return true }
      index = 0
      count = 0
      do throws(TickFileError) { count = try reader.next(into: batch) } catch {
        // Passed over like its rows: the other files are good.
        guard reader.hasNoGoodRow else { throw error }
      }
      return count > 0
    }

    var head: Tick { batch[index] }
  }

  private var waiting: ArraySlice<TickFileSet.File>
  private var open: [OpenFile] = []
  private let spec: InstrumentSpec
  private let options: TickFileOptions
  private(set) var overlappingRows = 0
  private(set) var badRows: Int
  private(set) var firstBadRows: [String]

  /// More files at one moment are no recording of one symbol.
  static let maximumOpenFiles = 64

  private let totalBytes: Int64
  private var closedBytes: Int64 = 0

  init(_ set: TickFileSet, options: TickFileOptions) {
    waiting = set.files[...]
    spec = set.spec
    self.options = options
    badRows = set.badRows
    firstBadRows = set.firstBadRows
    totalBytes = set.totalBytes
  }

  /// 0...1, by the bytes of the files.
  var fractionRead: Double {
    totalBytes > 0 ? Double(open.reduce(closedBytes) { $0 + $1.reader.fileBytesRead }) / Double(totalBytes) : 0
  }

  /// Hands out all ticks, some thousand at a time, for as long as they are wanted.
  func read(while isWanted: () -> Bool, _ take: (UnsafeBufferPointer<Tick>) -> Void) throws(ResearchError) {
    do throws(TickFileError) {
      while isWanted(), try step(take) {}
    } catch {
      throw ResearchError(error)
    }
  }

  private func step(_ take: (UnsafeBufferPointer<Tick>) -> Void) throws(TickFileError) -> Bool {
    for file in open where try !file.fill() { close(file) }
    let earliest = open.map { $0.head.exchangeMilliseconds }.min()
    while let next = waiting.first, open.isEmpty || next.firstMilliseconds <= earliest ?? .max {
      guard open.count < Self.maximumOpenFiles else {
        throw TickFileError(
          .badData, path: next.path, reason: "more than \(Self.maximumOpenFiles) files of the symbol hold one moment; name another folder")
      }
      waiting.removeFirst()
      open.append(try OpenFile(next.path, spec, options))
      return true
    }
    guard let first = open.first else { return false }
    if open.count == 1 { takeAlone(first, take) } else { try takeMoment(earliest ?? 0, take) }
    return true
  }

  /// All that lies before the next file.
  private func takeAlone(_ file: OpenFile, _ take: (UnsafeBufferPointer<Tick>) -> Void) {
    let bound = waiting.first?.firstMilliseconds ?? .max
    var end = file.count
    if file.batch[end - 1].exchangeMilliseconds >= bound {
      while end > file.index, file.batch[end - 1].exchangeMilliseconds >= bound { end -= 1 }
    }
    // The head is before the bound, or the next file would be open.
    take(UnsafeBufferPointer(rebasing: file.batch[file.index..<end]))
    file.index = end
  }

  /// One millisecond of several files.
  private func takeMoment(_ moment: Int64, _ take: (UnsafeBufferPointer<Tick>) -> Void) throws(TickFileError) {
    var taken: [Tick] = []
    for file in open {
      // A row matches once: what is left over is more than the files before it had.
      var unmatched = taken
      while try file.fill(), file.head.exchangeMilliseconds == moment {
        let tick = file.head
        file.index += 1
        if let match = unmatched.firstIndex(of: tick) {
          unmatched.remove(at: match)
          overlappingRows += 1
        } else {
          taken.append(tick)
        }
      }
    }
    taken.withUnsafeBufferPointer(take)
  }

  private func close(_ file: OpenFile) {
    open.removeAll { $0 === file }
    closedBytes += file.reader.fileBytesRead
    badRows += file.reader.skippedRowCount
    for row in file.reader.skippedRows where firstBadRows.count < 10 { firstBadRows.append("\(file.reader.path):\(row.line): \(row.reason)") }
  }
}
