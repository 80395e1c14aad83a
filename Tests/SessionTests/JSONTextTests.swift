import Market
import Session
import Testing

@Suite struct JSONTextTests {
  @Test func `Texts are escaped as JSON wants it`() {
    #expect(JSONValue.text("a\"b\\c/d").description == #""a\"b\\c/d""#)
    #expect(JSONValue.text("line\nreturn\rtab\t").description == #""line\nreturn\rtab\t""#)
    #expect(JSONValue.text("\u{0}\u{1}\u{8}\u{1F}\u{7F}").description == "\"\\u0000\\u0001\\u0008\\u001f\u{7F}\"")
    #expect(JSONValue.text("µ €\u{1F680}\r\n").description == "\"µ €\u{1F680}\\r\\n\"")
    #expect(JSONValue.text("").description == "\"\"")
  }

  @Test func `Objects and arrays keep the order that they were given`() {
    let value = JSONValue.object([("b", .integer(-1)), ("a\n", .array([.null, .boolean(true), .boolean(false)])), ("c", .object([]))])
    #expect(value.description == #"{"b": -1, "a\n": [null, true, false], "c": {}}"#)
    #expect(JSONValue.array([]).description == "[]")
  }

  @Test func `Money keeps its digits, which a double would not`() {
    #expect(JSONValue.money(Money(raw: 123_456_789_012_345_678_123_456_780_000_000_000)).description == "123456789012345678.12345678")
    #expect(JSONValue.money(Money(raw: -10_000_000_000)).description == "-0.00000001")
    #expect(JSONValue.money(Money(raw: 4_999_999_999)).description == "0.00000000")
    #expect(JSONValue.money(Money(raw: 5_000_000_000)).description == "0.00000001")
    #expect(JSONValue.money(Money(raw: -4_999_999_999)).description == "0.00000000")
    #expect(JSONValue.money(.zero).description == "0.00000000")
  }

  @Test func `Seconds have microseconds and are never negative`() {
    #expect(JSONValue.seconds(1_234_567_999).description == "1.234567")
    #expect(JSONValue.seconds(-5).description == "0.000000")
  }
}
