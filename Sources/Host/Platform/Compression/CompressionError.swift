/// What went wrong with a plain or compressed file: one line, the file's name first.
public struct CompressionError: Error, CustomStringConvertible, Equatable, Sendable {
  public enum Code: Sendable, Hashable {
    /// The file does not exist, is a folder, or may not be opened.
    case missing
    /// The compressed data ends inside a frame.
    case truncated
    /// The bytes are not what the format allows, or a checksum differs.
    case corrupt
    /// The system refused a read or a write, or memory.
    case system
    /// The output exists and may not be replaced.
    case exists
  }

  public var code: Code
  /// The user's file.
  public var path: String
  /// Without the path.
  public var reason: String

  public init(_ code: Code, path: String, reason: String) {
    self.code = code
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}
