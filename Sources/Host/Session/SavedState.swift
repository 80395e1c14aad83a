import Cryptography
import Engine
import FoundationEssentials
import Market
import Plugins

/// What a host knew: positions, orders, limits in use, with the names that its numbers mean. `state.json` of a journal is one.
public struct SavedState: Codable, Sendable {
  /// One instance, by what it was started for.
  public struct Instance: Codable, Sendable, Hashable {
    /// `EMACross@BTCUSDT/0`
    public var id: String
    /// `binance.usdm.BTCUSDT`
    public var instrument: String
    /// SHA-256 of its library.
    public var digest: String
    /// What its plugin kept as the host ended in order, and with which parameters; nil = nothing.
    public var pluginState: Data?
    public var parameters: [String: String]?
    /// When that was, where it was not the end.
    public var keptNanoseconds: Int64?

    public init(id: String, instrument: String, digest: String) {
      self.id = id
      self.instrument = instrument
      self.digest = digest
    }

    /// Whether the other one goes on with what this one holds: another build of the same strategy does.
    public func isSucceeded(by other: Instance) -> Bool { id == other.id && instrument == other.instrument }
  }

  public var format = 1
  public var instruments: [String]
  public var instances: [Instance]
  public var engine: EngineSnapshot

  public init(instruments: [String], instances: [Instance], engine: EngineSnapshot) {
    self.instruments = instruments
    self.instances = instances
    self.engine = engine
  }

  public var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // Numbers and strings alone, which always encode.
    return Array((try? encoder.encode(self)) ?? Data()) + [0x0A]
  }

  /// - Parameter file: for messages.
  public init(_ bytes: [UInt8], in file: String) throws {
    struct Version: Decodable { var format: Int }
    guard let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)) else {
      throw SessionError(.badData, "\(file): is no saved state")
    }
    guard version.format == 1 else {
      throw SessionError(.badData, "\(file): format \(version.format), and this host reads 1; use the host that wrote it")
    }
    do { self = try JSONDecoder().decode(SavedState.self, from: Data(bytes)) } catch {
      throw SessionError(.badData, "\(file): is damaged: \(error)")
    }
    guard engine.isConsistent(instruments: instruments.count, instances: instances.count) else {
      throw SessionError(.badData, "\(file): is no state of \(instruments.count) instruments and \(instances.count) instances: it was changed")
    }
  }

  /// The same for a session's engine, whose instruments and instances may be others.
  ///
  /// - Throws: something is held or open that nobody of the session goes on with.
  public func moved(to session: TradingSession) throws -> SavedState {
    let instruments = session.instruments.map(\.id.description)
    let instances = session.instances.indices.map { session.savedInstance($0) }
    func ordinal(_ instance: Instance) -> Int? { self.instances.firstIndex { $0.isSucceeded(by: instance) } }
    for (index, instrument) in session.instruments.enumerated() {
      guard let old = self.instruments.firstIndex(of: instruments[index]) else { continue }
      let (then, now) = (engine.spec(instrument: old), instrument.spec)
      guard (then.priceScale, then.quantityScale, then.quoteAsset, then.isSpot) == (now.priceScale, now.quantityScale, now.quoteAsset, now.isSpot)
      else {
        throw SessionError(
          .configuration,
          "\(instruments[index]): pairs.yaml has other decimals (price_scale, quantity_scale), quote asset or market than the last run, and what it held is "
            + "counted in those; put them back, or begin anew with --fresh")
      }
    }
    let fresh = Engine(session.configuration).snapshot()
    guard
      let engine = engine.moved(
        to: fresh, instruments: instruments.map { self.instruments.firstIndex(of: $0) }, instances: instances.map(ordinal))
    else {
      let busy = engine.busyInstances.map { self.instances[$0].id }.joined(separator: ", ")
      throw SessionError(.configuration, "\(busy): holds a position or has orders, and its symbol is not among those of this run; name it")
    }
    var going = instances
    for (index, instance) in instances.enumerated() {
      // Of the same library and parameters alone: others may mean another thing by the same bytes.
      let kept =
        self.instances.first {
          $0.isSucceeded(by: instance) && $0.digest == instance.digest && $0.parameters == session.resolved[index]?.parameters
        }
      (going[index].pluginState, going[index].keptNanoseconds) = (kept?.pluginState, kept?.keptNanoseconds)
    }
    return SavedState(instruments: instruments, instances: going, engine: engine)
  }

  /// Plugins go on with what they kept, before anything is asked of them.
  ///
  /// - Returns: for each instance that refuses it why; it begins anew then, and its state is taken out here.
  public mutating func restorePlugins(of session: TradingSession) -> [(instance: String, reason: String)] {
    var refused: [(instance: String, reason: String)] = []
    for (index, instance) in session.instances.enumerated() where instances.indices.contains(index) {
      guard let state = instances[index].pluginState else { continue }
      do throws(PluginError) {
        // A worker that fails in it fails alone.
        let observer = instance.isolation == .inProcess ? session.launcher.observer : nil
        try observer.watch(instance.digest, name: instance.facts.name, instance: instance.id) { () throws(PluginError) in
          try instance.restoreState(Array(state))
        }
      } catch {
        refused.append((instance.id, "\(error)"))
        instances[index].pluginState = nil
      }
    }
    return refused
  }
}

extension TradingSession {
  func savedInstance(_ ordinal: Int) -> SavedState.Instance {
    SavedState.Instance(id: instances[ordinal].id, instrument: instrument(of: ordinal).id.description, digest: instances[ordinal].digest.hex)
  }
}
