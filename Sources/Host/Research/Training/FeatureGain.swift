/// How much a feature's splits gained, by its share of all features' mean gains.
public struct FeatureGain: Sendable, Hashable, Encodable {
  public var name: String
  /// Mean gain of its splits, in the objective's units; 0 when no split uses it.
  public var gain: Double
  /// 0...1.
  public var share: Double

  /// Greatest first.
  static func list(_ columns: [String], _ gains: [String: Double]) -> [FeatureGain] {
    let total = columns.reduce(0) { $0 + (gains[$1] ?? 0) }
    let list = columns.map { FeatureGain(name: $0, gain: gains[$0] ?? 0, share: total > 0 ? (gains[$0] ?? 0) / total : 0) }
    return list.enumerated().sorted { ($1.element.gain, $0.offset) < ($0.element.gain, $1.offset) }.map(\.element)
  }
}
