import Foundation
import Glibc
import TestKit
import Testing

/// `quantumedge config` from outside.
@Suite struct ConfigCommandTests {
  @Test func `show tells every value and where it comes from, and never a token`() throws {
    let host = try Host()
    try FileManager.default.createDirectory(atPath: host.folder.path("config"), withIntermediateDirectories: true)
    try host.folder.write("risk:\n  max_leverage: 3\nsupervisor: {api_token: marked-token}\n", to: "config/settings.yaml")
    let outcome = try host.succeed(
      ["config", "show", "--origin", "--set", "features.max_gap_seconds=7"], environment: ["QE_RISK_MAX_SPREAD_BPS": "9"])
    let rows = outcome.output.split(separator: "\n").map { $0.split(separator: "#").map { $0.trimmingCharacters(in: .whitespaces) } }
    func row(_ start: String) -> [String]? { rows.first { $0[0].hasPrefix(start + "=") } }
    #expect(row("risk.max_leverage") == ["risk.max_leverage=3", "config/settings.yaml:2"])
    #expect(row("features.max_gap_seconds") == ["features.max_gap_seconds=7", "--set"])
    #expect(row("risk.max_spread_bps") == ["risk.max_spread_bps=9", "QE_RISK_MAX_SPREAD_BPS"])
    #expect(row("app.mode") == ["app.mode=mock", "default"])
    #expect(row("supervisor.api_token")?[0] == "supervisor.api_token=<redacted>" && !outcome.output.contains("marked-token"))
    let json = try host.succeed(["config", "show", "--json", "--set", "app.llm_enabled=true", "--set", "risk.max_leverage=2.5"]).json
    #expect(json["app.llm_enabled"] as? Bool == true && json["risk.max_leverage"] as? Double == 2.5 && json["app.mode"] as? String == "mock")
    #expect(json["app.exchange"] is NSNull && (json["binance.symbols"] as? [String])?.contains("BTCUSDT") == true, "\(json)")
    let one = try host.succeed(["config", "check", "--config", host.folder.write("app: {mode: mock}\n", to: "one.yaml")])
    #expect(one.errors.contains("one.yaml: 1 key is set, "), "\(one)")
    // What it shows can be given back.
    let words = rows.filter { !$0[0].contains("redacted") && !$0[0].hasSuffix("=") }.flatMap { ["--set", $0[0]] }
    let again = try host.succeed(["config", "show"] + words)
    #expect(again.output.split(separator: "\n").map(String.init) == rows.map { $0[0] })
  }

  @Test func `check names all faults with their lines, and exits 78`() throws {
    let host = try Host()
    try host.folder.write("app:\n  mode: fast\n  mode: mock\nrisk:\n  max_levrage: 3\n  max_leverage: -1\n", to: "s.yaml")
    let outcome = try host.run(["config", "check", "--config", "s.yaml", "--json"])
    #expect(outcome.exitCode == 78, "\(outcome)")
    let faults = try #require(try outcome.json["faults"] as? [String])
    #expect(faults.count == 3, "\(faults)")
    for (fault, start) in zip(
      faults,
      [
        "s.yaml:3:3: duplicate key 'mode'", "s.yaml:5: risk.max_levrage: unknown key; did you mean 'risk.max_leverage'?",
        "s.yaml:6: risk.max_leverage: ",
      ])
    {
      #expect(fault.hasPrefix(start), "\(fault)")
    }
    #expect(outcome.errorLines.count == 3)
    let good = try host.succeed(["config", "check", "--set", "execution.mode=scalp"])
    #expect(good.errors.contains("warning: --set execution.mode: this version has no scalp mode") && good.errors.contains("no faults"))
  }

  @Test func `schema is a schema: every key with its type, bounds, default and words`() throws {
    let host = try Host()
    let schema = try host.succeed(["config", "schema"]).json
    func node(_ path: String) -> [String: Any]? {
      path.split(separator: ".").reduce(schema as [String: Any]?) { ($0?["properties"] as? [String: Any])?[String($1)] as? [String: Any] }
    }
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["additionalProperties"] as? Bool == false)
    let gap = try #require(node("features.max_gap_seconds"))
    #expect(gap["type"] as? String == "integer" && gap["minimum"] as? Int == 1 && gap["maximum"] as? Int == 86400 && gap["default"] as? Int == 3600)
    #expect(node("feed.mock.trades_per_second")?["minimum"] as? Double == 0.001)
    #expect((gap["description"] as? String)?.contains("one-second bars") == true)
    #expect(node("app.mode")?["enum"] as? [String] == ["mock", "paper", "demo", "live"])
    let limit = try #require(node("risk.session.max_daily_loss_abs")?["anyOf"] as? [[String: Any]])
    #expect(limit.contains { $0["type"] as? String == "null" } && limit.contains { $0["type"] as? String == "number" })
    // One node for each key that `show` has.
    for line in try host.succeed(["config", "show"]).output.split(separator: "\n") {
      #expect(node(String(line.prefix { $0 != "=" }))?["description"] != nil, "\(line)")
    }
  }

  @Test func `An old file is refused by run in one line, and import moves it over`() throws {
    let host = try Host()
    try host.folder.write("app: {mode: paper, websocket: mock, use_redis: false}\nrisk: {max_daily_loss: 30, max_daily_loss: 40}\n", to: "old.yaml")
    try host.refuse(
      ["run", "--config", "old.yaml"], exitCode: 78,
      naming: ["old.yaml:1: a settings file of the Python system", "quantumedge config import old.yaml"])
    let outcome = try host.succeed(["config", "import", "old.yaml", "--out", "new.yaml"])
    #expect(outcome.errors.contains("dropped: old.yaml:1: app.use_redis: ") && outcome.errors.contains("3 keys taken, 2 dropped"), "\(outcome)")
    #expect(try host.succeed(["config", "show", "--config", "new.yaml"]).output.contains("risk.session.max_daily_loss_abs=40"))
    // As it shipped: what import writes is what check takes, or the fault is named.
    try host.folder.write("app: {mode: demo, websocket: mock}\n", to: "shipped.yaml")
    let shipped = try host.succeed(["config", "import", "shipped.yaml", "--out", "demo.yaml"])
    #expect(shipped.errors.contains("dropped: shipped.yaml:1: app.websocket: mock") && !shipped.errors.contains("to be mended"), "\(shipped)")
    _ = try host.succeed(["config", "check", "--config", "demo.yaml"])
    try host.refuse(["config", "import", "old.yaml", "--out", "new.yaml"], exitCode: 65, naming: ["new.yaml", "--force"])
    try host.refuse(["config", "import", "none.yaml"], exitCode: 66, naming: ["none.yaml"])
  }

  @Test func `reload and SIGHUP tighten limits while the host runs, name the rest, and a bad file changes nothing`() throws {
    let host = try Host()
    func write(_ text: String) throws { try host.folder.write("app: {mode: mock}\n" + text, to: "s.yaml") }
    try write("risk: {max_order_notional: 5000}\n")
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let child = try host.start(["run", "--config", "s.yaml"])
    defer { child.signal(SIGKILL) }
    try child.waitForError("mock")
    func reload(_ text: String) throws -> Outcome {
      try write(text)
      return try host.run(["config", "reload", "--config", "s.yaml"])
    }
    let tightened = try reload("risk: {max_order_notional: 4000, max_leverage: 6}\nfeatures: {max_gap_seconds: 9}\n")
    #expect(tightened.exitCode == 0, "\(tightened)")
    for words in [
      "applied: risk.max_order_notional 4000", "looser limits, which need a stop and a start: risk.max_leverage",
      "needs a restart: features.max_gap_seconds",
    ] {
      #expect(tightened.errors.contains(words), "\(tightened)")
    }
    // What was adopted is what the next one is compared with.
    #expect(try reload("risk: {max_order_notional: 5000}\n").errors.contains("looser limits, which need a stop and a start: risk.max_order_notional"))
    #expect(try reload("risk: {max_order_notional: 4000}\n").errors.contains("nothing differs"))
    // SIGHUP ends nothing, bad file or good.
    try write("risk: {max_order_notional: many}\n")
    child.signal(SIGHUP)
    try child.waitForError("not acceptable, nothing was changed")
    try write("risk: {max_order_notional: 3000}\n")
    child.signal(SIGHUP)
    try child.waitForError("applied: risk.max_order_notional 3000")
    // An editor that replaces a file takes it away first: nothing changes, and nothing is searched elsewhere.
    try FileManager.default.removeItem(atPath: host.folder.path("s.yaml"))
    child.signal(SIGHUP)
    try child.waitForError("s.yaml: cannot be opened")
    let single = try reload("risk: {max_order_notional: 3000, max_notional_by_symbol: [BTCUSDT=2000]}\n")
    #expect(single.errors.contains("risk.max_notional_by_symbol binance.usdm.BTCUSDT=2000"), "\(single)")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
  }

  @Test(arguments: [false, true]) func `The kill switch of the settings stops a host that runs, and those after it`(bySignal: Bool) throws {
    let host = try Host()
    try host.folder.write("app: {mode: mock}\n", to: "s.yaml")
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let child = try host.start(["run", "--config", "s.yaml", "--json"])
    defer { child.signal(SIGKILL) }
    try child.waitForError("mock 1s")
    try host.folder.replace("app: {mode: mock}\nrisk: {kill_switch: {enabled: true, reason: leaving}}\n", at: "s.yaml")
    if bySignal {
      child.signal(SIGHUP)
    } else {
      let answer = try host.run(["config", "reload", "--config", "s.yaml"])
      #expect(answer.exitCode == 0 && answer.errors.contains("applied: risk.kill_switch.enabled true"), "\(answer)")
    }
    try child.waitForError("kill switch: leaving; opening is off")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(try outcome.exitCode == 0 && outcome.text("halted") == "KILLED", "\(outcome)")
    // What was said once holds until the latch is taken away by hand.
    try host.folder.replace("app: {mode: mock}\n", at: "s.yaml")
    #expect(try host.succeed(["run", "--config", "s.yaml", "--duration", "0.3", "--json"]).text("halted") == "KILLED")
  }

  @Test func `SIGHUP while a host starts ends nothing, kept alive or not`() throws {
    for more in [[], ["--keep-alive"]] {
      let host = try Host()
      _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
      // It waits for a passphrase that comes through a pipe: so long the start is not over.
      try host.folder.write("app: {mode: mock, llm_enabled: true}\n", to: "s.yaml")
      let phrase = "a phrase for this test"
      _ = try host.succeed(
        ["secrets", "init", "--names", "OPENAI_API_KEY"], environment: ["OPENAI_API_KEY": "x123456", "SCALPER_SECRETS_PASSPHRASE": phrase])
      let pipe = host.folder.path("pipe")
      #expect(mkfifo(pipe, 0o600) == 0)
      let writer = open(pipe, O_RDWR | O_CLOEXEC)
      defer { close(writer) }
      let words = ["run", "--config", "s.yaml", "--passphrase-fd", "3"] + more
      let child = try host.start(
        ["-c", #"exec "$@" 3<pipe"#, "sh", host.executable.path] + words, executable: URL(fileURLWithPath: "/bin/sh"))
      defer { child.signal(SIGKILL) }
      if more.isEmpty { try child.waitForError("asks no language model") } else { try waitUntilHeld(child.processID) }
      for _ in 0..<20 { child.signal(SIGHUP) }
      let line = Array((phrase + "\n").utf8)
      #expect(write(writer, line, line.count) == line.count)
      try child.waitForError("mock begins")
      for _ in 0..<20 { child.signal(SIGHUP) }
      try child.waitForError("nothing differs")
      child.signal(SIGTERM)
      #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
    }
  }

  /// Until SIGHUP is blocked there, as the kernel tells it.
  private func waitUntilHeld(_ process: pid_t) throws {
    while true {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let mask = try #require(status.firstMatch(of: /SigBlk:\t([0-9a-f]+)/)).1
      if (UInt64(mask, radix: 16) ?? 0) & 1 << UInt64(SIGHUP - 1) != 0 { return }
      sched_yield()
    }
  }

  @Test func `A host that was started on a terminal ends in order when the terminal goes`() throws {
    let host = try Host()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let child = try TerminalChild(
      host.executable, ["run", "--mode", "mock"],
      entries: ["QE_ROOT=\(host.folder.url.path)", "QE_RUNTIME_DIR=\(host.runtime.path)", "SWIFT_BACKTRACE=enable=no", "PATH=/usr/bin:/bin"],
      folder: host.folder.url)
    try child.wait(for: "mock")
    kill(child.processID, SIGHUP)
    try child.wait(for: "stopped by SIGHUP")
    #expect(try child.finish() == 0)
  }
}
