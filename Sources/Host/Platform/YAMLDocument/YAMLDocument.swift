/// One YAML document by libyaml, strictly: duplicate keys, anchors, aliases and tags are refused, sizes are bounded.
public struct YAMLDocument: Sendable {
  /// Nil for a file without content.
  public let root: YAMLNode?

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
  }
}
