import Foundation
import TestKit
import Testing

/// `quantumedge migrate` from outside.
@Suite struct MigrateTests {
  /// An old root with settings; the container is the golden one where it is there.
  private func oldRoot(_ host: Host) throws {
    for folder in ["old/ai_scalper_bot/config", "old/config", "new/config", "old/data/ticks"] {
      try FileManager.default.createDirectory(atPath: host.folder.path(folder), withIntermediateDirectories: true)
    }
    try host.folder.write(
      "app: {mode: paper, websocket: mock, use_redis: true}\nrisk: {max_daily_loss: 30}\n", to: "old/ai_scalper_bot/config/settings.yaml")
    try host.folder.write("app: {mode: mock}\n", to: "new/config/settings.yaml")
  }

  private func contents(_ host: Host, _ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    let root = host.folder.url.appendingPathComponent(folder)
    for case let name as String in FileManager.default.enumerator(atPath: root.path) ?? .init() {
      files[name] = FileManager.default.contents(atPath: root.appendingPathComponent(name).path)
    }
    return files
  }

  @Test func `It moves settings over, keeps what stood there, lists all it did, and takes it back`() throws {
    let host = try Host()
    try oldRoot(host)
    let (old, new) = (try contents(host, "old"), try contents(host, "new"))
    let dry = try host.succeed(["migrate", "old", "--root", "new", "--dry-run", "--json"])
    #expect(try dry.json["dry_run"] as? Bool == true && contents(host, "new") == new, "\(dry)")
    let outcome = try host.succeed(["migrate", "old", "--root", "new"])
    #expect(outcome.errors.contains("moved 3 keys of old/ai_scalper_bot/config/settings.yaml to new/config/settings.yaml"), "\(outcome)")
    #expect(outcome.errors.contains("not moved: old/ai_scalper_bot/config/settings.yaml:1: app.use_redis: "), "\(outcome)")
    #expect(outcome.errors.contains("not moved: old/data/ticks: "), "\(outcome)")
    let shown = try host.succeed(["config", "show"], environment: ["QE_ROOT": host.folder.path("new")]).output
    #expect(shown.contains("app.mode=paper") && shown.contains("risk.session.max_daily_loss_abs=30"))
    try host.refuse(["migrate", "old", "--root", "new"], exitCode: 65, naming: ["migration.json", "--undo"])
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try contents(host, "new") == new && contents(host, "old") == old)
    try host.refuse(["migrate", "--undo", "--root", "new"], exitCode: 66, naming: ["nothing was migrated"])
  }

  @Test func `What was changed since stays when a migration is taken back`() throws {
    let host = try Host()
    try oldRoot(host)
    _ = try host.succeed(["migrate", "old", "--root", "new"])
    try host.folder.write("app: {mode: mock} # mine\n", to: "new/config/settings.yaml")
    let outcome = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(outcome.errors.contains("was changed since, and stays"), "\(outcome)")
    #expect(try String(contentsOfFile: host.folder.path("new/config/settings.yaml"), encoding: .utf8).contains("# mine"))
    try host.refuse(["migrate", "nowhere", "--root", "new"], exitCode: 66, naming: ["nowhere", "is no folder"])
  }

  @Test(.enabled(if: Workplace.shared != nil, "\(Workplace.sharedIsAbsent)"))
  func `Secrets of the old container move with its passphrase, and stay without`() throws {
    let host = try Host()
    try oldRoot(host)
    let golden = try #require(Workplace.shared).appendingPathComponent("data/golden/golden_secrets.enc")
    try FileManager.default.copyItem(at: golden, to: host.folder.url.appendingPathComponent("old/ai_scalper_bot/config/secrets.enc"))
    let without = try host.succeed(["migrate", "old", "--root", "new", "--dry-run"])
    #expect(without.errors.contains("not moved: old/ai_scalper_bot/config/secrets.enc: no passphrase"), "\(without)")
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": "correct horse"]
    _ = try host.succeed(["migrate", "old", "--root", "new"], environment: phrase)
    let list = try host.succeed(["secrets", "list", "--file", "new/config/secrets.enc"], environment: phrase)
    #expect(list.output.contains("BINGX_DEMO_API_KEY") || list.errors.contains("BINGX_DEMO_API_KEY"), "\(list)")
  }
}
