import Foundation
import TestKit
import Testing

/// `quantumedge check-secrets` from outside: words, streams, exit codes. `secrets check` is the same.
@Suite struct SecretsCheckTests {
  /// A key that no one has: made here, so that none stands in this file.
  private static func key() -> String { UUID().uuidString.lowercased().filter { $0 != "-" } }

  @Test func `findings are lines on standard error, one object on standard output with --json, and exit code 1`() throws {
    let host = try Host()
    let key = Self.key()
    try host.folder.write("mode = 1\napi_key = \(key)\n", to: "bad\u{1B}[31m.ini")
    let outcome = try host.run(["check-secrets", ".", "--json", "--sarif", "guard.sarif"])
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.errors.contains(
        "bad\\u{1b}[31m.ini:2:11: assigned-secret: a value assigned to the name of a secret: \(key.prefix(4))… (32 characters)\n"), "\(outcome)")
    #expect(outcome.errorLines.last == "1 file scanned, 1 finding")
    #expect(outcome.output.split(separator: "\n").count == 1)
    let object = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect((object["findings"] as? [[String: Any]])?.first?["line"] as? Int == 2)
    #expect(object["files_scanned"] as? Int == 1)
    let sarif = try String(contentsOf: host.folder.url.appendingPathComponent("guard.sarif"), encoding: .utf8)
    #expect(sarif.contains("\"version\":\"2.1.0\""))
    #expect(!(outcome.output + outcome.errors + sarif).contains(key))
  }

  /// The guard stands at its own door.
  @Test func `this repository has no findings, and needs no allow-list`() throws {
    let outcome = try Host().succeed(["check-secrets", Workplace.packageFolder.path, "--json"])
    #expect(try outcome.integer("files_scanned") > 500)
    #expect(try (outcome.json["findings"] as? [Any])?.isEmpty == true && (outcome.json["unreadable"] as? [Any])?.isEmpty == true, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: Workplace.packageFolder.appendingPathComponent(".secretguardallow").path))
  }

  @Test func `a clean folder ends with 0 and says what was read`() throws {
    let host = try Host()
    try host.folder.write("mode = 1\n", to: "good.ini")
    let outcome = try host.succeed(["check-secrets"])
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorLines.last == "1 file scanned, 0 findings")
  }

  @Test func `staged in a folder of a repository is what the whole repository would commit`() throws {
    let host = try Host()
    let env = URL(fileURLWithPath: "/usr/bin/env")
    func run(_ words: [String]) throws -> Outcome { try host.start(words, executable: env).finish(deadlineSeconds: 60) }
    #expect(try run(["git", "init", "-q"]).exitCode == 0)
    try FileManager.default.createDirectory(atPath: host.folder.path("deep/er"), withIntermediateDirectories: true)
    try host.folder.write("-", to: "secrets.enc")
    #expect(try run(["git", "add", "secrets.enc"]).exitCode == 0)
    let below = try run(["-C", "deep/er", host.executable.path, "secrets", "check", "--staged"])
    #expect(below.exitCode == 1 && below.errors.contains("secrets.enc:1:1: sensitive-file"), "\(below)")
    // Where a folder is named, it alone is looked at.
    let named = try run(["-C", "deep/er", host.executable.path, "secrets", "check", ".", "--staged"])
    #expect(named.exitCode == 0 && named.errors.contains("0 staged files"), "\(named)")
  }

  @Test func `what cannot be checked is refused in one line`() throws {
    let host = try Host()
    try host.refuse(["check-secrets", "nowhere"], exitCode: 66, naming: ["nowhere", "no such folder"])
    try host.refuse(["check-secrets", "--staged"], exitCode: 66, naming: ["--staged", "git says"])
    try host.refuse(["check-secrets", ".", "--staged"], exitCode: 66, naming: ["--staged", "git says"])
    try host.refuse(["check-secrets", ".", "--allow", "none"], exitCode: 66, naming: ["none"])
    try host.refuse(["check-secrets", ".", "--stage"], exitCode: 64, naming: ["--stage"])
    try host.refuse(["check-secrets", ""], exitCode: 64, naming: ["folder"])
    try host.folder.write("*.ini\n", to: ".secretguardallow")
    try host.refuse(["check-secrets"], exitCode: 65, naming: [".secretguardallow:1", "reason"])
  }
}
