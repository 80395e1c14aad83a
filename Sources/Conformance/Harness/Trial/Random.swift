/// SplitMix64: the same numbers for the same seed, everywhere.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 ..< bound. - Precondition: bound > 0.
  mutating func below(_ bound: Int64) -> Int64 { Int64(next() % UInt64(bound)) }

  /// 0 ..< 1.
  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// Roughly normal, of deviation 1.
  mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + unit() } }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }
}

/// FNV-1a over bytes: equal answers have equal fingerprints.
struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: UnsafeRawBufferPointer) { for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 } }

  mutating func add<Value: BitwiseCopyable>(_ value: Value) { withUnsafeBytes(of: value) { add($0) } }
}
