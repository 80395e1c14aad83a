import Foundation
import Glibc
import TestKit
import Testing

/// `replay --with`, `--param`, `--diff`: what would have been decided instead.
@Suite struct WhatIfTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["ticks", "generate", "--rows", "30000", "--out", "t.csv"])
  }

  private func record(_ more: [String] = [], strategy: String = "EMACross") throws {
    _ = try host.backtest("t.csv", strategy: strategy, more: ["--journal", "j"] + more)
  }

  private func whatIf(_ words: [String], journal: String = "j") throws -> [String: Any] {
    let outcome = try host.succeed(["replay", journal, "--json"] + words)
    let json = try outcome.json
    #expect(json["repeats_journal"] as? Bool == true, "\(outcome)")
    return json
  }

  /// The changed side is what a backtest with the change is, figure by figure.
  private func expect(_ result: [String: Any], equals backtest: Outcome, isOther: Bool = true) throws {
    let after = try #require(result["after"] as? [String: Any])
    let before = try #require(result["before"] as? [String: Any])
    let whole = try backtest.json
    for (ours, theirs) in [("fills", "fills"), ("orders", "orders_sent"), ("round_trips", "trades"), ("won", "wins")] {
      #expect(after[ours] as? Int == whole[theirs] as? Int, "\(ours): \(after)")
    }
    for (ours, theirs) in [("pnl", "final_pnl"), ("fees", "fees"), ("equity", "final_equity"), ("drawdown", "max_drawdown")] {
      #expect(try Decimal18("\(#require(after[ours]))") == Decimal18("\(#require(whole[theirs]))"), "\(ours): \(after)")
    }
    #expect(try result["journal_decisions"] as? Int == #require(before["decisions"] as? Int))
    #expect(((result["differences"] as? [Any])?.isEmpty == false) == isOther)
  }

  @Test func `Other parameters, another strategy and other settings decide as a backtest with them`() throws {
    try record()
    try expect(try whatIf(["--param", "fast=5"]), equals: host.backtest("t.csv", parameters: ["quantity=0.001", "fast=5"]))
    try expect(
      try whatIf(["--with", "EMACross=BreakoutC", "--param", "quantity=0.01", "--param", "window=50"]),
      equals: host.backtest("t.csv", strategy: "BreakoutC", parameters: ["quantity=0.01", "window=50"]))
    try expect(
      try whatIf(["--diff", "--set", "risk.max_orders_per_second=1", "--set", "simulation.taker_fee_bps=1"]),
      equals: host.backtest("t.csv", more: ["--set", "risk.max_orders_per_second=1", "--set", "simulation.taker_fee_bps=1"]))
    // Settings of a file stand in the place of all the journal's.
    _ = try host.folder.write(
      "simulation: {fill: trade, synthetic_spread_bps: 0, initial_cash: 500000}\nrisk: {session: {loss_streak_trades: 2}}\n", to: "s.yaml")
    try expect(
      try whatIf(["--diff", "--config", "s.yaml"]),
      equals: host.succeed([
        "backtest", "--config", "s.yaml", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--strategy", "EMACross", "--param", "quantity=0.001",
        "--json",
      ]))
  }

  @Test func `The same again changes nothing; by name, by instance, by a limit that nothing reaches`() throws {
    try record()
    for words in [
      ["--with", "EMACross=EMACross"], ["--with", "EMACross@BTCUSDT/0=EMACross"], ["--with", "strategy=EMACross"], ["--param", "quantity=0.001"],
      ["--diff", "--set", "risk.max_orders_per_second=999999"],
    ] {
      let result = try whatIf(words)
      #expect(result["equal_decisions"] as? Int == result["journal_decisions"] as? Int && (result["differences"] as? [Any])?.isEmpty == true)
    }
  }

  @Test func `With latencies the venue answers as it did, and later with longer ones`() throws {
    let latencies = ["--set", "simulation.order_latency_ms=20", "--set", "simulation.response_latency_ms=10"]
    try record(latencies)
    let same = try whatIf(["--param", "quantity=0.001"])
    #expect((same["differences"] as? [Any])?.isEmpty == true)
    let later = try whatIf(["--diff", "--set", "simulation.order_latency_ms=500"])
    let (before, after) = (try #require(later["before"] as? [String: Any]), try #require(later["after"] as? [String: Any]))
    #expect("\(before["pnl"] ?? "")" != "\(after["pnl"] ?? "")")
    // Of a backtest the journal has no draw of each row's way: that is said, and both columns are of one kind.
    try FileManager.default.removeItem(atPath: host.folder.path("j"))
    try record(latencies + ["--set", "simulation.latency_jitter_ms=50"])
    let drawn = try host.succeed(["replay", "j", "--json", "--param", "quantity=0.001"])
    #expect(try drawn.json["repeats_journal"] as? Bool == false && drawn.errors.contains("does NOT repeat the journal"), "\(drawn)")
    #expect((try drawn.json["differences"] as? [Any])?.isEmpty == true)
  }

  /// Sessions at their own pace, with timers, health, an operator's word, and a restart that takes a position over.
  @Test func `Sessions of a host repeat too, over a restart with a position`() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let words = ["run", "--mode", "mock", "--config", Host.oracle, "--set", "feed.mock.trades_per_second=2000"]
    let first = try host.start(words)
    try first.waitForError("mock 2s")
    _ = try host.succeed(["risk", "halt", "--mode", "mock", "--reason", "a look"])
    _ = try host.succeed(["risk", "resume", "--mode", "mock"])
    try first.waitForError("mock 4s")
    first.signal(SIGKILL)
    _ = try first.finish(deadlineSeconds: 30)
    _ = try host.succeed(words + ["--duration", "2"])
    let folder = host.runtime.appendingPathComponent("state/mock/binance/paper/journal").path
    let journals = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("2") }.sorted()
    #expect(journals.count == 2)
    for name in journals {
      let result = try whatIf(["--param", "fast=5"], journal: "\(folder)/\(name)")
      #expect(try #require(result["journal_decisions"] as? Int) > 10 && (result["differences"] as? [Any])?.isEmpty == false, "\(result)")
    }
  }

  @Test func `What does not fit is refused, and nothing is left`() throws {
    try record()
    try host.refuse(["replay", "j", "--with", "Nope=BreakoutC"], exitCode: 64, naming: ["the journal has no such strategy", "EMACross@BTCUSDT/0"])
    try host.refuse(["replay", "j", "--with", "EMACross=/nowhere.so"], exitCode: 66, naming: ["/nowhere.so"])
    try host.refuse(["replay", "j", "--param", "nope=1"], exitCode: 65, naming: ["nope"])
    // Settings are the journal's: what would be passed over is refused, but for the place of the store.
    try host.refuse(["replay", "j", "--set", "risk.max_order_notional=1"], exitCode: 64, naming: ["risk.max_order_notional=1", "--diff"])
    try host.refuse(["replay", "j", "--with", "EMACross=BreakoutC", "--config", "s.yaml"], exitCode: 64, naming: ["--config s.yaml", "--diff"])
    try host.refuse(["replay", "j", "--diff"], exitCode: 64, naming: ["name what is changed"])
    try host.refuse(["replay", "j", "--verify", "--param", "fast=5"], exitCode: 64, naming: ["--verify"])
    try host.refuse(["replay", "j", "--diff", "--set", "simulation.synthetic_spread_bps=9"], exitCode: 64, naming: ["synthetic_spread_bps"])
    try host.refuse(["replay", "nowhere", "--param", "fast=5"], exitCode: 66, naming: ["nowhere"])
  }

  @Test func `A backtest over trades alone names what a strategy reads and the data has not`() throws {
    let flow = try host.backtest("t.csv", strategy: "OrderFlow", parameters: [])
    #expect(try flow.json["missing_inputs"] as? [String] == ["quotes", "depth", "marks"])
    #expect(flow.errors.contains("OrderFlow@BTCUSDT/0 reads ") && flow.errors.contains("not in the data: quotes, depth, marks"), "\(flow)")
    let cross = try host.backtest("t.csv")
    #expect(!cross.errors.contains("EMACross@BTCUSDT/0 reads "), "\(cross)")
  }
}
