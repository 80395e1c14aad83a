import Compression
import Market

/// Depth snapshots kept beside a recording, one per line, in their order.
///
/// A line is a REST answer as it was, or an object with the answer as `body` and, if known, its place: `after_ws_lines`
/// (lines of the recording before it) or `recv_ns`. Answers to other questions and for other symbols are passed over.
final class SnapshotFile {
  let path: String
  /// Holds the levels of the snapshot at the head.
  let decoder: BinanceDecoder
  private let source: LineSource
  private var line = 0
  private(set) var hasHead = false

  /// A 5,000-level book is 300 KiB.
  private static let maximumLineBytes = 4 << 20

  init(path: String, symbol: String, limits: TickLimits?) throws(TickFileError) {
    self.path = path
    do throws(CompressionError) {
      source = try LineSource(path: path, bufferBytes: 1 << 16, maximumLineBytes: SnapshotFile.maximumLineBytes)
    } catch {
      throw TickFileError(error)
    }
    do throws(BadMessage) {
      decoder = try BinanceDecoder(symbol: symbol, limits: limits)
    } catch {
      throw TickFileError(.failed, path: path, reason: error.reason)
    }
  }

  /// Makes the next snapshot of this symbol the head. False at the end.
  func peek() throws(TickFileError) -> Bool {
    if hasHead { return true }
    while try hasLine() {
      line += 1
      var end = source.cursor
      while end[0] != 0x0A { end += 1 }
      let text = UnsafeBufferPointer(start: source.cursor, count: end - source.cursor)
      source.cursor = end + 1
      do throws(BadMessage) {
        if case .snapshot = try decoder.decodeStoredSnapshot(text) {
          hasHead = true
          return true
        }
      } catch {
        throw fault(error.reason)
      }
    }
    return false
  }

  /// The head is used; its levels stay lent until the next `peek`.
  func take() { hasHead = false }

  /// About the head.
  func fault(_ reason: String) -> TickFileError { TickFileError(.badData, path: path, line: line, reason: reason) }

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
    throw fault("the line is longer than 4 MiB")
  }
}
