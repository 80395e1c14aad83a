import Foundation

import TestKit
import Testing

/// `quantumedge-conformance` from outside: its words, files and exit codes.
@Suite struct CommandTests {
  private struct Ended {
    var code: Int32
    var text: String
    var lines: [Substring] { text.split(separator: "\n") }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> Ended {
    let process = Process()
    process.executableURL = Workplace.buildFolder.appendingPathComponent("quantumedge-conformance")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return Ended(code: process.terminationStatus, text: text)
  }

  private func faulty(_ more: [String]) throws -> Ended { try run([Workplace.plugin("Faulty").path, "--quick", "--strictness", "10"] + more) }

  @Test func `Results come as a table, as JSON and as JUnit`() throws {
    let (json, junit) = (folder.path("r.json"), folder.path("r.xml"))
    let ended = try faulty(["--param", "fault=allocate", "--json", json, "--junit", junit, "--seed", "7"])
    #expect(ended.code == 1 && ended.lines.last?.contains(" passed, 1 failed, 0 warned, ") == true, "\(ended.text)")
    #expect(ended.text.contains("--only no-allocations --seed 7"), "\(ended.text)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: json))) as? [String: Any])
    let cases = try #require(object["cases"] as? [[String: Any]])
    #expect(
      cases.count == 46 && cases.allSatisfy { $0["id"] is String && $0["status"] is String && $0["seconds"] is Double && $0["detail"] is String })
    let allocations = try #require(cases.first { $0["id"] as? String == "no-allocations" })
    #expect(allocations["status"] as? String == "fail" && (allocations["detail"] as? String)?.contains("allocations in") == true)
    let document = XMLCheck(try Data(contentsOf: URL(fileURLWithPath: junit)))
    #expect(document.isWhole && document.counts["testcase"] == 46 && document.counts["failure"] == 1)
    #expect(document.counts["skipped"] == cases.count { $0["status"] as? String == "skip" })
  }

  @Test func `One case runs with what it needs, and a seed repeats it`() throws {
    let first = try faulty(["--only", "reset", "--seed", "3"])
    #expect(first.code == 0 && first.lines.last?.hasSuffix(" passed, 0 failed, 0 warned, 0 skipped") == true, "\(first.text)")
    #expect(first.text.contains("reset ") && !first.text.contains("million-events"), "\(first.text)")
  }

  @Test func `Below its strictness a failure is a warning`() throws {
    let ended = try run([Workplace.plugin("Faulty").path, "--quick", "--strictness", "1", "--param", "fault=allocate"])
    #expect(ended.code == 0 && ended.text.contains("1 warned"), "\(ended.text)")
  }

  @Test func `What is no plugin, not there, or no word of the command line has its exit code`() throws {
    try folder.write("no library", to: "text.so")
    #expect(try run([folder.path("text.so")]).code == 65)
    #expect(try run([folder.path("none.so")]).code == 66)
    for wrong in [[], ["--strictness", "11", "x"], ["--only", "nothing", Workplace.plugin("Faulty").path], ["--bogus"]] {
      let ended = try run(wrong)
      #expect(ended.code == 64 && ended.lines.count == 1, "\(wrong): \(ended.text)")
    }
    #expect(try run(["--list"]).lines.count == 46)
  }

  @Test func `A hanging child is killed and reaped, and no other process is left`() throws {
    let ended = try faulty(["--param", "fault=hang", "--only", "runs"])
    #expect(ended.code == 1 && ended.text.contains("killed after"), "\(ended.text)")
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { number in
      // Another test's case has a parent.
      (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8))?.contains("__conformance-case\u{0}runs\u{0}") == true
        && (try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8))?.contains("\nPPid:\t1\n") == true
    }
    #expect(left.isEmpty, "orphans \(left)")
  }
}

/// Counts elements, and tells whether the document is well formed.
private struct XMLCheck {
  var isWhole: Bool
  var counts: [String: Int] = [:]

  init(_ data: Data) {
    let text = String(decoding: data, as: UTF8.self)
    for name in ["testcase", "failure", "skipped"] { counts[name] = text.components(separatedBy: "<\(name)").count - 1 }
    isWhole = text.hasPrefix("<?xml") && text.contains("</testsuite>")
  }
}
