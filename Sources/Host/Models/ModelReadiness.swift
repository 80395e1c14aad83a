import Cryptography
import Market
import Plugins

/// Which of the models that a run wants are there: a row for each symbol and horizon.
public struct ModelReadiness: Sendable {
  public enum State: String, Sendable, CaseIterable {
    case ready
    case missing
    case invalid
    /// Its features are not complete yet.
    case warming
    /// It answered with what is no forecast.
    case failed
    /// It has not answered for longer than it may.
    case stale
  }

  public struct Row: Sendable {
    public var symbol: String
    public var horizonSeconds: Int64
    public var state: State
    /// The adapter and the format, `XGBoostModel (xgboost_json)`; nil when nothing was found.
    public var model: String?
    /// The folder or file that named it.
    public var source: String?
    /// Of the model file.
    public var digest: Digest?
    /// Epoch seconds.
    public var createdAt: Int64?
    /// Since then.
    public var ageSeconds: Int64?
    /// Why it is not ready: the error's name, where, and what to do.
    public var reason: String?
    /// Differences that are told and not refused.
    public var notes: [String] = []
  }

  public var rows: [Row]

  public init(rows: [Row] = []) { self.rows = rows }

  /// Whether every one can be asked.
  public var isReady: Bool { rows.allSatisfy { $0.state == .ready } }

  /// Looks at every symbol and horizon.
  ///
  /// - Parameters:
  ///   - check: how each that is found is tried; nil = digests alone.
  ///   - nowSeconds: epoch.
  public static func look(
    _ resolver: ModelResolver, instruments: [Instrument], horizonsSeconds: [Int64], check: ModelCheck?, nowSeconds: Int64
  ) -> ModelReadiness {
    var rows: [Row] = []
    for instrument in instruments {
      for horizon in horizonsSeconds {
        do throws(PluginError) {
          let resolved = try resolver.resolve(instrument, horizonSeconds: horizon)
          do throws(PluginError) {
            try check?.run(resolved, instrument)
            rows.append(Row(resolved, nowSeconds: nowSeconds))
          } catch {
            var row = Row(resolved, nowSeconds: nowSeconds)
            (row.state, row.reason) = (.invalid, error.description)
            rows.append(row)
          }
        } catch { rows.append(Row(error, symbol: instrument.id.symbol, horizonSeconds: horizon)) }
      }
    }
    return ModelReadiness(rows: rows)
  }
}

extension ModelReadiness.Row {
  /// One that was found.
  public init(_ resolved: ResolvedModel, nowSeconds: Int64) {
    self.init(
      symbol: resolved.symbol, horizonSeconds: resolved.horizonSeconds, state: .ready,
      model: "\(resolved.adapterName) (\(resolved.manifest.modelFormat))", source: resolved.source, digest: resolved.model.digest,
      createdAt: resolved.manifest.createdAt, ageSeconds: resolved.manifest.createdAt.map { max(0, nowSeconds - $0) }, notes: resolved.notes)
  }

  /// One that is running.
  public init(_ instance: ModelInstance, nowSeconds: Int64) {
    self.init(
      symbol: instance.manifest.symbol, horizonSeconds: instance.horizonSeconds, state: .ready,
      model: "\(instance.adapterName) (\(instance.manifest.modelFormat))", source: instance.source, digest: instance.digest,
      createdAt: instance.manifest.createdAt, ageSeconds: instance.manifest.createdAt.map { max(0, nowSeconds - $0) }, notes: instance.notes)
  }

  /// One that is not to be had.
  public init(_ error: PluginError, symbol: String, horizonSeconds: Int64) {
    self.init(
      symbol: symbol, horizonSeconds: horizonSeconds, state: error.kind == .missingInput ? .missing : .invalid, reason: error.description)
  }
}
