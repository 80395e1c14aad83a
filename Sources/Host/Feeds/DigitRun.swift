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
    // Unaligned by nature; the source keeps 32 readable bytes behind every region.
    let word = UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
    // A digit is now 0...9: adding 0x76 leaves its top bit clear. A carry only reaches bytes behind the first non-digit.
    let nonDigits = ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
    count = nonDigits.trailingZeroBitCount &>> 3
    // The run moves to the top, zeros come in before it; two halves of one shift, because a shift by 64 is none.
    let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    let digits = count == 0 ? 0 : word &<< shift
    // Pairs, fours, eight: each multiplication joins neighbours.
    let pairs = ((digits & 0x0F0F_0F0F_0F0F_0F0F) &* 2561) &>> 8
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
    value = ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
  }
}
