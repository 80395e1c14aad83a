import Cryptography
import Engine
import Market
import PluginABI

public struct WorkerOptions: Sendable {
  public init(executable: String, spinIterations: Int, cpus: [Int], deadlineMicroseconds: Int64, startTimeoutSeconds: Int64, memoryMegabytes: Int) {}
}
public final class IsolatedStrategy: HostedStrategy, Worker {
  public var id: String { "" }
  public let digest: Digest
  public let facts: PluginFacts
  public var isolation: Isolation { .process }
  public let parameterTexts: [(name: String, value: String)] = []
  public let binding: StrategyBinding
  public init(
    file: PluginFile, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], id: String, deliverableEvents: Set<UInt32>,
    options: WorkerOptions
  ) throws(PluginError) { throw PluginError(.notFound, "", "") }
  public func saveState() throws(PluginError) -> [UInt8]? { nil }
  public func restoreState(_ bytes: [UInt8]) throws(PluginError) {}
  public func close() {}
  public func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {}
  public func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer { .failed(.ended(.garbled)) }
  public var processID: Int32 { 0 }
  public var endIfAny: WorkerEnd? { nil }
}
extension StrategyCheck {
  public static func isolated(options: WorkerOptions, deliverableEvents: Set<UInt32>) -> StrategyCheck { .inProcess(deliverableEvents: deliverableEvents) }
}
extension StrategyManifest { public var isolation: Isolation? { nil } }
