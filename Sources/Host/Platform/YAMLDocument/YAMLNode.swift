/// A node of a YAML document with the place where it begins.
public struct YAMLNode: Sendable {
  public struct Entry: Sendable {
    public var key: String
    public var keyMark: YAMLMark
    public var value: YAMLNode
  }

  public enum Content: Sendable {
    /// `isPlain`: written without quotes, so that it may mean null, a number or a boolean.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file; keys are unique.
    case mapping([Entry])
  }

  public var content: Content
  public var mark: YAMLMark
}

/// A place in a file, both from 1.
public struct YAMLMark: Sendable, Hashable {
  public var line: Int
  public var column: Int
}

/// Why a file is no document: `file:line:column: what is wrong`.
public struct YAMLError: Error, Sendable, CustomStringConvertible {
  public var path: String
  public var mark: YAMLMark
  public var reason: String

  public var description: String { "\(path):\(mark.line):\(mark.column): \(reason)" }
}
