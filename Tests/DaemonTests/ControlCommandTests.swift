import Foundation
import TestKit
import Testing

@testable import Daemon

@Suite struct ControlCommandTests {
  private func read(_ text: String) -> Result<ControlCommand, ControlFailure> {
    do throws(ControlFailure) { return .success(try ControlCommand(line: Array(text.utf8))) } catch { return .failure(error) }
  }

  @Test(arguments: [
    ControlCommand.status, .halt(reason: nil), .halt(reason: #"a "quoted" line\ with ü and no end."#), .resume, .flatten(symbol: nil),
    .flatten(symbol: "binance.spot.BTCUSDT"), .resetPeak,
  ])
  func `What is written is read as it was`(command: ControlCommand) throws {
    #expect(command.line.last == 0x0A && command.line.count { $0 == 0x0A } == 1)
    #expect(try ControlCommand(line: command.line.dropLast()) == command)
  }

  @Test(arguments: [
    ("", "not one JSON object"), ("{", "not one JSON object"), ("[]", "not one JSON object"), ("{}", "\"command\" is missing"),
    (#"{"command": null}"#, "\"command\" is missing"), (#"{"command": 1}"#, "not one JSON object"),
    (#"{"command": "hal"}"#, "'hal' is no command; write one of status, halt"),
    (#"{"command": "flatten", "symbl": "BTCUSDT"}"#, #"flatten takes no "symbl""#),
    (#"{"command": "halt", "symbol": "BTCUSDT"}"#, #"halt takes no "symbol""#),
    (#"{"command": "status", "command2": "x"}"#, #"status takes no "command2""#),
    (#"{"command": "halt"} {"command": "resume"}"#, "not one JSON object"),
  ])
  func `What cannot be meant is refused with a reason`(line: String, reason: String) {
    guard case .failure(let failure) = read(line) else { return #expect(Bool(false), "\(line) was taken") }
    #expect(failure.text.contains(reason), "\(failure.text)")
  }

  @Test func `A reason is bounded`() {
    let text = String(repeating: "x", count: 200)
    #expect(read(#"{"command": "halt", "reason": "\#(text)"}"#) == .success(.halt(reason: text)))
    guard case .failure = read(#"{"command": "halt", "reason": "\#(text)x"}"#) else { return #expect(Bool(false)) }
  }

  @Test func `No bytes crash the reader`() {
    var chance = Chance.seeded("No bytes crash the reader")
    let seedLine = Array(#"{"command": "flatten", "symbol": "BTCUSDT"}"#.utf8)
    var taken = 0
    for _ in 0..<5000 {
      var line = seedLine
      for _ in 0..<Int.random(in: 1...6, using: &chance) {
        let index = Int.random(in: 0..<line.count, using: &chance)
        if chance.chance(50) { line[index] = UInt8.random(in: 0...255, using: &chance) } else { line.remove(at: index) }
        if line.isEmpty { break }
      }
      if (try? ControlCommand(line: line)) != nil { taken += 1 }
    }
    #expect(taken < 5000)
    _ = try? ControlCommand(line: repeatElement(UInt8(ascii: "["), count: 60_000))
    _ = try? ControlCommand(line: Array(repeatElement(#"{"a":"#, count: 10_000).joined().utf8))
  }
}
