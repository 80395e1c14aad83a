import Foundation
import Market
import Session
import TestKit
import Testing

@testable import Daemon

@Suite struct QuarantineTests {
  private let folder: TemporaryFolder
  private let quarantine: Quarantine

  init() throws {
    folder = try TemporaryFolder()
    quarantine = Quarantine(folder: folder.url.path)
  }

  private func entry(_ digit: String, _ instance: String = "A@BTCUSDT/0", reason: String = "it hung") -> Quarantine.Entry {
    Quarantine.Entry(
      Suspect(digest: String(repeating: digit, count: 64), name: "A", instance: instance), reason: reason, at: "2026-01-02T03:04:05Z", hostProcess: 42
    )
  }

  @Test func `What was added is read, and what was released is gone`() throws {
    #expect(try quarantine.read().isEmpty, "no file, nobody")
    try quarantine.add(entry("a"))
    try quarantine.add(entry("b", "B@ETHUSDT/5"))
    #expect(try quarantine.read() == [entry("a"), entry("b", "B@ETHUSDT/5")])
    // The same again replaces; another instance of the same build stands beside it.
    try quarantine.add(entry("a", reason: "it crashed"))
    try quarantine.add(entry("a", "A@ETHUSDT/0"))
    #expect(try quarantine.read() == [entry("b", "B@ETHUSDT/5"), entry("a", reason: "it crashed"), entry("a", "A@ETHUSDT/0")])
    #expect(try quarantine.release(digest: "aaaaaaaa").count == 2)
    #expect(try quarantine.read() == [entry("b", "B@ETHUSDT/5")])
    #expect(try quarantine.release(digest: nil) == [entry("b", "B@ETHUSDT/5")])
    #expect(try quarantine.read().isEmpty)
    #expect(try quarantine.release(digest: nil).isEmpty)
  }

  @Test func `A release names one digest`() throws {
    let near = String(repeating: "a", count: 63) + "b"
    try quarantine.add(entry("a"))
    try quarantine.add(Quarantine.Entry(Suspect(digest: near, name: "A", instance: "A@BTCUSDT/0"), reason: "r"))
    #expect(throws: SessionError.self) { try quarantine.release(digest: "aaaaaaaa") }
    #expect(throws: SessionError.self) { try quarantine.release(digest: "cccccccc") }
    #expect(try quarantine.read().count == 2)
    #expect(try quarantine.release(digest: near).map(\.digest) == [near])
  }

  @Test(arguments: [
    "", "no words", "[]", "{}", #"{"version": 2, "entries": []}"#, #"{"version": 1}"#, #"{"version": 1, "entries": [{"digest": "ab"}]}"#,
    #"{"version": 1, "entries": [{"digest": "ab", "name": "A", "instance": "i", "reason": "r", "at": "t", "host_pid": 1}]}"#,
  ])
  func `A file that cannot be understood is an error, for reading and for writing`(text: String) throws {
    try folder.write(text, to: "quarantine.json")
    for attempt in [{ _ = try quarantine.read() }, { try quarantine.add(entry("a")) }, { _ = try quarantine.release(digest: nil) }] {
      let error = try #require(throws: SessionError.self) { try attempt() }
      #expect(error.kind == .badData && error.description.hasPrefix("quarantine_invalid: ") && error.description.contains("quarantine.json"))
      #expect(!error.description.contains("\n"))
    }
    #expect(try String(contentsOf: folder.url.appendingPathComponent("quarantine.json"), encoding: .utf8) == text, "it stays for who looks at it")
  }

  @Test func `A folder in the file's place, or a link to nowhere, is an error too`() throws {
    try FileManager.default.createDirectory(atPath: quarantine.path, withIntermediateDirectories: false)
    #expect(throws: SessionError.self) { try quarantine.read() }
    try FileManager.default.removeItem(atPath: quarantine.path)
    try FileManager.default.createSymbolicLink(atPath: quarantine.path, withDestinationPath: folder.path("nowhere"))
    #expect(throws: SessionError.self) { try quarantine.read() }
  }

  @Test func `Writers at one time lose nothing`() async throws {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask { [quarantine, entry = entry("a", "A@BTCUSDT/\(number)")] in #expect(throws: Never.self) { try quarantine.add(entry) } }
      }
    }
    #expect(Set(try quarantine.read().map(\.instance)).count == 16)
  }

  @Test func `It is bounded: the oldest goes`() throws {
    for number in 0...Quarantine.capacity { try quarantine.add(entry("a", "A@BTCUSDT/\(number)")) }
    let entries = try quarantine.read()
    #expect(entries.count == Quarantine.capacity && entries.first?.instance == "A@BTCUSDT/1")
  }

  @Test func `A suspect goes through its line`() {
    let suspect = Suspect(digest: String(repeating: "a", count: 64), name: "A", instance: "A@BTCUSDT/0")
    #expect(Suspect(suspect.text) == suspect)
    #expect(Suspect("A A@BTCUSDT/0") == nil && Suspect("") == nil)
  }
}
