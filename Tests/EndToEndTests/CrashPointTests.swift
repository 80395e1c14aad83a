import Foundation
import Glibc
import TestKit
import Testing

/// A host that ends itself, as `kill -9` would, at a named place of its write path: the next one goes on as if it had been there at once.
///
/// Debug builds alone have these places.
@Suite struct CrashPointTests {
  private let host: Host

  init() throws {
    host = try Host(executable: Host.debug)
    for (symbol, mode, quantity) in [("BTCUSDT", "trade", "0.001"), ("ETHUSDT", "limit_cancel", "0.01")] {
      _ = try host.succeed([
        "strategies", "publish", "Churn", "--symbol", symbol, "--param", "mode=\(mode)", "--param", "quantity=\(quantity)",
      ])
    }
  }

  private static let rounds = ProcessInfo.processInfo.environment["QE_CRASH_ROUNDS"].flatMap(Int.init) ?? 1

  private func crash(_ restarts: Restarts, at point: String, _ passage: Int, _ more: [String]) throws {
    // On a busy machine it takes its time to the last of the passages.
    let child = try host.start(
      Restarts.words(restarts.mode) + more + ["--duration", "240"], environment: ["QUANTUMEDGE_CRASH_POINT": "\(point):\(passage)"])
    let outcome = try child.finish(deadlineSeconds: 250)
    #expect(outcome.exitCode == 128 + SIGKILL, "\(point):\(passage) was not passed: \(outcome)")
  }

  @Test(
    arguments: ["mock", "paper"],
    [
      ("beforeAppend", 4000), ("afterAppend", 4000), ("beforeSend", 80), ("afterSend", 80), ("beforeAck", 80), ("afterFill", 80),
      ("beforeSegment", 2), ("afterSegment", 2), ("beforeSnapshot", 2), ("afterSnapshot", 2),
    ])
  func `Killed at a point of the write path, the next host knows it all`(mode: String, place: (point: String, passages: Int)) throws {
    var chance = Chance.seeded("\(mode) \(place.point)")
    let restarts = Restarts(host: host, mode: mode)
    var orders: Set<Int> = []
    for round in 0..<Self.rounds {
      // The second segment is made while the journal begins, the third while the second is written.
      let passage = place.passages == 2 ? 2 : Int.random(in: 1...place.passages, using: &chance)
      let context = "\(mode), \(place.point):\(passage), round \(round), QE_SEED=\(chance.seed)"
      try crash(restarts, at: place.point, passage, ["--set", "feed.mock.trades_per_second=\(place.passages == 2 ? 8000 : 800)"])
      try restarts.check(goesOnFrom: #require(try restarts.names().last, "\(context)"), &orders, context)
      try restarts.checkTicks(context)
    }
  }

  /// It has a journal, and there is nothing in it.
  @Test func `Killed before its first input, and then another, a host leaves an account that goes on`() throws {
    let restarts = Restarts(host: host, mode: "mock")
    var orders: Set<Int> = []
    for round in 0..<2 {
      try crash(restarts, at: "beforeAppend", 1, Restarts.busy)
      let killed = try #require(try restarts.names().last)
      #expect(try restarts.state(killed)["ending"] as? String == "open")
      try restarts.check(goesOnFrom: killed, &orders, "round \(round)")
    }
  }

  @Test(arguments: ["beforeState", "beforeHead"]) func `Killed before its journal begins, a host has taken nothing over`(point: String) throws {
    let restarts = Restarts(host: host, mode: "mock")
    _ = try host.succeed(Restarts.words("mock") + Restarts.busy + ["--duration", "1"])
    let first = try #require(try restarts.names().last)
    try crash(restarts, at: point, 1, Restarts.busy)
    #expect(try restarts.names() == [first])
    var orders: Set<Int> = []
    try restarts.check(goesOnFrom: first, &orders, point)
    // What it left is cleaned away.
    #expect(try FileManager.default.contentsOfDirectory(atPath: restarts.journals).count == 2)
  }

  @Test(arguments: ["beforeRotate", "afterRotate", "beforeUnpackedGoes"])
  func `Killed in the rotation of stored ticks, no row is there twice or torn`(
    point: String
  ) throws {
    let restarts = Restarts(host: host, mode: "mock")
    let packs = ["--set", "storage.compress=zstd", "--set", "storage.max_tick_file_mb=1"]
    try crash(restarts, at: point, 1, packs + ["--set", "feed.mock.trades_per_second=40000"])
    _ = try host.succeed(Restarts.words("mock") + packs + Restarts.quiet + ["--duration", "0.2"])
    try restarts.checkTicks(point)
  }

  @Test func `Killed while the ledger takes a run in, it has all of it the next time, once`() throws {
    let restarts = Restarts(host: host, mode: "mock")
    _ = try host.succeed(Restarts.words("mock") + Restarts.busy + ["--duration", "1"])
    let killed = try host.run(["ledger", "fills", "--mode", "mock", "--json"], environment: ["QUANTUMEDGE_CRASH_POINT": "inLedger:1"])
    #expect(killed.exitCode == 128 + SIGKILL, "\(killed)")
    let rows = try host.succeed(["ledger", "fills", "--mode", "mock", "--csv", "--limit", "1000000"]).output.split(separator: "\n").count - 1
    let journal = restarts.journals + "/" + (try #require(try restarts.names().last))
    let fills = try host.succeed(["journal", "export", journal, "--kind", "fill"]).output.split(separator: "\n").count
    #expect(rows == fills && fills > 10)
  }
}
