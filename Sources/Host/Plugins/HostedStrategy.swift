import Cryptography
import Engine

/// One strategy, created, initialised and active: in this process, or in a worker.
public protocol HostedStrategy: AnyObject {
  /// `EMACross@BTCUSDT/0`.
  var id: String { get }
  var digest: Digest { get }
  var facts: PluginFacts { get }
  var isolation: Isolation { get }
  /// Effective values, in the order of the plugin's table.
  var parameterTexts: [(name: String, value: String)] { get }
  /// Valid until `close`.
  var binding: StrategyBinding { get }

  /// The instance's state as bytes; nil for a plugin without the extension.
  func saveState() throws(PluginError) -> [UInt8]?
  /// - Throws: `state_invalid` when the plugin refuses the bytes; the instance is as before.
  func restoreState(_ bytes: [UInt8]) throws(PluginError)
  /// Ends the instance.
  func close()
}
