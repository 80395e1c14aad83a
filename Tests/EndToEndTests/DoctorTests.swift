import Foundation
import TestKit
import Testing

/// `quantumedge doctor` from outside.
@Suite struct DoctorTests {
  private func publish(_ host: Host) throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
  }

  private func results(_ outcome: Outcome) throws -> [(status: String, check: String, message: String)] {
    try #require(outcome.json["results"] as? [[String: Any]]).map {
      ($0["status"] as? String ?? "", $0["check"] as? String ?? "", ($0["message"] as? String ?? "") + "; " + ($0["cure"] as? String ?? ""))
    }
  }

  @Test func `A mock host that is complete has no FAIL, and the words on both streams agree`() throws {
    let host = try Host()
    try publish(host)
    let outcome = try host.run(["doctor", "--json"])
    let all = try results(outcome)
    #expect(outcome.exitCode == 0 && !all.contains { $0.status == "FAIL" }, "\(outcome)")
    #expect(outcome.errorLines.count == all.count)
    for check in ["settings", "secrets", "plugins", "disk", "state", "venue", "supervisor", "isolation", "clock", "limits"] {
      #expect(all.contains { $0.check == check }, "\(check)")
    }
    #expect(all.contains { $0.message.contains("EMACross for BTCUSDT/0 is whole and starts") })
    // A cure for all that is not well, and none for what is.
    #expect(all.allSatisfy { ($0.status == "PASS") == $0.message.hasSuffix("; ") }, "\(all)")
  }

  @Test func `It fails wherever run would refuse`() throws {
    let host = try Host()
    /// The doctor's FAIL and the exit code of the run.
    func agree(_ words: [String], _ check: String, _ exitCode: Int32, _ text: String) throws {
      let doctor = try host.run(["doctor", "--offline"] + words)
      #expect(doctor.exitCode == 1 && doctor.errors.contains("FAIL \(check): ") && doctor.errors.contains(text), "\(doctor)")
      let run = try host.run(["run", "--duration", "0.2"] + words)
      #expect(run.exitCode == exitCode && run.errors.contains(text), "\(run)")
    }
    try agree([], "plugins", 66, "nothing published for BTCUSDT")
    try publish(host)
    try agree(["--set", "feed.mock.symbols=ETHUSDT"], "plugins", 66, "nothing published for ETHUSDT")
    try agree(["--mode", "paper"], "feed", 69, "name a recording")
    try agree(["--mode", "paper", "--set", "feed.recording=BTCUSDT=none.csv"], "feed", 66, "none.csv")
    let words = ["run", "--mode", "mock", "--set", "feed.mock.max_events=100", "--set", "journal.segment_mb=1"]
    _ = try host.succeed(words)
    #expect(try host.run(["doctor", "--offline"]).errors.contains("PASS state: a start goes on from 2"))
    let socket = host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock")
    try Data().write(to: socket)
    try agree(["--mode", "mock"], "ports", 69, "control.sock")
    try FileManager.default.removeItem(at: socket)
    let journals = host.runtime.appendingPathComponent("state/mock/binance/paper/journal")
    let last = try #require(try FileManager.default.contentsOfDirectory(atPath: journals.path).max())
    let segment = journals.appendingPathComponent("\(last)/000001.qej")
    var data = try Data(contentsOf: segment)
    data[300] ^= 1
    try data.write(to: segment)
    try agree(["--mode", "mock"], "state", 69, "it is not known what it held")
  }

  @Test func `Secrets that demo lacks are named, and those that are there are not shown`() throws {
    let host = try Host()
    try publish(host)
    let outcome = try host.run(["doctor", "--mode", "demo", "--offline"], environment: ["BINANCE_DEMO_API_KEY": "marked"])
    #expect(outcome.exitCode == 1 && outcome.errors.contains("FAIL secrets: secrets are missing: BINANCE_DEMO_API_SECRET"), "\(outcome)")
    let complete = try host.run(["doctor", "--mode", "demo", "--offline"], environment: ModeTests.Given.demoKeys.environment)
    // As run does: whatever is there, this version has no venue to trade on.
    #expect(complete.exitCode == 1 && complete.errorLines.filter { $0.hasPrefix("FAIL") }.count == 1, "\(complete)")
    #expect(
      complete.errors.contains("FAIL mode: app.mode demo has no venue in this version")
        && complete.errors.contains("PASS secrets: BINANCE_DEMO_API_KEY is there, from environment"), "\(complete)")
    #expect(!outcome.errors.contains("marked") && !complete.errors.contains("value of"))
  }

  @Test func `The cure of a spoiled container is one`() throws {
    let host = try Host()
    try FileManager.default.createDirectory(atPath: host.folder.path("config"), withIntermediateDirectories: true)
    try host.folder.write("no container at all, and long enough for one", to: "config/secrets.enc")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: host.folder.path("config/secrets.enc"))
    let doctor = try host.run(["doctor", "--offline"])
    let line = try #require(doctor.errorLines.first { $0.hasPrefix("WARN secrets: ") }, "\(doctor)")
    let cure = try #require(line.firstMatch(of: /\(rm (\S+)\), then: quantumedge (secrets init --file \S+)$/), "\(line)")
    let path = String(cure.1)
    try FileManager.default.removeItem(atPath: path.hasPrefix("/") ? path : host.folder.path(path))
    _ = try host.succeed(
      cure.2.split(separator: " ").map(String.init),
      environment: ModeTests.Given.demoKeys.environment.merging(["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString]) { $1 })
    #expect(try host.run(["doctor", "--offline"]).errors.contains("PASS secrets: \(path): version 1"))
  }

  @Test func `Damaged plugins, closed folders and bad settings are FAIL lines, and the other looks go on`() throws {
    let host = try Host()
    try publish(host)
    let library = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/current/libEMACross.so").resolvingSymlinksInPath()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: library.path)
    try Data("broken".utf8).write(to: library)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: host.runtime.path)
    let outcome = try host.run(["doctor"])
    #expect(outcome.exitCode == 1 && outcome.errors.contains("FAIL plugins: BTCUSDT/0: "), "\(outcome)")
    #expect(outcome.errors.contains("FAIL disk: app.runtime_path: ") && outcome.errors.contains("may be written by every user"), "\(outcome)")
    try host.folder.write("app:\n  mode: fast\n", to: "s.yaml")
    let settings = try host.run(["doctor", "--config", "s.yaml"])
    #expect(settings.exitCode == 78 && settings.errors.contains("FAIL settings: s.yaml:2: app.mode: 'fast'"), "\(settings)")
    #expect(settings.errors.contains("PASS isolation: "))
  }

  @Test func `One broken entry hides no other, and in live a library in the host must be named`() throws {
    let host = try Host()
    try publish(host)
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "ETHUSDT", "--param", "quantity=0.001"])
    let manifest = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/current/manifest.json").resolvingSymlinksInPath()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: manifest.path)
    try Data("{".utf8).write(to: manifest)
    let outcome = try host.run(["doctor", "--offline"])
    #expect(outcome.exitCode == 1 && outcome.errors.contains("FAIL plugins: BTCUSDT/0: "), "\(outcome)")
    #expect(outcome.errors.contains("PASS plugins: EMACross for ETHUSDT/0 is whole and starts"), "\(outcome)")
    let live = try Host()
    let key = try #require(try live.succeed(["plugin", "keygen", "--out", "key.pem", "--json"]).output.firstMatch(of: /[0-9a-f]{64}/)?.0)
    try live.folder.write("app: {mode: live, live_ack: real money}\nplugins: {isolation: in_process, trusted_keys: [\(key)]}\n", to: "s.yaml")
    try publish(live)
    _ = try live.succeed([
      "plugin", "sign", live.runtime.appendingPathComponent("strategies/BTCUSDT/0/current/manifest.json").path, "--key", "key.pem",
    ])
    let unnamed = try live.run(["doctor", "--offline", "--config", "s.yaml"])
    #expect(unnamed.errors.contains("FAIL plugins: BTCUSDT/0: ") && unnamed.errors.contains("plugins.in_process_digests"), "\(unnamed)")
    #expect(unnamed.errors.contains("write that into the settings file") && !unnamed.errors.contains("rollback"), "\(unnamed)")
    let root = try live.run(["doctor", "--offline", "--set", "app.log_file=/quantumedge-that-is-never-written.log", "--json"])
    #expect(try results(root).contains { $0.message.contains("app.log_file: ") && $0.message.contains(" at /;") }, "\(root)")
  }

  @Test func `A venue with an absurd clock is a FAIL, and a log folder that is closed too`() throws {
    let host = try Host()
    try publish(host)
    let keys = ModeTests.Given.demoKeys.environment
    for offset in [-Int(Int64.max / 2), Int(Int64.max / 2)] {
      let venue = try ClockServer(offsetMilliseconds: offset)
      let outcome = try host.run(["doctor", "--mode", "demo", "--set", "binance_demo.base_url=\(venue.url)"], environment: keys)
      #expect(outcome.exitCode == 1 && outcome.errors.contains("FAIL venue: ") && outcome.errors.contains("which is no time"), "\(outcome)")
    }
    try FileManager.default.createDirectory(
      atPath: host.folder.path("open"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: host.folder.path("open"))
    let open = try host.run(["doctor", "--offline", "--set", "app.log_file=open/q.log"])
    #expect(open.exitCode == 1 && open.errors.contains("FAIL disk: app.log_file: "), "\(open)")
    #expect(open.errors.contains("PASS ports: "))
  }

  @Test func `In demo a venue that does not answer fails, and one whose clock is another is a FAIL of the clock`() throws {
    let host = try Host()
    try publish(host)
    let keys = ModeTests.Given.demoKeys.environment
    let away = try host.run(["doctor", "--mode", "demo", "--set", "binance_demo.base_url=http://127.0.0.1:1"], environment: keys)
    #expect(
      away.exitCode == 1 && away.errors.contains("FAIL venue: binance_demo.base_url: http://127.0.0.1:1/fapi/v1/time: nobody answers there"),
      "\(away)")
    for (offset, words) in [(5000, "FAIL clock: this clock is "), (0, "PASS clock: this clock is ")] {
      let venue = try ClockServer(offsetMilliseconds: offset)
      let outcome = try host.run(["doctor", "--mode", "demo", "--set", "binance_demo.base_url=\(venue.url)"], environment: keys)
      #expect(outcome.errors.contains(words) && outcome.errors.contains("PASS venue: "), "\(outcome)")
      #expect(outcome.errorLines.contains { $0.hasPrefix("FAIL clock") } == (offset != 0))
    }
  }

  @Test func `What is beside the settings and not well is told, and stops no run`() throws {
    let host = try Host()
    try publish(host)
    try FileManager.default.createDirectory(atPath: host.folder.path("config"), withIntermediateDirectories: true)
    try host.folder.write("app: {mode: mock}\n", to: "config/settings.yaml")
    try host.folder.write("max_leverage: many\n", to: "config/risk.yaml")
    let outcome = try host.run(["doctor", "--offline"])
    #expect(
      outcome.exitCode == 0 && outcome.errors.contains("WARN settings: ") && outcome.errors.contains("config/risk.yaml:1: max_leverage"), "\(outcome)"
    )
    let check = try host.run(["config", "check", "--json"])
    #expect(try check.exitCode == 78 && check.json["file"] as? String == "config/settings.yaml", "\(check)")
  }

  @Test func `A Supervisor that wants its token is a WARN with the token's name`() throws {
    let host = try Host()
    try publish(host)
    let supervisor = try LoopbackServer { connection in
      _ = LoopbackServer.read(connection)
      LoopbackServer.write("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", to: connection)
    }
    let outcome = try host.run(["doctor", "--set", "supervisor.enabled=true", "--set", "supervisor.base_url=http://127.0.0.1:\(supervisor.port)"])
    #expect(
      outcome.exitCode == 0 && outcome.errorLines.contains { $0.hasPrefix("WARN supervisor: ") && $0.contains("SUPERVISOR_API_TOKEN") }, "\(outcome)")
  }

  @Test func `A Supervisor that is asked for must be there`() throws {
    let host = try Host()
    try publish(host)
    let outcome = try host.run(["doctor", "--set", "supervisor.enabled=true", "--set", "supervisor.base_url=http://127.0.0.1:1"])
    #expect(outcome.exitCode == 1 && outcome.errors.contains("FAIL supervisor: http://127.0.0.1:1/"), "\(outcome)")
  }
}

/// Tells its time to whoever asks, some milliseconds ahead.
private struct ClockServer {
  private let server: LoopbackServer
  var url: String { "http://127.0.0.1:\(server.port)" }

  init(offsetMilliseconds: Int) throws {
    server = try LoopbackServer { connection in
      _ = LoopbackServer.read(connection)
      let body = "{\"serverTime\": \(Int(Date().timeIntervalSince1970 * 1000) + offsetMilliseconds)}"
      LoopbackServer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", to: connection)
    }
  }
}
