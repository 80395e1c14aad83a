import Foundation
import Glibc
import TestKit
import Testing

@testable import SecretGuard

/// Which files are looked at, and what is said of them.
@Suite struct GuardTests {
  var chance = Chance.seeded("GuardTests")

  @Test mutating func `in a work tree, what git tracks and does not ignore is read, and nothing else`() throws {
    let repository = try Repository()
    for name in [
      "tracked.ini", "untracked.ini", "deep/er/kept.ini", "ignored.ini", "tracked-though-ignored.ini", "out/file.ini", "gone.ini",
      "odd\nname\u{1B}.ini",
    ] {
      try repository.write(Repository.leak(&chance), to: name)
    }
    try repository.git("add", "tracked.ini", "gone.ini", "tracked-though-ignored.ini")
    try repository.write("ignored.ini\n*-though-ignored.ini\n/out/\n", to: ".gitignore")
    try FileManager.default.removeItem(atPath: repository.folder.path("gone.ini"))
    // What a link leads to is its owner's.
    try FileManager.default.createSymbolicLink(atPath: repository.folder.path("link.ini"), withDestinationPath: "ignored.ini")
    let report = try repository.check()
    #expect(report.source == .git)
    #expect(
      report.findings.map(\.path.text) == ["deep/er/kept.ini", "odd\nname\u{1B}.ini", "tracked-though-ignored.ini", "tracked.ini", "untracked.ini"])
    #expect(report.findings.allSatisfy { $0.line == 1 && $0.column == 9 && $0.rule == .assignedSecret })
    #expect(report.files == 7)
    #expect(report.exitCode == 1)
    #expect(report.warnings.isEmpty && report.unreadable.isEmpty)
    // A folder of it, by its own names.
    let inner = try SecretGuard.check(.init(folder: repository.folder.path("deep")))
    #expect(inner.findings.map(\.path.text) == ["er/kept.ini"])
  }

  @Test mutating func `staged content is read, and not the files`() throws {
    let repository = try Repository()
    try repository.write(Repository.leak(&chance), to: "committed.ini")
    try repository.git("add", ".")
    try repository.git("commit", "-qm", "one")
    try repository.write(Repository.leak(&chance), to: "staged.ini")
    try repository.write("a = 1\n" + Repository.leak(&chance), to: "second.ini")
    try repository.write("", to: "empty.ini")
    try repository.write(String(repeating: "x = 1\n", count: 40_000) + Repository.leak(&chance), to: "long.ini")
    try repository.write("-", to: "config/secrets.enc")
    try repository.git("add", ".")
    // Cleaned in the work tree, and still staged; the other way round.
    try repository.write("a = 2\n", to: "staged.ini")
    try repository.write(Repository.leak(&chance), to: "empty.ini")
    try repository.write(Repository.leak(&chance), to: "untracked.ini")
    let report = try repository.check(isStaged: true)
    #expect(report.source == .staged)
    #expect(
      report.findings.map { "\($0.path.text):\($0.line) \($0.rule.id)" } == [
        "config/secrets.enc:1 sensitive-file", "long.ini:40001 assigned-secret", "second.ini:2 assigned-secret", "staged.ini:1 assigned-secret",
      ])
    #expect(report.files == 5)
  }

  @Test mutating func `the first commit of a repository is checked, in many blobs`() throws {
    let repository = try Repository()
    for index in 0..<200 {
      try repository.write(index % 2 == 0 ? "a = \(index)\n" : "b = \(index)\n" + Repository.leak(&chance), to: "file-\(index).ini")
    }
    try repository.git("add", ".")
    let report = try repository.check(isStaged: true)
    #expect(report.files == 200)
    #expect(report.findings.count == 100)
    #expect(report.findings.allSatisfy { $0.line == 2 })
  }

  @Test mutating func `without git, .gitignore files hold, and that is said`() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, _ name: String) throws {
      let file = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try write("*.log\n!keep.log\n/top.ini\nbuild/\ndocs/**/x.ini\n# no row\n\n\\#odd.ini\n", ".gitignore")
    try write("local.*\n", "sub/.gitignore")
    for name in [
      "a.log", "keep.log", "top.ini", "sub/top.ini", "sub/build/a.ini", "build", "docs/a/b/x.ini", "docs/y.ini", "sub/local.ini", "local.ini",
      "#odd.ini", "sub/a.ini",
    ] { try write(Repository.leak(&chance), name) }
    let report = try SecretGuard.check(.init(folder: folder.url.path))
    #expect(report.source == .folder)
    #expect(report.warnings.count == 1)
    #expect(report.findings.map(\.path.text) == ["build", "docs/y.ini", "keep.log", "local.ini", "sub/a.ini", "sub/top.ini"])
  }

  @Test mutating func `git itself agrees with the rules that are read without it`() throws {
    let repository = try Repository()
    try repository.write("*.log\n!keep.log\n/top\nbuild/\ndocs/**/x\n**/deep\nab[c-e]?\n[!q]z\nsp\\ ace\nsub/only\n", to: ".gitignore")
    try repository.write("!a.log\nlocal\n", to: "sub/.gitignore")
    let parts = ["a.log", "keep.log", "top", "build", "docs", "x", "deep", "abcd", "abfd", "qz", "rz", "sp ace", "sub", "only", "local"]
    for _ in 0..<120 {
      let name = (0..<Int.random(in: 1...3, using: &chance)).map { _ in parts.randomElement(using: &chance) ?? "" }.joined(separator: "/")
      // A name may be a folder by now, or have a file in its way.
      try? repository.write("a", to: name)
    }
    let listed = try repository.git("ls-files", "-z", "--others", "--exclude-standard").output.split(separator: "\0").map(String.init)
    #expect(Set(FolderWalk(FilePath(repository.path)).files.map(\.text)) == Set(listed))
  }

  @Test mutating func `what cannot be read is named and is not clean`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a = 1\n", to: "a.ini")
    mkfifo(folder.path("pipe"), 0o600)
    #expect(try SecretGuard.check(.init(folder: folder.url.path)).exitCode == 0)
    var report = GuardReport(source: .folder)
    report.unreadable = [.init(path: FilePath("x"), reason: "no")]
    #expect(report.exitCode == 66)
    // Root reads everything; others are held to the mode.
    if geteuid() != 0 {
      chmod(folder.path("a.ini"), 0)
      let report = try SecretGuard.check(.init(folder: folder.url.path))
      #expect(report.unreadable.map(\.path.text) == ["a.ini"])
      #expect(report.exitCode == 66)
    }
    #expect(throws: GuardError.self) { try SecretGuard.check(.init(folder: folder.path("nowhere"))) }
    #expect(throws: GuardError.self) { try SecretGuard.check(.init(folder: folder.url.path, isStaged: true)) }
  }

  @Test mutating func `a submodule and a repository within are named`() throws {
    let repository = try Repository()
    try repository.write("a", to: "vendor/inner/a.txt")
    try repository.git("init", "-q", "vendor/inner")
    try repository.git("-C", "vendor/inner", "add", ".")
    try repository.git("-C", "vendor/inner", "commit", "-qm", "one")
    #expect(try repository.check().skipped.map(\.path.text) == ["vendor/inner/"])
    try repository.git("add", "vendor/inner")
    #expect(try repository.check().skipped.map(\.path.text) == ["vendor/inner"])
    #expect(try repository.check(isStaged: true).skipped.map(\.path.text) == ["vendor/inner"])
  }

  @Test(arguments: [
    "config/secrets.enc", "config/secrets.enc.fernet", "config/secrets.enc.bak", "config/secrets.local.env", "bot-secrets.env", ".env",
    ".env.production", "a.pem",
    "b.key", "id_rsa", "keys/id_ed25519", "a.p12", "a.pfx", "a.jks", "a.kdbx", ".netrc", ".pgpass", ".aws/credentials", "credentials.json",
    ".git-credentials",
  ])
  func `a name tells`(_ name: String) {
    #expect(SensitiveName.meaning(FilePath(name)) != nil)
    #expect(SensitiveName.meaning(FilePath("deep/" + name)) != nil)
  }

  @Test(arguments: [
    ".env.example", "id_rsa.pub", "Secrets.swift", "docs/secrets.md", "secrets.yaml.example", "environment.py", "keys.swift", "monkey",
    "settings.yaml",
  ])
  func `a harmless name does not`(_ name: String) { #expect(SensitiveName.meaning(FilePath(name)) == nil) }

  @Test mutating func `a certificate's file is no finding, and a key's is`() throws {
    let folder = try TemporaryFolder()
    let body = KeyKind.privateKeyBlock("CERTIFICATE", &chance)
    try folder.write(body, to: "ca.pem")
    try folder.write("?", to: "odd.pem")
    try folder.write(body + KeyKind.privateKeyBlock("PRIVATE KEY", &chance), to: "server.pem")
    let report = try SecretGuard.check(.init(folder: folder.url.path))
    #expect(
      Set(report.findings.map { "\($0.path.text) \($0.rule.id)" }) == [
        "odd.pem sensitive-file", "server.pem sensitive-file", "server.pem private-key",
      ])
  }

  @Test mutating func `a long file is read in windows, and places stay right`() throws {
    let folder = try TemporaryFolder()
    let line = String(repeating: "let a = b + c  // ö\n", count: 1000)
    let count = FileScan.windowBytes / line.utf8.count + 1
    var text = String(repeating: line, count: count)
    // One across the border of the first window, one behind it, one at the end.
    let leaks = (0..<3).map { _ in Repository.leak(&chance) }
    var bytes = Array(text.utf8)
    let border = bytes[..<(FileScan.windowBytes - 20)].lastIndex(of: UInt8(ascii: "\n")) ?? 0
    bytes.insert(contentsOf: leaks[0].utf8, at: border + 1)
    text = String(decoding: bytes, as: UTF8.self) + leaks[1] + line + leaks[2]
    try folder.write(text, to: "long.ini")
    let report = try SecretGuard.check(.init(folder: folder.url.path))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let places = leaks.map { leak in (lines.firstIndex { leak.hasPrefix($0) && !$0.isEmpty } ?? -1) + 1 }
    #expect(report.findings.map(\.line) == places)
    #expect(report.bytes == text.utf8.count)
  }

  @Test mutating func `a value is never told, in no form`() throws {
    let repository = try Repository()
    let secrets = (0..<20).map { _ in KeyKind.text(KeyKind.alphanumeric, 40, &chance) } + ["hunter2x", "Zq8!rT"]
    for (index, secret) in secrets.enumerated() { try repository.write("password=\(secret)\n", to: "\(index).env") }
    let report = try repository.check()
    #expect(report.findings.count { $0.rule != .sensitiveFile } == secrets.count)
    let sarif = try SARIFLog(report, toolVersion: "1").text()
    let all = try report.json() + sarif + report.findings.map { "\($0)" }.joined()
    for secret in secrets {
      #expect(!all.contains(secret))
      #expect(!all.contains(secret.prefix(5)))
    }
    #expect(Finding.mask(Array("abcdefgh".utf8)) == "ab… (8 characters)")
    #expect(Finding.mask(Array("abc".utf8)) == "… (3 characters)")
    #expect(Finding.mask(Array(repeating: 0x61, count: 64)) == "aaaa… (64 characters)")
  }

  @Test mutating func `SARIF has what the standard requires`() throws {
    let repository = try Repository()
    try repository.write("x = 1\n" + Repository.leak(&chance), to: "a folder/ü%.ini")
    let report = try repository.check()
    let object = try #require(JSONSerialization.jsonObject(with: Data(try SARIFLog(report, toolVersion: "1.2.3").text().utf8)) as? [String: Any])
    #expect(object["version"] as? String == "2.1.0")
    #expect((object["$schema"] as? String)?.hasSuffix("sarif-2.1.0.json") == true)
    let run = try #require((object["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "quantumedge secrets check")
    let rules = try #require(driver["rules"] as? [[String: Any]]).map { $0["id"] as? String }
    #expect(Set(rules).count == rules.count)
    let result = try #require((run["results"] as? [[String: Any]])?.first)
    #expect(result["ruleId"] as? String == "assigned-secret")
    #expect(rules[try #require(result["ruleIndex"] as? Int)] == "assigned-secret")
    #expect((result["message"] as? [String: Any])?["text"] is String)
    #expect((result["partialFingerprints"] as? [String: String])?["secretGuard/v1"]?.count == 64)
    let place = try #require((result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
    #expect((place["artifactLocation"] as? [String: Any])?["uri"] as? String == "a%20folder/%C3%BC%25.ini")
    #expect((place["region"] as? [String: Any])?["startLine"] as? Int == 2)
    #expect((place["region"] as? [String: Any])?["startColumn"] as? Int == 9)
  }
}
