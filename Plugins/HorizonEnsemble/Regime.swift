import PluginKit

/// What the market does, by `regime_tag` of feat.v1.
enum Regime {
  case flat
  case trendingUp
  case trendingDown
  case highVolatility

  /// Nil for what is none of the schema's four numbers, NaN too.
  init?(tag: Double) {
    switch tag {
    case 0: self = .flat
    case 1: self = .trendingUp
    case -1: self = .trendingDown
    case 2: self = .highVolatility
    default: return nil
    }
  }
}

/// What may be opened in a regime.
struct RegimeRule {
  let allowsLong: Bool
  let allowsShort: Bool
  /// 0...1; beside the confidence that its side needs anyway.
  let minimumConfidence: Double

  init(_ name: String, _ configuration: Configuration) throws {
    allowsLong = try configuration.boolean("\(name)_allow_long")
    allowsShort = try configuration.boolean("\(name)_allow_short")
    minimumConfidence = try configuration.fraction("\(name)_min_conf")
  }

  func allows(_ side: Side) -> Bool { side == .buy ? allowsLong : allowsShort }

  static func parameters(_ name: String, long: Bool, short: Bool, confidence: Double) -> [Parameter] {
    [
      .boolean("\(name)_allow_long", default: long, "whether a long is opened in this regime"),
      .boolean("\(name)_allow_short", default: short, "whether a short is"),
      .real("\(name)_min_conf", default: confidence, in: 0...1, "least confidence of an entry in this regime"),
    ]
  }
}
