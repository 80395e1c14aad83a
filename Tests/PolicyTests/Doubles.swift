import JSONTree
import TestKit

@testable import Policy

/// A day's noon: ms, and whole seconds, since 1970 UTC.
let noon: Int64 = 1_770_033_600_000
let noonSecond = noon / 1000

func node(_ text: String) throws -> JSONNode { try JSONReader.read(Array(text.utf8)) }

extension PolicySignals {
  /// A host that runs, and nothing else to say, changed.
  static func healthy(_ change: (inout PolicySignals) -> Void = { _ in }) -> PolicySignals {
    var signals = PolicySignals()
    signals.isRunning = true
    signals.isRiskHalted = false
    change(&signals)
    return signals
  }
}

extension Policy {
  /// A valid one, from few values each, so that equal members are as common as different ones.
  static func any(_ chance: inout Chance) -> Policy {
    func one<Value>(_ values: [Value]) -> Value { values.randomElement(using: &chance)! }
    return Policy(
      second: one([0, 1, noonSecond, noonSecond + 10, maximumSecond]), holdsSeconds: one([1, 5, 30, maximumSeconds]),
      allowsTrading: one([true, false]), mode: one(Mode.allCases), sizeMultiplier: one([0, 0.1, 0.5, 1, 1e300]),
      cooldownSeconds: one([0, 1, 60, maximumSeconds]), maximumSpreadBps: one([nil, 0, 1.5, 10_000]), maximumDailyLoss: one([nil, 0, 0.25, 1e12]),
      reason: "\(Int.random(in: 0..<1_000_000, using: &chance))")
  }
}
