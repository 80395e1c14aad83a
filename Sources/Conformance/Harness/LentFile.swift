import Cryptography

/// A file that a model's manifest lends to its adapter: by a path and the digest that the manifest promises.
public struct LentFile: Sendable, Equatable {
  /// As the adapter sees it: `model`, or the path of a runtime library as the manifest writes it.
  public var name: String
  /// Absolute: cases run in other folders.
  public var path: String
  public var digest: Digest
  /// Of `files.runtime[]`: lent with a descriptor that the adapter opens.
  public var isRuntime: Bool

  public init(name: String, path: String, digest: Digest, isRuntime: Bool) {
    self.name = name
    self.path = path
    self.digest = digest
    self.isRuntime = isRuntime
  }
}
