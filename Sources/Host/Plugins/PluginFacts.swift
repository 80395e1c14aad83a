import PluginABI

/// One row of a plugin's parameter table, copied and checked.
public struct ParameterRow: Sendable, Equatable, Codable {
  public var name: String
  public var type: UInt32
  public var defaultValue: Double
  public var minimum: Double
  public var maximum: Double
  public var defaultText: String
}

/// What a plugin's descriptor says of it, copied and checked: read in this process, or told by a worker that read it.
public struct PluginFacts: Sendable, Equatable, Codable {
  public var name: String
  public var version: String
  public var isModel: Bool
  /// Subscription bits: `1 << QE_EVENT_...`.
  public var events: UInt64
  /// 0 = no timer.
  public var timerPeriodMilliseconds: Int64
  public var abiMajor: UInt32
  public var abiMinor: UInt32
  public var usesFeatures: Bool
  public var parameters: [ParameterRow]

  /// Whether closed bars reach it; with a horizon above 0 it can open on nothing else.
  public var wantsBars: Bool { events & 1 << UInt64(QE_EVENT_BAR) != 0 }
}

extension PluginFacts {
  /// Whether a run can use it as a strategy.
  ///
  /// - Parameter deliverableEvents: what this run can deliver; a plugin that wants more is refused rather than left waiting.
  func checkStrategy(_ deliverableEvents: Set<UInt32>, _ path: String) throws(PluginError) {
    if isModel { throw PluginError(.compatMismatch("kind(model)"), path, "a strategy is wanted here") }
    for (kind, name) in EventNames.all where events & 1 << UInt64(kind) != 0 && !deliverableEvents.contains(kind) {
      throw PluginError(.compatMismatch("events(\(name))"), path, "this run has no such events, and the strategy asks for them")
    }
    if usesFeatures { throw PluginError(.compatMismatch("features"), path, "this run has no features, and the strategy asks for them") }
  }

  /// The manifest was read without running code; now the code must agree with it.
  func check(against manifest: StrategyManifest, _ path: String) throws(PluginError) {
    guard name == manifest.name else { throw PluginError(.compatMismatch("name(\(name))"), path, "the manifest says \(manifest.name)") }
    guard abiMajor == manifest.abiMajor, abiMinor == manifest.abiMinor else {
      throw PluginError(.compatMismatch("abi(\(abiMajor).\(abiMinor))"), path, "the manifest says \(manifest.abiMajor).\(manifest.abiMinor)")
    }
    let names = EventNames.names(of: events)
    guard Set(names) == Set(manifest.events) else {
      throw PluginError(
        .compatMismatch("events"), path,
        "it wants \(names.joined(separator: ", ")), the manifest says \(manifest.events.joined(separator: ", "))")
    }
  }
}
