/// What a check has seen.
public struct GuardReport: Sendable {
  public enum Source: String, Sendable {
    /// What git tracks, and what it does not ignore.
    case git
    /// The staged blobs.
    case staged
    /// The folder, walked.
    case folder
  }

  /// A file that was not looked into, and why.
  public struct Skip: Sendable, Equatable {
    public var path: FilePath
    public var reason: String
  }

  public var source: Source
  /// By path, then by place.
  public var findings: [Finding] = []
  /// How many the allow-list took away.
  public var allowed = 0
  public var files = 0
  public var bytes = 0
  /// Left out by rule: a submodule, a repository within.
  public var skipped: [Skip] = []
  /// Should have been read and could not be: no check without them is clean.
  public var unreadable: [Skip] = []
  /// Words for people: a folder that is no repository, an entry of the allow-list that nothing needs.
  public var warnings: [String] = []

  /// 0 nothing found, 1 findings, 66 none but not everything could be read.
  public var exitCode: Int32 { !findings.isEmpty ? 1 : unreadable.isEmpty ? 0 : 66 }
}
