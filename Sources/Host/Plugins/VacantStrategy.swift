import Cryptography
import Engine

/// Stands for a strategy that is not there any more and still holds something: what it holds stays in the books, and nobody is called.
public final class VacantStrategy: HostedStrategy {
  public let id: String
  /// Of the library that it had.
  public let digest: Digest
  public let facts: PluginFacts
  public var isolation: Isolation { .inProcess }
  public var parameterTexts: [(name: String, value: String)] { [] }
  public var binding: StrategyBinding { StrategyBinding(isolatedEvents: 0, timerPeriodMilliseconds: 0) }

  /// - Parameter id: `EMACross@BTCUSDT/0`.
  public init(id: String, digest: Digest) {
    self.id = id
    self.digest = digest
    facts = PluginFacts(
      name: String(id.prefix { $0 != "@" }), version: "", isModel: false, events: 0, timerPeriodMilliseconds: 0, abiMajor: 0, abiMinor: 0,
      usesFeatures: false, parameters: [])
  }

  public func saveState() -> [UInt8]? { nil }
  public func restoreState(_ bytes: [UInt8]) throws(PluginError) { throw PluginError(.stateInvalid, id, "nobody is there to take it") }
  public func close() {}
}
