/// One YAML document by libyaml, strictly: anchors, aliases and tags are refused, sizes are bounded, duplicate keys are told.
public struct YAMLDocument: Sendable {
  /// Nil for a file without content. Of a key that comes twice, the last.
  public let root: YAMLNode?
  /// Keys that come twice in one mapping, in the order of the file. Not thrown, so that a reader can name them beside all else that
  /// is wrong; one that takes no notice of them reads a file that its author did not mean.
  public let duplicates: [YAMLDuplicate]

  /// Bytes of the largest file.
  public static let sizeLimit = 1 << 20
  /// Levels of the deepest nesting.
  public static let depthLimit = 32

  /// - Parameters:
  ///   - bytes: UTF-8, with or without a byte order mark.
  ///   - path: only for messages.
  /// - Throws: the first thing that is wrong, with its place.
  public init(bytes: [UInt8], path: String) throws(YAMLError) {
    guard bytes.count <= Self.sizeLimit else {
      throw YAMLError(path: path, mark: YAMLMark(line: 1, column: 1), reason: "the file is larger than 1 MiB; is it the right one?")
    }
    var parser = try YAMLParser(bytes: bytes, path: path)
    root = try parser.document()
    duplicates = parser.duplicates
  }
}

/// A key that stands in one mapping twice.
public struct YAMLDuplicate: Sendable, Equatable {
  public var key: String
  public var first: YAMLMark
  public var second: YAMLMark

  /// For people, without the file's name.
  public var description: String {
    "\(second.line):\(second.column): duplicate key '\(key)' in line \(second.line); the first is in line \(first.line), remove one"
  }
}
