import Market
import TestKit
import Testing

@Suite struct DecimalTextTests {
  @Test(
    arguments: [
      ("0", 2, 0), ("1", 2, 100), ("1.5", 2, 150), ("61837.63000000", 2, 6_183_763), ("-0.01", 2, -1), ("+7", 0, 7), ("1e-05", 8, 1000),
      ("1.2E3", 0, 1200), ("0.000000010", 8, 1), (".5", 1, 5), ("5.", 1, 50), ("1000000000000", 0, 1_000_000_000_000),
      ("0.00000000000000000000", 2, 0), ("9223372036854775807", 0, Int64.max),
    ] as [(String, Int, Int64)])
  func readsExactly(text: String, scale: Int, raw: Int64) throws {
    #expect(try DecimalText.parse(text, scale: scale) == raw)
  }

  @Test(
    arguments: [
      ("", 0), ("-", 0), (".", 0), ("1.2.3", 2), ("1,5", 1), ("nan", 2), ("inf", 2), ("0x10", 0), (" 1", 0), ("1 ", 0), ("1e", 0), ("1e+", 0),
      ("--1", 0),
    ] as [(String, Int)])
  func refusesWhatIsNoNumber(text: String, scale: Int) {
    #expect(throws: DecimalText.Failure.malformed) { try DecimalText.parse(text, scale: scale) }
  }

  @Test func refusesPrecisionItCannotHold() {
    #expect(throws: DecimalText.Failure.tooPrecise) { try DecimalText.parse("1.05", scale: 1) }
    #expect(throws: DecimalText.Failure.tooPrecise) { try DecimalText.parse("1e-05", scale: 4) }
    #expect(throws: DecimalText.Failure.overflow) { try DecimalText.parse("9223372036854775808", scale: 0) }
    #expect(throws: DecimalText.Failure.overflow) { try DecimalText.parse("1e400", scale: 0) }
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    var chance = Chance.seeded("decimal round trip")
    for _ in 0..<20_000 {
      let scale = Int.random(in: 0...9, using: &chance)
      let raw = Int64.random(in: -1_000_000_000_000_000...1_000_000_000_000_000, using: &chance) >> Int64.random(in: 0...40, using: &chance)
      #expect(try DecimalText.parse(DecimalText.format(raw, scale: scale), scale: scale) == raw)
      #expect(try DecimalText.parse(DecimalText.formatShort(Int128(raw), scale: scale), scale: scale) == raw)
    }
  }

  @Test func moneyIsRoundedHalfAwayFromZeroForPeople() {
    let unit = Int128(1_000_000_000_000_00)  // 10^-4
    #expect(DecimalText.format(Money(raw: -unit * 4_122_218 - unit / 2), decimals: 4) == "-412.2219")
    #expect(DecimalText.format(Money(raw: -unit * 4_122_218 - unit / 2 + 1), decimals: 4) == "-412.2218")
    #expect(DecimalText.format(Money(raw: unit / 2), decimals: 4) == "0.0001")
    #expect(DecimalText.format(Money.zero, decimals: 4) == "0.0000")
  }
}
