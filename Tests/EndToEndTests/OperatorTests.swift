import Foundation
import Glibc
import TestKit
import Testing

/// The operator's hand on a running host: `status` and `risk`, from outside.
@Suite struct OperatorTests {
  private let paper: OperatorHost

  init() throws { paper = try OperatorHost() }

  /// What was done: the line before the one that says by whom.
  private func said(_ outcome: Outcome) -> String {
    outcome.errorLines.count == 2 && outcome.errorLines[1].hasPrefix("the host in paper mode (process ")
      ? String(outcome.errorLines[0]) : "\(outcome)"
  }

  private func stop(_ child: Child) throws -> Outcome {
    child.signal(SIGTERM)
    return try child.finish(deadlineSeconds: 30)
  }

  @Test func `Status shows what is held, what is open and who runs`() throws {
    let child = try paper.start()
    let attributes = try FileManager.default.attributesOfItem(atPath: paper.socketPath)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let outcome = try paper.command(["status", "--json"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome)")
    let status = try outcome.json
    #expect(status["mode"] as? String == "paper" && status["pid"] as? Int == Int(child.processID))
    #expect(status["events"] as? Int == 2 && status["fills"] as? Int == 1 && status["halted"] is NSNull)
    let symbols = try #require(status["symbols"] as? [[String: Any]])
    #expect(symbols.map { $0["symbol"] as? String } == ["BTCUSDT", "ETHUSDT"])
    #expect(symbols[0]["position"] as? Double == 0.001 && symbols[0]["average_price"] as? Double == 60_000)
    #expect(symbols[0]["last"] as? Double == 60_000 && symbols[0]["bid"] as? Double == 60_000 && symbols[1]["ask"] as? Double == 3000)
    #expect(symbols[1]["position"] as? Double == 0 && symbols[1]["average_price"] is NSNull)
    #expect(symbols.allSatisfy { ($0["feed_age_ms"] as? Int ?? -1) >= 0 && $0["stale"] as? Bool == false })
    // 0.001 x 60000 at 5 bps.
    #expect(status["fees"] as? Double == 0.03 && status["pnl"] as? Double == -0.03 && status["pnl_today"] as? Double == -0.03)
    #expect(status["drawdown"] as? Double == 0.03 && status["equity"] as? Double == 999_999.97)
    let instances = try #require(status["instances"] as? [[String: Any]])
    #expect(instances.map { $0["id"] as? String } == ["Churn@BTCUSDT/0", "Churn@ETHUSDT/0"])
    #expect(instances.allSatisfy { $0["state"] as? String == "active" && ($0["digest"] as? String)?.count == 64 && $0["why"] is NSNull })
    #expect(instances.map { $0["open_orders"] as? Int } == [0, 1])
    let limits = try #require(status["limits"] as? [[String: Any]])
    #expect(limits.contains { $0["code"] as? String == "GROSS_EXPOSURE_LIMIT" && $0["scope"] as? String == "account" })
    // The position at its price, and the resting buy of 0.01 at 50 bps below 3000.
    let exposure = try #require(limits.first { $0["code"] as? String == "GROSS_EXPOSURE_LIMIT" }?["value"] as? Double)
    #expect(exposure > 89 && exposure < 91, "\(exposure)")
    #expect((status["queues"] as? [String: Any])?["open_orders"] as? Int == 1)

    let screen = try paper.command(["status"])
    for word in ["paper  trading", "BTCUSDT", "0.001", "Churn@ETHUSDT/0", "GROSS_EXPOSURE_LIMIT", "no refusals yet"] {
      #expect(screen.errors.contains(word), "'\(word)' in \(screen)")
    }
    #expect(screen.output.isEmpty && !screen.errors.contains("\u{1B}"), "no terminal, nothing that steers one: \(screen)")
    #expect(try stop(child).exitCode == 0)
  }

  @Test func `Settings that cannot be read do not keep an operator from stopping`() throws {
    let child = try paper.start()
    try paper.host.folder.write("risk: {max_leverge: 2}\n", to: "broken.yaml")
    func ask(_ words: [String], _ file: String = "broken.yaml") throws -> Outcome { try paper.host.run(words + ["--config", file]) }
    let whom = "the host in paper mode (process \(child.processID), \(paper.host.runtime.resolvingSymlinksInPath().path)/state/paper/binance/paper)"
    // A host that only happens to run is not the one that is meant: these mean one in mock, one in live, and nobody knows.
    try paper.host.folder.write("app: {mode: live}\nrisk: {max_leverge: 2}\n", to: "live.yaml")
    try paper.host.folder.write("ap: {mode: paper}\n", to: "stray.yaml")
    try paper.host.folder.write("app: {mode: paper\n", to: "torn.yaml")
    try paper.host.folder.write("app:\n  mode: live\n  mode: paper\n", to: "twice.yaml")
    for (file, words) in [
      ("broken.yaml", "no host runs in mock mode"), ("live.yaml", "no host runs in live mode"), ("stray.yaml", "--set app.runtime_path=FOLDER"),
      ("torn.yaml", "--set app.runtime_path=FOLDER"), ("twice.yaml", "add --mode MODE"),
    ] {
      let refused = try ask(["risk", "halt"], file)
      #expect(refused.exitCode == 78 && refused.errors.contains(words) && refused.errors.contains(file), "\(file): \(refused)")
      #expect(refused.errors.contains(whom) != words.contains("--set"), "\(file): \(refused)")
    }
    #expect(try ask(["status", "--mode", "paper"]).errors.contains("paper  trading"), "nobody was stopped")
    let halt = try ask(["risk", "halt", "--mode", "paper"])
    #expect(halt.exitCode == 0 && halt.errors.contains("broken.yaml:1: risk.max_leverge") && halt.errors.contains("halted; 1 order"), "\(halt)")
    #expect(halt.errors.hasSuffix("\n\(whom)\n"), "\(halt)")
    #expect(try ask(["status", "--mode", "paper"]).errors.contains("paper  STOPPED HALTED"))
    for file in ["stray.yaml", "torn.yaml", "twice.yaml"] {
      let again = try ask(["risk", "halt", "--mode", "paper", "--set", "app.runtime_path=runtime"], file)
      #expect(again.exitCode == 0 && again.errors.contains(whom), "\(file): \(again)")
    }
    let flatten = try ask(["risk", "flatten", "--mode", "paper"])
    #expect(flatten.exitCode == 0, "\(flatten)")
    // What loosens, or has another meaning with other settings, still wants them; and another mode's host is not meant.
    for words in [["risk", "resume"], ["config", "reload"], ["risk", "halt", "--mode", "mock"]] {
      let refused = try ask(words)
      #expect(refused.exitCode == 78 && refused.errors.contains("risk.max_leverge"), "\(refused)")
    }
    #expect(try stop(child).exitCode == 0)
  }

  @Test func `Halt, resume, reset-peak and flatten do what they say`() throws {
    let child = try paper.start()
    let halt = try paper.command(["risk", "halt", "--reason", "lunch \u{1B}[2J", "--json"])
    #expect(halt.exitCode == 0, "\(halt)")
    #expect(said(halt) == "halted; 1 order cancelled; position BTCUSDT 0.001 stays; resume with: quantumedge risk resume")
    #expect(try halt.text("halted") == "HALTED" && halt.integer("orders_cancelled") == 1 && halt.integer("open_orders") == 0)
    #expect(try halt.integer("sequence") > 2)
    try child.waitForError("control: halt (lunch \\u{1b}[2J) by user \(geteuid()), process ")
    let status = try paper.command(["status", "--json"]).json
    #expect(status["halted"] as? String == "HALTED")
    #expect((status["halted_why"] as? String)?.hasSuffix(": lunch \u{1B}[2J") == true)
    let screen = try paper.command(["risk", "status"])
    #expect(screen.errors.contains("paper  STOPPED HALTED") && screen.errors.contains("HALTED by user \(geteuid())"), "\(screen)")
    #expect(!screen.errors.contains("\u{1B}"), "what somebody wrote does not steer the terminal")
    #expect(try paper.command(["risk", "halt"]).errors.hasPrefix("was halted already; 0 orders cancelled"))

    let reset = try paper.command(["risk", "reset-peak"])
    #expect(said(reset) == "drawdown is measured from 999999.97 on; opening is stopped: HALTED; resume with: quantumedge risk resume")
    let resume = try paper.command(["risk", "resume", "--json"])
    #expect(said(resume) == "opening is allowed")
    #expect(try resume.json["halted"] is NSNull)
    let after = try paper.command(["status", "--json"]).json
    #expect(after["halted"] is NSNull && after["drawdown"] as? Double == 0)

    let wrong = try paper.command(["risk", "flatten", "--symbol", "SOLUSDT"])
    #expect(wrong.exitCode == 65 && wrong.errors == "quantumedge: flatten: SOLUSDT is not traded here; symbols: BTCUSDT, ETHUSDT\n", "\(wrong)")
    let flatten = try paper.command(["risk", "flatten", "--symbol", "BTCUSDT"])
    #expect(
      said(flatten) == "halted; 0 orders cancelled; closed BTCUSDT 0.001; nothing is held; resume with: quantumedge risk resume", "\(flatten)")
    let flat = try paper.command(["status", "--json"]).json
    #expect(flat["halted"] as? String == "HALTED" && flat["fills"] as? Int == 2)
    #expect((flat["symbols"] as? [[String: Any]])?.first?["position"] as? Double == 0)
    let outcome = try stop(child)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("halted") == "HALTED")
  }

  @Test func `Nobody resumes a kill`() throws {
    let child = try paper.start(["--set", "risk.kill_switch.enabled=true"])
    let resume = try paper.command(["risk", "resume", "--json"])
    #expect(resume.exitCode == 1 && resume.errors.hasPrefix("opening is still stopped: KILLED; stop the host, remove the kill file and its latch"))
    #expect(try resume.text("halted") == "KILLED")
    #expect(try stop(child).text("halted") == "KILLED")
  }

  @Test func `A resumed host says who may still not open`() throws {
    _ = try paper.host.succeed([
      "strategies", "publish", "Misbehaving", "--symbol", "SOLUSDT", "--param", "fault=process_error", "--param", "size=0.01",
    ])
    try paper.host.folder.write(OperatorHost.ticks("150.00"), to: "sol.csv")
    let child = try paper.start(["--set", "feed.recording=BTCUSDT=btc.csv,SOLUSDT=sol.csv"])
    #expect(said(try paper.command(["risk", "resume"])) == "opening is allowed; Misbehaving@SOLUSDT/0 is out")
    #expect(try stop(child).exitCode == 0)
  }

  @Test(arguments: [["status"], ["status", "--watch"], ["risk", "status"], ["risk", "halt"], ["risk", "flatten"]])
  func `Without a host it says so, and how to start one`(words: [String]) throws {
    let before = try paper.host.names()
    let outcome = try paper.command(words)
    #expect(outcome.exitCode == 69 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)")
    #expect(outcome.errors.contains("no host runs in paper mode") && outcome.errors.contains("start one with: quantumedge run --mode paper"))
    #expect(try paper.host.names() == before)
  }

  @Test func `Watching ends with the host, line by line where there is no terminal`() throws {
    let child = try paper.start()
    let watch = try paper.host.start(["status", "--watch", "--mode", "paper"])
    try watch.waitForError("paper 2s  BTCUSDT 60000.0 pos 0.001")
    try watch.waitForError("paper 3s  BTCUSDT")
    #expect(!watch.errors.contains("\u{1B}"))
    _ = try stop(child)
    #expect(try watch.finish(deadlineSeconds: 30).exitCode == 69)
    let again = try paper.startAgain()
    let second = try paper.host.start(["status", "--watch", "--json", "--mode", "paper"])
    try second.waitForOutput("\"mode\"")
    second.signal(SIGINT)
    let outcome = try second.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "its own signal ends it well: \(outcome)")
    _ = try stop(again)
  }

  @Test(.enabled(if: access("/usr/bin/script", X_OK) == 0, "needs script(1), which lends it a terminal"))
  func `On a terminal the screen comes and the old one comes back`() throws {
    let child = try paper.start()
    let watch = try Child(
      URL(fileURLWithPath: "/usr/bin/script"),
      ["-qec", "stty cols 40 rows 12; exec '\(paper.host.executable.path)' status --watch --mode paper", "/dev/null"],
      environment: ["QE_RUNTIME_DIR": paper.host.runtime.path, "PATH": "/usr/bin:/bin", "TERM": "xterm", "SHELL": "/bin/sh"],
      folder: paper.host.folder.url)
    try watch.waitForOutput("BTCUSDT")
    _ = try stop(child)
    let outcome = try watch.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 69, "\(outcome)")
    let parts = outcome.output.components(separatedBy: "\u{1B}[?1049l")
    #expect(parts.count == 2 && parts[0].contains("\u{1B}[?1049h\u{1B}[?25l") && parts[0].hasSuffix("\u{1B}[?25h"), "\(outcome)")
    #expect(parts.last?.contains("host closed the connection") == true, "the reason is on the old screen: \(outcome)")
    let shown = parts[0].components(separatedBy: "\u{1B}[H").last ?? ""
    for line in shown.components(separatedBy: "\r\n") {
      #expect(line.replacingOccurrences(of: "\u{1B}[K", with: "").replacingOccurrences(of: "\u{1B}[J", with: "").count <= 40 + 6, "\(line)")
    }
    #expect(shown.components(separatedBy: "\r\n").count <= 12 && shown.contains("more lines"), "\(shown)")
  }
}
