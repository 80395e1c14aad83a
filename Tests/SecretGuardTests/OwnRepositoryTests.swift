import Foundation
import TestKit
import Testing

@testable import SecretGuard

/// The guard stands at its own door.
@Suite struct OwnRepositoryTests {
  @Test func `this repository has no findings, and needs no allow-list`() throws {
    let report = try SecretGuard.check(.init(folder: Workplace.packageFolder.path))
    #expect(report.findings.map { "\($0.path.text):\($0.line): \($0.rule.id)" } == [])
    #expect(report.unreadable.isEmpty)
    #expect(report.files > 500)
    #expect(!FileManager.default.fileExists(atPath: Workplace.packageFolder.appendingPathComponent(AllowList.fileName).path))
  }

  @Test func `git ignores secrets and their kin, and nothing that is needed`() throws {
    let repository = try Repository()
    let rules = try String(contentsOf: Workplace.packageFolder.appendingPathComponent(".gitignore"), encoding: .utf8)
    try repository.write(rules, to: ".gitignore")
    let secrets = [
      "config/secrets.enc", "config/secrets.enc.fernet", "config/secrets.enc.bak", "config/secrets.enc.tmp-12-34", "config/secrets.local.env",
      "config/bot-secrets.env",
      ".env", ".env.local", "config/.env", "config/author.pem", "author.pem", "config/plugin.key", "a.p12", "a.pfx", "a.jks", "a.kdbx", "id_rsa",
      "id_ed25519", ".netrc",
      ".pgpass",
    ]
    for name in secrets { #expect(try repository.git("check-ignore", "-q", "--", name, mayFail: true).code == 0, "\(name) could be committed") }
    for name in [
      "config/settings.yaml", ".env.example", "Tests/SecretGuardTests/Keys.swift", "docs/SECRET_GUARD.md",
      "Sources/Host/SecretGuard/SecretGuard.swift",
    ] {
      #expect(try repository.git("check-ignore", "-q", "--", name, mayFail: true).code == 1, "\(name) could not be committed")
    }
  }
}
