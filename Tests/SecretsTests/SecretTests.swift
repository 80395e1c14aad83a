import Foundation
import Secrets
import Testing

@Suite struct SecretTests {
  struct Holder: Encodable {
    var name = "holder"
    var secret = Secret("canary-value")
    var list = [Secret("canary-value")]
    var perhaps: Secret? = Secret("canary-value")
    var table = ["key": Secret("canary-value")]
  }

  @Test func `It is redacted wherever it is shown`() throws {
    let secret = Secret("canary-value")
    let holder = Holder()
    var dumped = ""
    dump(holder, to: &dumped)
    var printed = ""
    print(secret, [secret], holder, to: &printed)
    let json = String(decoding: try JSONEncoder().encode(holder), as: UTF8.self)
    let error = SecretsError(.valueInvalid, "a message with \(secret)")
    var contents = SecretContents()
    try contents.set("SOME_NAME", to: secret)
    let texts = [
      "\(secret)", "\(holder)", "\([secret])", String(describing: secret), String(reflecting: secret), String(describing: holder),
      String(reflecting: holder), "\(Optional(secret) as Any)", dumped, printed, json, "\(error)", String(reflecting: error), "\(contents)",
      "\(SecretEnvironment(["SOME_NAME": secret]))", String(reflecting: contents), "\(secret as Any)",
      "\(Mirror(reflecting: holder).children.map { "\($0)" })",
      String(format: "%@", "\(secret)" as NSString),
    ]
    for text in texts {
      #expect(text.contains("<redacted>"), "\(text)")
      #expect(!text.contains("canary"), "\(text)")
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
    #expect(json.components(separatedBy: "\"<redacted>\"").count == 5)
  }

  @Test func `Its bytes are lent, and two are equal by their bytes`() {
    #expect(Secret("abc") == Secret("abc"))
    for other in ["abd", "ab", "abcd", "", "ABC"] { #expect(Secret("abc") != Secret(other)) }
    #expect(Secret("") == Secret("") && Secret("").isEmpty)
    #expect(Secret("abc").withBytes { $0.count } == 3)
  }

  @Test(arguments: [
    ("", "is empty"), ("a\nb", "line break"), ("a\r", "line break"), ("a\u{0}b", "control character"), ("\u{1B}[31m", "control character"),
    ("a\u{7F}", "control character"), (String(repeating: "x", count: 16385), "more than 16384 bytes"),
  ])
  func `A value that no header could carry is refused by name`(value: String, words: String) {
    var contents = SecretContents()
    let error = #expect(throws: SecretsError.self) { try contents.set("BINANCE_API_KEY", to: Secret(value)) }
    #expect(error?.description.contains("BINANCE_API_KEY") == true && error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.kind.exitCode == 77 && contents.count == 0)
  }

  @Test func `Bytes that are no UTF-8 are refused, and a name that is none`() {
    var contents = SecretContents()
    for broken: [UInt8] in [[0xFF], [0x41, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] {
      var bytes = broken
      #expect(throws: SecretsError.self) { try contents.set("NAME", to: Secret(taking: &bytes)) }
    }
    for name in ["", "1NAME", "A B", "A=B", "NÄME", "A\n", "A-B", String(repeating: "A", count: 65)] {
      #expect(throws: SecretsError.self, "\(name)") { try contents.set(name, to: Secret("value")) }
    }
    #expect(contents.count == 0)
  }

  @Test func `There are not more than 256`() throws {
    var contents = SecretContents()
    for index in 0..<256 { try contents.set("N\(index)", to: Secret("v")) }
    #expect(throws: SecretsError.self) { try contents.set("ONE_MORE", to: Secret("v")) }
    try contents.set("N7", to: Secret("again"))
    #expect(contents.count == 256 && contents["N7"] == Secret("again"))
  }
}
