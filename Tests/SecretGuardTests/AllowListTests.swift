import Foundation
import TestKit
import Testing

@testable import SecretGuard

@Suite struct AllowListTests {
  var chance = Chance.seeded("AllowListTests")

  @Test mutating func `an entry lets its findings pass, by path, rule and value`() throws {
    let repository = try Repository()
    let value = KeyKind.text(KeyKind.alphanumeric, 40, &chance)
    for name in ["docs/a.ini", "docs/b.ini", "src/a.ini"] { try repository.write("api_key=\(value)\n", to: name) }
    let digest = try #require(try repository.check().findings.first?.digest)
    #expect(digest.count == 12)
    func left(_ list: String) throws -> [String] {
      try repository.write(list, to: ".secretguardallow")
      let report = try repository.check()
      #expect(report.allowed + report.findings.count == 3)
      return report.findings.map(\.path.text)
    }
    #expect(try left("docs/*.ini  # public\n") == ["src/a.ini"])
    #expect(try left("# a line of words\n\n/docs/a.ini:assigned-secret  # public\r\n") == ["docs/b.ini", "src/a.ini"])
    #expect(try left("**/a.ini \(digest)  # public\n") == ["docs/b.ini"])
    #expect(try left("**:assigned-secret \(digest.uppercased())  # revoked\n") == [])
    #expect(try left("docs/a.ini:private-key  # another rule\n").count == 3)
    #expect(try left("docs/a.ini 0123456789abcdef  # another value\n").count == 3)
  }

  @Test mutating func `an entry that nothing needs is named`() throws {
    let repository = try Repository()
    try repository.write(Repository.leak(&chance), to: "a.ini")
    try repository.write("a.ini  # public\nold.ini  # was here\n", to: ".secretguardallow")
    let report = try repository.check()
    #expect(report.exitCode == 0)
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains(".secretguardallow:2: nothing needs 'old.ini'") == true)
    #expect(try repository.check(isStaged: true).warnings.isEmpty)
  }

  @Test(arguments: [
    ("a.ini", "needs its reason"), ("a.ini  #", "needs its reason"), ("a.ini  # # ", "needs its reason"),
    ("a.ini:nothing  # why", "no rule 'nothing'"),
    ("a.ini 12345  # why", "8 to 64 digits"), ("a.ini 12345678 more  # why", "write path-glob"), ("a.ini zzzzzzzzz  # why", "8 to 64 digits"),
    ("**  # why", "lets everything pass"), ("*:assigned-secret  # why", "lets everything pass"), ("** 12345678  # why", "lets everything pass"),
  ])
  func `an entry that is wrong is an error with its place`(_ row: String, _ words: String) throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("# first\n\(row)\n", to: "list")
    do {
      _ = try SecretGuard.check(.init(folder: folder.url.path, allowList: list))
      Issue.record("\(row) was taken")
    } catch {
      #expect(error.kind == .badData)
      #expect(error.description.contains("list:2: ") && error.description.contains(words), "\(error)")
    }
  }

  @Test func `a list that was asked for and is not there is an error`() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try SecretGuard.check(.init(folder: folder.url.path, allowList: folder.path("none")))
      Issue.record("it was taken")
    } catch { #expect(error.kind == .missingInput) }
  }
}
