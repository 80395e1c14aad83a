/// app.log_*: what the host says, how, and where.
public struct LoggingSettings: Sendable, Hashable {
  /// The lowest that is logged; the words are swift-log's.
  public enum Level: String, Sendable, Hashable, CaseIterable { case trace, debug, info, notice, warning, error, critical }

  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// For people.
    case text
    /// One object a line, for machines.
    case json
  }

  public var level = Level.info
  public var format = Format.text
  /// Relative to `Settings.root`; nil = standard error alone.
  public var file: String?
  /// The file is rotated before it would grow over this, in 1024 x 1024 bytes; 1...1024.
  public var maximumMegabytes = 5
  /// Old files that stay; 0...100.
  public var keptFiles = 3

  public init() {}
}
