import Compression
import Glibc
import Market

/// When each line of a recording arrived: a file beside it with one time per line, ns since the epoch.
final class ReceiveTimes {
  /// 1973 to 2255 in ns.
  static let range: ClosedRange<Int64> = 100_000_000_000_000_000...9_000_000_000_000_000_000

  let path: String
  private let source: LineSource
  private var line = 0
  private var last: Int64 = 0

  init(path: String, bufferBytes: Int) throws(TickFileError) {
    self.path = path
    do throws(CompressionError) {
      source = try LineSource(path: path, bufferBytes: bufferBytes, maximumLineBytes: 1024)
    } catch {
      throw TickFileError(error)
    }
  }

  /// The name of a recording without `.ws.jsonl` and what packs it, with `.recv_ns.txt` instead.
  static func stem(of recording: String) -> String { RecordingReader.stem(recording) + ".recv_ns.txt" }

  /// The file beside a recording, plain or packed; nil if there is none.
  static func path(beside recording: String) -> String? {
    ["", ".gz", ".zst"].map { stem(of: recording) + $0 }.first { access($0, F_OK) == 0 }
  }

  /// The next line's time.
  ///
  /// - Parameter recording: for the message if there is none.
  func next(for recording: String) throws(TickFileError) -> Int64 {
    guard try hasLine() else {
      throw TickFileError(.badData, path: path, line: line, reason: "the receive times end here, \(recording) goes on")
    }
    line += 1
    var end = source.cursor
    while end[0] != 0x0A { end += 1 }
    var text = UnsafeBufferPointer(start: source.cursor, count: end - source.cursor)
    source.cursor = end + 1
    if text.last == 0x0D { text = UnsafeBufferPointer(rebasing: text.dropLast()) }
    guard let time = ReceiveTimes.parse(text) else {
      throw fault("\(TickFieldSplitter.excerpt(text)) is no receive time in epoch nanoseconds")
    }
    guard time >= last else { throw fault("the receive time goes back, from \(last) to \(time)") }
    last = time
    return time
  }

  /// - Throws: if there are more times than lines.
  func finish(lines: Int) throws(TickFileError) {
    guard try hasLine() else { return }
    line += 1
    throw fault("a receive time more than the recording has lines (\(lines))")
  }

  private func hasLine() throws(TickFileError) -> Bool {
    guard source.cursor == source.end else { return true }
    do throws(CompressionError) {
      switch try source.refill() {
      case .lines: return true
      case .end: return false
      case .overlongLine: break
      }
    } catch {
      throw TickFileError(error, line: line + 1)
    }
    line += 1
    throw fault("the line is longer than 1 KiB")
  }

  private func fault(_ reason: String) -> TickFileError { TickFileError(.badData, path: path, line: line, reason: reason) }

  /// 18 or 19 digits and nothing else.
  private static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let start = text.baseAddress, text.count == 18 || text.count == 19 else { return nil }
    let (high, middle) = (DigitRun(at: start), DigitRun(at: start + 8))
    guard high.count == 8, middle.count == 8 else { return nil }
    var value = Int64(high.value &* 100_000_000 &+ middle.value)
    for index in 16..<text.count {
      guard case 0x30...0x39 = text[index] else { return nil }
      let (next, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      // At most 10^19 - 1 before the range check below; the sum may pass Int64.max.
      let sum = next.addingReportingOverflow(Int64(text[index] - 0x30))
      guard !sum.overflow else { return nil }
      value = sum.partialValue
    }
    return range.contains(value) ? value : nil
  }
}
