/// Decimal digits eight at a time (SIMD within a register).
///
/// Loads eight bytes at the address whatever they are: the caller's buffer is padded.
struct DigitRun {
  /// Length of the run of digits at the address, 0...8.
  var count: Int
  /// Value of the run.
  var value: UInt64

  @inline(__always)
  init(at address: UnsafePointer<UInt8>) {
    let word = DigitRun.load(address)
    count = DigitRun.nonDigits(word).trailingZeroBitCount &>> 3
    // The run moves to the top, zeros come in before it; none at all apart, because a shift by 64 is no shift.
    value = count == 0 ? 0 : DigitRun.join(word &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
  }

  /// Eight bytes, the first one lowest, with 0...9 for digits and more for everything else.
  @inline(__always)
  static func load(_ address: UnsafePointer<UInt8>) -> UInt64 {
    // Unaligned by nature; the source keeps 32 readable bytes behind every region.
    UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
  }

  /// The top bit of each byte that is no digit; right up to the first byte over 0x7F, whose carry may reach the next one.
  @inline(__always)
  static func nonDigits(_ word: UInt64) -> UInt64 { ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 }

  /// The number that eight loaded digits make. Each multiplication joins neighbours: pairs, fours, eight.
  @inline(__always)
  static func join(_ digits: UInt64) -> UInt64 {
    let pairs = ((digits & 0x0F0F_0F0F_0F0F_0F0F) &* 2561) &>> 8
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
    return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
  }
}
