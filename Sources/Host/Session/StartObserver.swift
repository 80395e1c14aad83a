import Cryptography

/// Is told whose code is about to run in this process for the first time, so that one that takes the process with it is known.
public protocol StartObserver: AnyObject, Sendable {
  /// - Parameters:
  ///   - digest: of the strategy's library, or of the model's file.
  ///   - instance: `EMACross@BTCUSDT/0`.
  func begins(_ digest: Digest, name: String, instance: String)
  func hasEnded()
}

extension Optional where Wrapped == any StartObserver {
  func watch<Value, Failure: Error>(
    _ digest: Digest, name: String, instance: String, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    self?.begins(digest, name: name, instance: instance)
    defer { self?.hasEnded() }
    return try body()
  }
}
