import Cryptography
import Features
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
  /// Of the features that it reads, 32 bytes; empty where the descriptor has zeros: none, or an adapter that serves any.
  public var featureSchemaHash: [UInt8] = []
  public var parameters: [ParameterRow]

  /// What it is lent of features: an index into `FeatureSchema.all`; -1 = none.
  var featureSchema: Int32 {
    usesFeatures ? FeatureSchema.all.firstIndex { $0.hash == featureSchemaHash }.map(Int32.init) ?? -1 : -1
  }

  /// Whether predictions reach it, so that models are configured for its symbol.
  public var wantsPredictions: Bool { events & 1 << UInt64(QE_EVENT_PREDICTION) != 0 }

  /// Whether closed bars reach it; with a horizon above 0 it can open on nothing else.
  public var wantsBars: Bool { events & 1 << UInt64(QE_EVENT_BAR) != 0 }
}

extension PluginFacts {
  /// The rules for a descriptor's values, wherever they were read: what a worker tells is its plugin's word too.
  func validate(_ path: String) throws(PluginError) {
    func invalid(_ what: String, _ advice: String) -> PluginError { PluginError(.descriptorInvalid(what), path, advice) }
    guard Self.isName(name, firstUpper: true) else { throw invalid("name", "it is a letter followed by letters, digits or _, at most 64") }
    let known = (QE_EVENT_TRADE...QE_EVENT_RISK_STATE).reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    guard events & ~known == 0 else { throw invalid("events", "bits \(String(events & ~known, radix: 16)) are no events of version 1") }
    let wantsTimer = events & 1 << UInt64(QE_EVENT_TIMER) != 0
    guard !wantsTimer || (1...86_400_000).contains(timerPeriodMilliseconds) else {
      throw invalid("timer_period_ms", "it is \(timerPeriodMilliseconds); timers have 1...86400000 ms")
    }
    var seen: Set<String> = []
    for row in parameters {
      guard Self.isName(row.name, firstUpper: false) else { throw invalid("parameters", "'\(row.name)' is no name: [a-z][a-z0-9_]*") }
      guard seen.insert(row.name).inserted else { throw invalid("parameters", "'\(row.name)' comes twice") }
      guard (QE_PARAMETER_INTEGER...QE_PARAMETER_TEXT).contains(row.type) else {
        throw invalid("parameters", "'\(row.name)' has no type of version 1")
      }
      if row.type == QE_PARAMETER_TEXT { continue }
      guard row.minimum.isFinite, row.maximum.isFinite, row.defaultValue.isFinite, row.minimum <= row.defaultValue, row.defaultValue <= row.maximum
      else { throw invalid("parameters", "'\(row.name)': minimum <= default <= maximum must hold, all finite") }
    }
  }

  private static func isName(_ text: String, firstUpper: Bool) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    let upper = UInt8(ascii: "A")...UInt8(ascii: "Z")
    guard lower.contains(first) || (firstUpper && upper.contains(first)) else { return false }
    return text.utf8.allSatisfy {
      lower.contains($0) || (firstUpper && upper.contains($0)) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
    }
  }

  /// Whether a run can use it as a strategy.
  ///
  /// - Parameter deliverableEvents: what this run can deliver; a plugin that wants more is refused rather than left waiting.
  func checkStrategy(_ deliverableEvents: Set<UInt32>, _ path: String) throws(PluginError) {
    if isModel { throw PluginError(.compatMismatch("kind(model)"), path, "a strategy is wanted here") }
    for (kind, name) in EventNames.all where events & 1 << UInt64(kind) != 0 && !deliverableEvents.contains(kind) {
      throw PluginError(.compatMismatch("events(\(name))"), path, "this run has no such events, and the strategy asks for them")
    }
    if usesFeatures, FeatureSchema.hashed(featureSchemaHash) == nil {
      let known = FeatureSchema.all.map(\.name).joined(separator: ", ")
      let asked = featureSchemaHash.isEmpty ? "of no schema" : "of a schema with the hash \(Digest(bytes: featureSchemaHash).hex)"
      throw PluginError(.schemaMismatch, path, "it asks for features \(asked), and this host has \(known); rebuild it for one of them")
    }
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
