import Engine
import FoundationEssentials
import Journal
import Market

/// The content of a journal's snapshot: what the host knew between two inputs, and what ran then.
public struct SavedCheckpoint: Codable, Sendable {
  public var format = 1
  /// `binance.usdm.BTCUSDT`, in the journal's order.
  public var instruments: [String]
  /// As they ran then: versions may have taken over since the head was written.
  public var instances: [JournalHead.Instance]
  public var models: [JournalHead.ModelPlace]?
  /// What each plugin kept; nil = nothing.
  public var pluginStates: [Data?]
  public var engine: EngineCheckpoint

  public init(
    instruments: [String], instances: [JournalHead.Instance], models: [JournalHead.ModelPlace]?, pluginStates: [[UInt8]?], engine: EngineCheckpoint
  ) {
    self.instruments = instruments
    self.instances = instances
    self.models = models
    self.pluginStates = pluginStates.map { $0.map { Data($0) } }
    self.engine = engine
  }

  public var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // Numbers and strings alone, which always encode.
    return Array((try? encoder.encode(self)) ?? Data())
  }

  /// - Parameter file: for messages.
  public init(_ bytes: [UInt8], in file: String) throws(SessionError) {
    do { self = try JSONDecoder().decode(SavedCheckpoint.self, from: Data(bytes)) } catch {
      throw SessionError(.badData, "\(file): is no snapshot that this host reads: \(error)")
    }
    guard format == 1, pluginStates.count == instances.count else { throw SessionError(.badData, "\(file): is no snapshot that this host reads") }
  }
}

extension TradingSession {
  /// What stands in a snapshot beside the engine.
  ///
  /// - Parameter pluginStates: of each instance.
  public func savedCheckpoint(_ engine: EngineCheckpoint, pluginStates: [[UInt8]?]) -> SavedCheckpoint {
    SavedCheckpoint(
      instruments: instruments.map(\.id.description), instances: instances.indices.map { description(of: $0) },
      models: models.isEmpty ? nil : models.indices.map { description(ofModel: $0) }, pluginStates: pluginStates, engine: engine)
  }
}
