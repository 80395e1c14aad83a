/// A node of a YAML document with the place where it begins.
public struct YAMLNode: Sendable {
  /// One line of a mapping.
  public struct Entry: Sendable {
    public var key: String
    public var keyMark: YAMLMark
    public var value: YAMLNode
  }

  public enum Content: Sendable {
    /// `isPlain`: written without quotes, so that it may mean null, a number or a boolean.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file; keys are unique (`YAMLDocument.duplicates`).
    case mapping([Entry])
  }

  public var content: Content
  public var mark: YAMLMark
}
