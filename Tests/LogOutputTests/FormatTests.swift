import Foundation
import Logging
import TestKit
import Testing

@testable import LogOutput

/// What a record looks like.
@Suite struct FormatTests {
  private func record(
    _ message: String, level: Logger.Level = .info, logger: String = "host", metadata: Logger.Metadata = [:]
  ) -> LogRecord {
    // 2026-11-23T12:00:00.123Z
    LogRecord(nanoseconds: 1_795_435_200_123_999_999, level: level, logger: logger, message: message, metadata: metadata)
  }

  @Test(arguments: [
    (Logger.Level.info, "INFO "), (.debug, "DEBUG"), (.notice, "NOTICE"), (.warning, "WARNING"), (.error, "ERROR"), (.critical, "CRITICAL"),
    (.trace, "TRACE"),
  ])
  func `Text has time, level, logger and words`(level: Logger.Level, word: String) {
    #expect(LogFormat.text.line(record("it begins", level: level)) == "2026-11-23T12:00:00.123Z \(word) host: it begins")
  }

  @Test func `Metadata follows by name, in quotes where it is not one word`() {
    let metadata: Logger.Metadata = ["b": "two words", "a": "1", "c": "", "d": #"say "x=1""#, "e": .array(["x", "y"])]
    #expect(
      LogFormat.text.line(record("m", metadata: metadata))
        == #"2026-11-23T12:00:00.123Z INFO  host: m a=1 b="two words" c="" d="say \"x=1\"" e="[\"x\", \"y\"]""#)
    #expect(
      LogFormat.json.line(record("m", metadata: metadata))
        == #"{"ts":"2026-11-23T12:00:00.123Z","level":"info","logger":"host","message":"m","a":"1","b":"two words","c":"","d":"say \"x=1\"","e":["x","y"]}"#
    )
  }

  @Test func `No name is in an object twice`() throws {
    let line = LogFormat.json.line(record("m", metadata: ["ts": "1", "ts_": "2", "level": "3", "message": "4", "logger": .dictionary(["k": "v"])]))
    #expect(
      line
        == #"{"ts":"2026-11-23T12:00:00.123Z","level":"info","logger":"host","message":"m","level_":"3","logger_":{"k":"v"},"message_":"4","ts_":"1","ts__":"2"}"#
    )
  }

  @Test func `A terminal gets the words alone, and who says them`() {
    #expect(LogFormat.terminalLine(record("mock begins", level: .notice)) == "mock begins")
    #expect(LogFormat.terminalLine(record("halt by user 1", level: .notice, logger: "control")) == "control: halt by user 1")
    #expect(LogFormat.terminalLine(record("slow", level: .warning, metadata: ["ms": "7"])) == "warning: slow ms=7")
    #expect(LogFormat.terminalLine(record("out", level: .error, logger: "plugins")) == "error: plugins: out")
  }

  @Test func `Nobody forges a line or steers a terminal`() {
    let text = "a\nb\r\t\u{1B}[2J\u{9B}x\u{7F}\u{202E}\u{2028}\u{0}é😀"
    #expect(
      LogFormat.text.line(record(text)).hasSuffix(#"host: a\nb\r\t\u{1b}[2J\u{9b}x\u{7f}\u{202e}\u{2028}\u{0}é😀"#))
    #expect(
      LogFormat.json.line(record(text)).hasSuffix(#""message":"a\nb\r\t\u001b[2J\u009bx\u007f\u202e\u2028\u0000é😀"}"#))
  }

  @Test func `Whatever the text is, a line is one line, and JSON gives the text back`() throws {
    var chance = Chance.seeded("Whatever the text is, a line is one line, and JSON gives the text back")
    let special: [UInt32] = [
      0, 7, 8, 9, 10, 13, 0x1B, 0x22, 0x5C, 0x7F, 0x80, 0x85, 0x9B, 0x2028, 0x2029, 0x202E, 0x2066, 0xFEFF, 0x1F600, 0x20, 0x3D,
    ]
    func text() -> String {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...60, using: &chance) {
        let value = chance.chance(50) ? special.randomElement(using: &chance)! : UInt32.random(in: 0...0x10FFFF, using: &chance)
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
      }
      return String(scalars)
    }
    for _ in 0..<3000 {
      let (message, logger, name, value) = (text(), text(), text(), text())
      let record = record(message, logger: logger, metadata: [name: .string(value)])
      for line in [LogFormat.text.line(record), LogFormat.json.line(record), LogFormat.terminalLine(record)] {
        #expect(line.unicodeScalars.allSatisfy(LogText.isHarmless), "\(line.debugDescription)")
      }
      let object = try #require(try JSONSerialization.jsonObject(with: Data(LogFormat.json.line(record).utf8)) as? [String: String])
      #expect(object.count == 5)
      // Scalar by scalar: Swift's == on strings takes forms of a letter for the same.
      for (found, wanted) in [(object["message"], message), (object["logger"], logger)] {
        #expect(found.map { Array($0.unicodeScalars) } == Array(wanted.unicodeScalars))
      }
      #expect(
        object.contains {
          Array($0.key.unicodeScalars) == Array(name.unicodeScalars) && Array($0.value.unicodeScalars) == Array(value.unicodeScalars)
        })
    }
  }

  @Test func `Long texts are cut`() {
    let bound = LogText.maximumScalars
    #expect(LogFormat.text.line(record(String(repeating: "é", count: bound))).hasSuffix("éé"))
    let line = LogFormat.text.line(record(String(repeating: "é", count: bound + 1)))
    #expect(line.hasSuffix("éé...") && line.unicodeScalars.count { $0 == "é" } == bound)
  }

  @Test func `Times are UTC's`() {
    var chance = Chance.seeded("Times are UTC's")
    let formatter = ISO8601DateFormatter()
    #expect(LogTime.text(nanoseconds: 0) == "1970-01-01T00:00:00.000Z" && LogTime.text(nanoseconds: -1) == "1969-12-31T23:59:59.999Z")
    #expect(LogTime.text(nanoseconds: 951_782_400_000_000_000) == "2000-02-29T00:00:00.000Z")
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -2_000_000_000...9_000_000_000, using: &chance)
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds))).replacing("Z", with: ".042Z")
      #expect(LogTime.text(nanoseconds: seconds * 1_000_000_000 + 42_999_999) == expected)
    }
  }
}
