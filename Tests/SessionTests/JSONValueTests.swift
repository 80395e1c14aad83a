import Market
import Session
import Testing

@Suite struct JSONValueTests {
  @Test func `Texts are escaped as JSON wants it`() {
    #expect(JSONValue.text("a\"b\\c/d").description == #""a\"b\\c/d""#)
    #expect(JSONValue.text("line\nreturn\rtab\t").description == #""line\nreturn\rtab\t""#)
    #expect(JSONValue.text("\u{0}\u{1}\u{8}\u{1F}\u{7F}").description == "\"\\u0000\\u0001\\u0008\\u001f\u{7F}\"")
    #expect(JSONValue.text("µ €\u{1F680}\r\n").description == "\"µ €\u{1F680}\\r\\n\"")
    #expect(JSONValue.text("").description == "\"\"")
  }
}
