import Foundation

/// SplitMix64: a test's own source of chance. The seed is printed, and QE_SEED replays it.
public struct Chance: RandomNumberGenerator {
  private var state: UInt64
  public let seed: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A new seed, or the one in QE_SEED; printed with the test's name so that a failure can be replayed.
  public static func seeded(_ test: String) -> Chance {
    let given = ProcessInfo.processInfo.environment["QE_SEED"].flatMap(UInt64.init)
    let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
    print("seed of '\(test)': QE_SEED=\(seed)")
    return Chance(seed: seed)
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
