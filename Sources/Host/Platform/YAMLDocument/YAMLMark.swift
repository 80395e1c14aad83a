import CLibYAML

/// A place in a file, both from 1. A column counts characters.
public struct YAMLMark: Sendable, Hashable {
  public var line: Int
  public var column: Int

  init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }

  /// The place of a byte; its column counts bytes, since what stands there may be no characters.
  init(offset: Int, in bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) {
    let before = bytes.prefix(max(0, min(offset, bytes.count)))
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    self.init(line: before.count { $0 == 0x0A } + 1, column: before.endIndex - lineStart + 1)
  }
}
