import Foundation
import TestKit
import Testing

/// A host with ticks of a trend that turns, and models of the simplest kind: they foresee what has just happened.
struct ModelHost {
  let host: Host
  static let start: Int64 = 1_704_067_200_000
  /// No cost, no spread, limits far away, and the filters and models that the oracle does without.
  static let settings = [
    "--config", Host.oracle, "--set", "ml.require_models=true", "--set", "ml.horizons=1,5", "--set", "ml.warmup_seconds=61",
  ]

  init() throws { host = try Host() }

  /// With a host that a test has already.
  init(host: Host) { self.host = host }

  /// Seconds of five trades, at prices in tenths.
  static func ticks(seconds: Int, chance: inout Chance) -> String {
    var csv = "timestamp,price,qty,side\n"
    var price: Int64 = 600_000
    var drift: Int64 = 9
    var turn = 0
    for second in 0..<seconds {
      // It never runs one way for long: whatever stretch is looked at has both.
      if second == turn {
        drift = -drift
        turn += Int.random(in: 8...20, using: &chance)
      }
      for part in 0..<5 {
        price += drift + Int64.random(in: -3...3, using: &chance)
        csv += "\(start + Int64(second) * 1000 + Int64(part) * 190),\(price / 10).\(price % 10),0.0\(10 + part),\(drift > 0 ? "buy" : "sell")\n"
      }
    }
    return csv
  }

  /// `linear.v1` over feat.v1: up where the last five seconds went up.
  static func weights(_ scale: Double) -> String {
    let weights = (0..<18).map { $0 == 1 ? "\(scale)" : "0" }.joined(separator: ",")
    return "{\"format\":\"linear.v1\",\"bias\":0,\"weights\":[\(weights)]}"
  }

  @discardableResult
  func publish(horizon: Int, scale: Double = 4000, symbol: String = "BTCUSDT", more: [String] = []) throws -> Outcome {
    let file = "weights-\(symbol)-\(horizon).json"
    try host.folder.write(Self.weights(scale), to: file)
    return try host.run(
      ["models", "publish", "--model", file, "--symbol", symbol, "--horizon", "\(horizon)", "--format", "linear_json"] + more)
  }

  func publishBoth() throws {
    for horizon in [1, 5] {
      let outcome = try publish(horizon: horizon)
      try #require(outcome.exitCode == 0, "\(outcome)")
    }
  }

  func publishEnsemble(_ parameters: [String] = []) throws {
    _ = try host.succeed(
      ["strategies", "publish", "HorizonEnsemble", "--symbol", "BTCUSDT"] + Self.ensemble(parameters).flatMap { ["--param", $0] })
  }

  /// It trades what two linear models say, without costs to beat.
  static func ensemble(_ more: [String] = []) -> [String] { ["order_quantity=0.01", "cost_bps=0", "anchor_horizon=0"] + more }

  func backtest(_ ticks: String, more: [String] = []) throws -> Outcome {
    try host.run(["backtest", "--json", "--symbol", "BTCUSDT", "--ticks-path", ticks] + Self.settings + more)
  }

  var currentFolder: (Int) -> String { { "runtime/models/BTCUSDT/\($0)/current" } }

  func journals(_ mode: String) throws -> [String] {
    let folder = host.runtime.appendingPathComponent("state/\(mode)/binance/paper/journal")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { folder.appendingPathComponent($0).path }
  }
}
