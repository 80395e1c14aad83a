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

  private func write(_ host: Host, _ files: [String: String]) throws {
    for (name, text) in files {
      let folder = host.folder.url.appendingPathComponent(name).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try host.folder.write(text, to: name)
    }
  }

  /// Models in both of the places that the Python system knows, and ticks.
  private static let data = [
    "old/storage/models/registry.json": "[]\n", "old/storage/models/signal_xgb_BTCUSDT_h1.json": "{\"learner\": 1}\n",
    "old/ai_scalper_bot/storage/models/registry.json": "[{}]\n", "old/runtime/models/BTCUSDT/1/current/manifest.json": "{}\n",
    "old/data/ticks/BTCUSDT_1.csv": "timestamp,price,qty,side\n", "old/data/ticks/same.csv": "1\n", "old/data/ticks/other.csv": "2\n",
  ]

  @Test func `Models, registry and ticks are listed, copied beside what is there, and taken back`() throws {
    let host = try Host()
    try oldRoot(host)
    try write(host, Self.data)
    try write(host, ["new/data/ticks/same.csv": "1\n", "new/data/ticks/other.csv": "3\n"])
    let (old, new) = (try contents(host, "old"), try contents(host, "new"))
    let dry = try host.succeed(["migrate", "old", "--root", "new", "--dry-run", "--json"])
    #expect(dry.errors.contains("would have copied old/data/ticks/BTCUSDT_1.csv (25 bytes)\n"), "\(dry)")
    #expect(dry.errors.contains("would have copied 2 files (18 bytes) of old/storage/models to new/storage/models\n"), "\(dry)")
    let copies = try #require(try dry.json["copies"] as? [[String: Any]])
    #expect(
      Set(copies.compactMap { $0["to"] as? String }) == [
        "new/storage/models/registry.json", "new/storage/models/signal_xgb_BTCUSDT_h1.json", "new/runtime/models/BTCUSDT/1/current/manifest.json",
        "new/data/ticks/BTCUSDT_1.csv",
      ])
    #expect(copies.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) } == 46)
    #expect(try contents(host, "new") == new)

    let outcome = try host.succeed(["migrate", "old", "--root", "new"])
    for line in [
      "copied 1 file (25 bytes) of old/data/ticks to new/data/ticks\n",
      "not moved: old/data/ticks/other.csv: new/data/ticks/other.csv is there already, with other bytes",
      "not moved: old/data/ticks: 1 file in new/data/ticks already, with the same bytes\n",
      "not moved: old/ai_scalper_bot/storage/models/registry.json: old/storage/models/registry.json is copied to new/storage/models/registry.json, ",
    ] { #expect(outcome.errors.contains(line), "\(line) in \(outcome)") }
    let made = try contents(host, "new")
    for name in ["storage/models/registry.json", "runtime/models/BTCUSDT/1/current/manifest.json", "data/ticks/BTCUSDT_1.csv"] {
      #expect(made[name] == old[name] && made[name] != nil, "\(name)")
    }
    #expect(made["data/ticks/other.csv"] == Data("3\n".utf8))
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try contents(host, "new") == new && contents(host, "old") == old)
    #expect(!FileManager.default.fileExists(atPath: host.folder.path("new/storage")))
  }

  @Test func `A copy that was changed stays, and what an interrupted copying left is known by the old file`() throws {
    let host = try Host()
    try oldRoot(host)
    try write(host, Self.data)
    _ = try host.succeed(["migrate", "old", "--root", "new"])
    try host.folder.write("mine\n", to: "new/storage/models/registry.json")
    // Cut off while it copied: no digest stands in the record, and one file is not whole.
    let record = host.folder.url.appendingPathComponent("new/config/migration.json")
    var object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: record)) as? [String: Any])
    object["copies"] = try #require(object["copies"] as? [[String: Any]]).map { $0.filter { $0.key != "sha256" } }
    try JSONSerialization.data(withJSONObject: object).write(to: record)
    try host.folder.write("hal", to: "new/data/ticks/same.csv.quantumedge-partial")
    try FileManager.default.removeItem(atPath: host.folder.path("old/data/ticks/other.csv"))
    let outcome = try host.run(["migrate", "--undo", "--root", "new"])
    #expect(outcome.exitCode == 1, "\(outcome)")
    #expect(outcome.errors.contains("new/storage/models/registry.json: was changed since, and stays"), "\(outcome)")
    #expect(outcome.errors.contains("new/data/ticks/other.csv: stays: the migration was interrupted"), "\(outcome)")
    let rest = try contents(host, "new").keys.filter { $0.contains(".") }
    #expect(rest.sorted() == ["config/settings.yaml", "data/ticks/other.csv", "storage/models/registry.json"])
  }

  @Test func `Ticks stay where that is asked for, and nothing is copied into the old root or into a link`() throws {
    let host = try Host()
    try oldRoot(host)
    try write(host, Self.data)
    let old = try contents(host, "old")
    for name in ["new/data", "new/runtime/models/BTCUSDT/1/versions/1"] {
      try FileManager.default.createDirectory(atPath: host.folder.path(name), withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(
      atPath: host.folder.path("new/runtime/models/BTCUSDT/1/current"), withDestinationPath: "versions/1")
    try FileManager.default.createSymbolicLink(atPath: host.folder.path("new/storage"), withDestinationPath: "../old/storage")
    let outcome = try host.succeed(["migrate", "old", "--root", "new", "--without-ticks"])
    for line in [
      "not moved: old/data/ticks: stays, as --without-ticks says",
      "not moved: old/storage/models: stays; new/storage/models leads into the old system's",
      "not moved: old/runtime/models/BTCUSDT/1/current: new/runtime/models/BTCUSDT/1/current is a link here",
    ] { #expect(outcome.errors.contains(line), "\(line) in \(outcome)") }
    #expect(!outcome.errors.contains("copied"), "\(outcome)")
    #expect(try contents(host, "old") == old && FileManager.default.contentsOfDirectory(atPath: host.folder.path("new/data")).isEmpty)
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

  @Test func `Without a passphrase nothing is done, unless the secrets are to stay`() throws {
    let host = try Host()
    try oldRoot(host)
    // A Fernet token needs no more to be taken for one than its look.
    try Data([UInt8](repeating: 7, count: 16) + Data("gAAAAA".utf8) + Data([UInt8](repeating: 0x41, count: 114))).write(
      to: URL(fileURLWithPath: host.folder.path("old/config/secrets.enc")))
    let new = try contents(host, "new")
    try host.refuse(["migrate", "old", "--root", "new"], exitCode: 77, naming: ["no passphrase", "--without-secrets", "nothing was done"])
    #expect(try contents(host, "new") == new)
    let outcome = try host.succeed(["migrate", "old", "--root", "empty", "--without-secrets"])
    #expect(outcome.errors.contains("secrets.enc: stays, as --without-secrets says"), "\(outcome)")
    _ = try host.succeed(["migrate", "--undo", "--root", "empty"])
    #expect(!FileManager.default.fileExists(atPath: host.folder.path("empty/config")))
  }

  @Test func `What was changed since stays when a migration is taken back`() throws {
    let host = try Host()
    try oldRoot(host)
    _ = try host.succeed(["migrate", "old", "--root", "new"])
    try host.folder.write("app: {mode: mock} # mine\n", to: "new/config/settings.yaml")
    let outcome = try host.run(["migrate", "--undo", "--root", "new"])
    #expect(outcome.exitCode == 1 && outcome.errors.contains("was changed since, and stays; what stood there before is new/config/"), "\(outcome)")
    func text(_ name: String) throws -> String { try String(contentsOfFile: host.folder.path("new/config/\(name)"), encoding: .utf8) }
    #expect(try text("settings.yaml").contains("# mine") && text("settings.yaml.before-migrate") == "app: {mode: mock}\n")
    // The next one is possible, and nothing that was kept is lost.
    _ = try host.succeed(["migrate", "old", "--root", "new"])
    #expect(try text("settings.yaml.before-migrate") == "app: {mode: mock}\n" && text("settings.yaml.before-migrate-2").contains("# mine"))
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try text("settings.yaml").contains("# mine") && text("settings.yaml.before-migrate") == "app: {mode: mock}\n")
    try host.refuse(["migrate", "nowhere", "--root", "new"], exitCode: 66, naming: ["nowhere", "is no folder"])
  }

  @Test func `A link and a mode come back, and what an interrupted migration left is taken back`() throws {
    let host = try Host()
    try oldRoot(host)
    let (settings, manager) = (host.folder.path("new/config/settings.yaml"), FileManager.default)
    try manager.moveItem(atPath: settings, toPath: host.folder.path("new/mine.yaml"))
    try manager.createSymbolicLink(atPath: settings, withDestinationPath: "../mine.yaml")
    _ = try host.succeed(["migrate", "old", "--root", "new"])
    let mode = try #require(try manager.attributesOfItem(atPath: settings)[.posixPermissions] as? Int)
    #expect(mode == 0o600)
    let record = try Data(contentsOf: URL(fileURLWithPath: host.folder.path("new/config/migration.json")))
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try manager.destinationOfSymbolicLink(atPath: settings) == "../mine.yaml")
    // Cut off after its record: nothing was moved aside, nothing was written.
    try record.write(to: URL(fileURLWithPath: host.folder.path("new/config/migration.json")))
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try manager.destinationOfSymbolicLink(atPath: settings) == "../mine.yaml")
    // Cut off after the move: what stood there comes back.
    try record.write(to: URL(fileURLWithPath: host.folder.path("new/config/migration.json")))
    try manager.moveItem(atPath: settings, toPath: settings + ".before-migrate")
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try manager.destinationOfSymbolicLink(atPath: settings) == "../mine.yaml" && !manager.fileExists(atPath: settings + ".before-migrate"))
  }

  @Test func `The old root is not the new one, and a wrong passphrase comes before the first file`() throws {
    let host = try Host()
    try oldRoot(host)
    try FileManager.default.createSymbolicLink(atPath: host.folder.path("same"), withDestinationPath: "old")
    try host.refuse(["migrate", "old", "--root", "same"], exitCode: 65, naming: ["is the new root too", "--root"])
    // A new root whose config is a link to the old one's: what is made there would replace what is only read.
    for old in ["old/ai_scalper_bot/config", "old/config"] {
      try FileManager.default.createDirectory(atPath: host.folder.path("linked"), withIntermediateDirectories: true)
      try? FileManager.default.removeItem(atPath: host.folder.path("linked/config"))
      try FileManager.default.createSymbolicLink(atPath: host.folder.path("linked/config"), withDestinationPath: host.folder.path(old))
      let untouched = try contents(host, "old")
      try host.refuse(["migrate", "old", "--root", "linked"], exitCode: 65, naming: ["linked/config: is the old system's folder"])
      #expect(try contents(host, "old") == untouched)
    }
    for name in ["pairs.yaml", "risk.yaml", "supervisor.yaml"] {
      try host.folder.write("a: 1\n", to: "old/config/\(name)")
      #expect(try host.succeed(["migrate", "old", "--root", "new", "--dry-run"]).errors.contains("not moved: old/config/\(name): "))
    }
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString, "OPENAI_API_KEY": "x123456"]
    _ = try host.succeed(["secrets", "init", "--names", "OPENAI_API_KEY", "--file", host.folder.path("old/config/secrets.enc")], environment: phrase)
    let before = try contents(host, "new")
    let wrong = try host.run(["migrate", "old", "--root", "new"], environment: ["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString])
    #expect(try wrong.exitCode == 77 && contents(host, "new") == before, "\(wrong)")
    let moved = try host.succeed(["migrate", "old", "--root", "new"], environment: phrase)
    #expect(moved.errors.contains("moved 1 secrets of old/config/secrets.enc"), "\(moved)")
    _ = try host.succeed(["migrate", "--undo", "--root", "new"])
    #expect(try contents(host, "new") == before)
  }

  @Test(.enabled(if: Workplace.shared != nil, "\(Workplace.sharedIsAbsent)"))
  func `Secrets of the old container move with its passphrase, and stay without`() throws {
    let host = try Host()
    try oldRoot(host)
    let golden = try #require(Workplace.shared).appendingPathComponent("data/golden/golden_secrets.enc")
    try FileManager.default.copyItem(at: golden, to: host.folder.url.appendingPathComponent("old/ai_scalper_bot/config/secrets.enc"))
    let without = try host.succeed(["migrate", "old", "--root", "new", "--dry-run"])
    #expect(without.errors.contains("not moved: old/ai_scalper_bot/config/secrets.enc: no passphrase"), "\(without)")
    let word = "correct horse"
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": word]
    _ = try host.succeed(["migrate", "old", "--root", "new"], environment: phrase)
    let list = try host.succeed(["secrets", "list", "--file", "new/config/secrets.enc"], environment: phrase)
    #expect(list.output.contains("BINGX_DEMO_API_KEY") || list.errors.contains("BINGX_DEMO_API_KEY"), "\(list)")
  }
}
