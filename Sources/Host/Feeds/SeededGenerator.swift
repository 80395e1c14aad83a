/// xoshiro256** seeded through SplitMix64 (Blackman and Vigna, public domain): the same numbers on every machine.
///
/// Integers only: nothing here depends on a libm.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameters:
  ///   - stream: mixed into the seed (FNV-1a over its bytes), so that two symbols get independent numbers from one seed.
  public init(seed: UInt64, stream: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var mixer = seed ^ hash
    func splitMix() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z &>> 31)
    }
    state = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  public mutating func next() -> UInt64 {
    func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { (value &<< bits) | (value &>> (64 - bits)) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 &<< 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  /// 0..<bound. The bias of the multiplication is below 2^-32 for the small bounds used here.
  mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  /// Roughly normal, mean 0, standard deviation 65,536: the sum of twelve 16-bit uniforms (Irwin-Hall).
  mutating func normal() -> Int64 {
    var sum: Int64 = 0
    for _ in 0..<3 {
      let word = next()
      for part in 0..<4 { sum += Int64((word &>> (16 * UInt64(part))) & 0xFFFF) }
    }
    // Twelve uniforms of 0...65535 have the mean 6 x 65535 and, nearly, the deviation 65536.
    return sum - 6 * 65535
  }

  /// Exponential-like, mean 65,536, to 1 %: -ln(u) with the logarithm's mantissa by a parabola.
  mutating func exponential() -> Int64 {
    let word = next() | 1
    let zeros = Int64(word.leadingZeroBitCount)
    // u = m x 2^-(zeros + 1), 1 <= m < 2; fraction = (m - 1) x 2^16.
    let fraction = Int64((word &<< UInt64(zeros + 1)) &>> 48)
    let log2 = fraction + ((fraction * (65536 - fraction) / 65536) * 22_700) / 65536
    // times ln 2 = 45426 / 65536
    return ((zeros + 1) * 65536 - log2) * 45_426 / 65536
  }

  public static func == (a: SeededGenerator, b: SeededGenerator) -> Bool { a.state == b.state }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(state.0)
    hasher.combine(state.1)
    hasher.combine(state.2)
    hasher.combine(state.3)
  }
}
