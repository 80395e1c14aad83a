import Cryptography
import Engine
import Glibc
import Market
import PluginABI

/// One created, initialised and active strategy in this process.
///
/// Owns the plugin's instance: the binding is valid until `close`, which `deinit` does too.
public final class StrategyInstance: HostedStrategy {
  public let id: String
  public let binding: StrategyBinding
  /// Effective values, in the order of the plugin's table.
  public let parameterTexts: [(name: String, value: String)]
  public var digest: Digest { library.digest }
  public var facts: PluginFacts { library.facts }
  public var isolation: Isolation { .inProcess }
  private let library: PluginLibrary
  private let table: UnsafePointer<qe_strategy>
  private let instance: UnsafeMutableRawPointer
  private let host: UnsafeMutablePointer<qe_host>
  private var isOpen = true

  /// - Parameters:
  ///   - parameters: by name; missing ones take the plugin's default.
  ///   - id: `EMACross@BTCUSDT/0`.
  ///   - deliverableEvents: what this run can deliver; a plugin that wants more is refused rather than left waiting.
  ///   - predictionHorizonsSeconds: what it is lent predictions of; empty = the plugin is not told.
  public init(
    library: PluginLibrary, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], id: String, deliverableEvents: Set<UInt32>,
    predictionHorizonsSeconds: [Int64] = []
  ) throws(PluginError) {
    try library.facts.checkStrategy(deliverableEvents, library.path)
    guard let table = library.descriptor.pointee.strategy else {
      throw PluginError(.compatMismatch("kind(model)"), library.path, "a strategy is wanted here")
    }
    let values = try ParameterValues(parameters, table: library.parameters, spec: instrument.spec, subject: id)
    // Freed in close, or here when creation fails.
    let host = InstanceSteps.allocateHost()
    self.id = id
    self.library = library
    self.table = table
    self.host = host
    parameterTexts = values.values.map { ($0.row.name, $0.text) }
    do throws(PluginError) {
      let configuration = InstanceConfiguration(id, instrument, horizonSeconds, values, predictionHorizonsSeconds: predictionHorizonsSeconds)
      // Typed throws do not pass through the closure that lends the configuration.
      instance = try configuration.withConfig { config in Self.create(table, host, config, subject: id) }.get()
    } catch {
      host.deallocate()
      throw error
    }
    var binding = StrategyBinding(
      instance: instance, process: table.pointee.process, events: library.events,
      timerPeriodMilliseconds: library.descriptor.pointee.timer_period_ms)
    binding.featureSchema = library.facts.featureSchema
    self.binding = binding
  }

  deinit { close() }

  /// create, initialise, activate.
  static func create(
    _ table: UnsafePointer<qe_strategy>, _ host: UnsafePointer<qe_host>, _ config: UnsafePointer<qe_config>, subject: String
  ) -> Result<UnsafeMutableRawPointer, PluginError> {
    InstanceSteps(table.pointee).begin(host, config, subject: subject)
  }

  /// Ends the instance; the image stays.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    InstanceSteps(table.pointee).end(instance)
    host.deallocate()
  }

  // MARK: State

  /// The instance's state as bytes; nil for a plugin without the extension.
  public func saveState() throws(PluginError) -> [UInt8]? {
    guard let state = library.extension(QE_EXTENSION_STATE, as: qe_state_extension.self) else { return nil }
    let size = state.pointee.size(instance)
    guard size <= UInt64(Self.stateLimit) else { throw PluginError(.stateInvalid, id, "it claims \(size) bytes; \(Self.stateLimit) is the most") }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    var written: UInt64 = 0
    let status = bytes.withUnsafeMutableBufferPointer { buffer -> qe_status in
      guard let base = buffer.baseAddress else { return QE_OK }
      return state.pointee.save(instance, base, size, &written)
    }
    guard status == QE_OK, written <= size else { throw PluginError(.stateInvalid, id, "save returned \(status) and \(written) of \(size) bytes") }
    bytes.removeLast(Int(size - written))
    return bytes
  }

  /// - Throws: `state_invalid` when the plugin refuses the bytes; the instance is as before.
  public func restoreState(_ bytes: [UInt8]) throws(PluginError) {
    guard let state = library.extension(QE_EXTENSION_STATE, as: qe_state_extension.self) else {
      throw PluginError(.stateInvalid, id, "the plugin keeps no state")
    }
    // The contract restores what is initialised, not what is active.
    var step = table.pointee.deactivate(instance)
    guard step == QE_OK else { throw PluginError(.stateInvalid, id, "deactivate returned \(step); nothing was restored") }
    let status = bytes.withUnsafeBufferPointer { state.pointee.restore(instance, $0.baseAddress, UInt64($0.count)) }
    step = table.pointee.activate(instance)
    guard step == QE_OK else { throw PluginError(.stateInvalid, id, "activate returned \(step) after a restore; close the instance") }
    guard status == QE_OK else { throw PluginError(.stateInvalid, id, "restore returned \(status)") }
  }

  static let stateLimit = 64 << 20
}

/// Names of events in manifests and errors.
public enum EventNames {
  public static let all: [(kind: UInt32, name: String)] = [
    (QE_EVENT_TRADE, "trade"), (QE_EVENT_QUOTE, "quote"), (QE_EVENT_DEPTH, "depth"), (QE_EVENT_BAR, "bar"), (QE_EVENT_TIMER, "timer"),
    (QE_EVENT_PREDICTION, "prediction"), (QE_EVENT_MARK_PRICE, "mark_price"), (QE_EVENT_ORDER_UPDATE, "order_update"),
    (QE_EVENT_RISK_STATE, "risk_state"),
  ]

  static func names(of bits: UInt64) -> [String] { all.filter { bits & 1 << UInt64($0.kind) != 0 }.map(\.name) }
}
