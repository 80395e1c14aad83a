import Cryptography
import Engine
import Glibc
import Kernel
import Market
import PluginABI

/// The host's end of a strategy in a worker.
///
/// One call at a time: `post`, then `wait`. After a failure the worker is being killed and nothing is asked of it any more.
public final class IsolatedStrategy: HostedStrategy, Worker {
  public let id: String
  public let facts: PluginFacts
  public let digest: Digest
  public let parameterTexts: [(name: String, value: String)]
  public let binding: StrategyBinding
  public var isolation: Isolation { .process }
  public var processID: Int32 { link.processID }
  /// Walls that this kernel has.
  public var sandbox: Sandbox.Parts
  private let link: WorkerLink

  /// Starts the worker, and in it creates, initialises and activates the strategy. None of its code runs here.
  ///
  /// - Throws: what the plugin or the sandbox objected to, or `create_failed` when it fell over them.
  public init(
    file: PluginFile, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], id: String, deliverableEvents: Set<UInt32>,
    predictionHorizonsSeconds: [Int64] = [], options: WorkerOptions
  ) throws(PluginError) {
    let (link, facts, parts) = try WorkerLink.start(file, id, options)
    do throws(PluginError) {
      try facts.checkStrategy(deliverableEvents, file.path)
      let values = try ParameterValues(parameters, table: facts.parameters, spec: instrument.spec, subject: id)
      var writer = WireWriter()
      InstanceConfiguration(id, instrument, horizonSeconds, values, predictionHorizonsSeconds: predictionHorizonsSeconds).write(to: &writer)
      try link.create(writer.bytes, subject: id)
      parameterTexts = values.values.map { ($0.row.name, $0.text) }
    } catch {
      link.abandon()
      throw error
    }
    self.link = link
    self.facts = facts
    self.id = id
    sandbox = parts
    digest = file.digest
    var binding = StrategyBinding(isolatedEvents: facts.events, timerPeriodMilliseconds: facts.timerPeriodMilliseconds)
    binding.featureSchema = facts.featureSchema
    self.binding = binding
  }

  deinit { close() }

  // MARK: Events

  public func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {
    link.post(context, event, capacity)
  }

  public func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer { link.wait(into: room) }

  /// How the worker ended, when it has without being asked; nil while it runs.
  public var endIfAny: WorkerEnd? { link.end }

  // MARK: State

  public func saveState() throws(PluginError) -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      let answer = try link.ask(.save, [], total: bytes.count, subject: id)
      switch answer.status {
      case QE_OK: break
      case QE_INVALID where bytes.isEmpty: return nil
      case QE_TOO_SMALL: throw PluginError(.stateInvalid, id, "it claims \(answer.total) bytes; \(StrategyInstance.stateLimit) is the most")
      default: throw PluginError(.stateInvalid, id, "save returned \(answer.status)")
      }
      guard answer.total <= StrategyInstance.stateLimit, bytes.count + answer.bytes.count <= answer.total,
        !answer.bytes.isEmpty || bytes.count == answer.total
      else { throw PluginError(.stateInvalid, id, "its worker gave pieces that do not fit") }
      bytes += answer.bytes
      if bytes.count == answer.total { return bytes }
    }
  }

  public func restoreState(_ bytes: [UInt8]) throws(PluginError) {
    var offset = 0
    repeat {
      let piece = bytes[offset..<min(bytes.count, offset + WorkerMemory.areaSize)]
      offset += piece.count
      let answer = try link.ask(.restore, piece, total: bytes.count, subject: id)
      guard answer.status == QE_OK else { throw PluginError(.stateInvalid, id, "restore returned \(answer.status)") }
    } while offset < bytes.count
  }

  /// Ends the worker: asked first, killed when it does not go. Blocks until it is gone.
  public func close() { link.close() }
}

extension StrategyCheck {
  /// In a worker: for anybody's plugins.
  ///
  /// - Parameters:
  ///   - deliverableEvents: what the host can deliver.
  ///   - predictionHorizonsSeconds: what it lends predictions of.
  public static func isolated(options: WorkerOptions, deliverableEvents: Set<UInt32>, predictionHorizonsSeconds: [Int64] = []) -> StrategyCheck {
    StrategyCheck { (file, instrument, horizonSeconds, parameters) throws(PluginError) in
      let name = file.fileName
      let strategy = try IsolatedStrategy(
        file: file, instrument: instrument, horizonSeconds: horizonSeconds, parameters: parameters,
        id: "\(name)@\(instrument.id.symbol)/\(horizonSeconds)", deliverableEvents: deliverableEvents,
        predictionHorizonsSeconds: predictionHorizonsSeconds, options: options)
      defer { strategy.close() }
      return strategy.facts
    }
  }
}
