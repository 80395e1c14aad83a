import Foundation
import Glibc
import TestKit
import Testing

/// What `run` leaves of the market.
@Suite struct StorageRunTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
  }

  private static let run = ["run", "--mode", "mock", "--json", "--set", "feed.mock.trades_per_second=5000"]

  private func files(_ kind: String = "ticks/mock") throws -> [String] {
    let folder = host.folder.path("data/\(kind)")
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted().map { "\(folder)/\($0)" }
  }

  private func rows(_ path: String) throws -> [Substring] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasSuffix("\n") && text.hasPrefix("timestamp,price,qty,side\n"))
    return text.split(separator: "\n").dropFirst().map { $0 }
  }

  /// The trades that the engine had, as the journal says.
  private func journalled() throws -> [String] {
    let folder = host.runtime.appendingPathComponent("state/mock/binance/paper/journal").path
    let newest = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).max())
    return try host.succeed(["journal", "export", "\(folder)/\(newest)", "--kind", "trade"]).output.split(separator: "\n").map { line in
      let trade = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      return Self.plain(["exchange_ms", "price", "quantity", "side"].map { "\(trade[$0] ?? "")" })
    }
  }

  /// Numbers as numbers: 60000 and 60000.0 are one.
  private static func plain(_ fields: [String]) -> String { fields.map { Double($0).map { "\($0)" } ?? $0 }.joined(separator: ",") }

  @Test func `Every trade that the engine had is stored, and a backtest reads it`() throws {
    let outcome = try host.succeed(Self.run + ["--set", "feed.mock.max_events=6000", "--set", "storage.save_trades=true"])
    let path = try #require(try files().first)
    #expect(path.firstMatch(of: /BTCUSDT_usdm_\d{8}_\d{6}\.csv$/) != nil)
    let stored = try rows(path)
    #expect(try stored.map { Self.plain($0.split(separator: ",").map(String.init)) } == journalled())
    let storage = try #require(try outcome.json["storage"] as? [String: Any])
    #expect(storage["rows"] as? Int == stored.count && storage["dropped"] as? Int == 0, "\(storage)")
    #expect(try files("trades/mock").count == 1)
    let backtest = try host.succeed(["backtest", "--symbol", "BTCUSDT", "--ticks-path", path, "--strategy", "EMACross", "--json"])
    #expect(try backtest.integer("ticks") == stored.count)
    _ = try host.succeed(Self.run + ["--set", "feed.mock.max_events=100", "--set", "storage.save_ticks=false"])
    #expect(try files().count == 1)
  }

  @Test func `A host that is killed leaves whole rows, the beginning of what the engine had`() throws {
    let child = try host.start(Self.run + ["--set", "storage.flush_batch=10", "--set", "storage.flush_interval_seconds=0.05"])
    try child.waitForError("mock 2s")
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    let path = try #require(try files().first)
    let cut = try String(contentsOfFile: path, encoding: .utf8)
    // The next start cuts off what is torn.
    _ = try host.succeed(Self.run + ["--set", "feed.mock.max_events=100"])
    let stored = try rows(path)
    #expect(cut.hasPrefix(try String(contentsOfFile: path, encoding: .utf8)))
    // What was stored is the beginning of what the engine had, and a second of it is no more than the flush was behind.
    let folder = host.runtime.appendingPathComponent("state/mock/binance/paper/journal").path
    let first = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).min())
    let total = try host.succeed(["journal", "export", "\(folder)/\(first)", "--kind", "trade"]).output.split(separator: "\n").count
    #expect(stored.count <= total && stored.count > total / 2, "\(stored.count) of \(total)")
    #expect(try files().count == 2)
  }

  @Test func `A full disk stops nothing but storing`() throws {
    // A file may have two MiB (or four, as the shell counts): the ticks have more.
    let outcome = try host.start(
      ["-c", #"ulimit -f 4096; exec "$@""#, "sh", host.executable.path] + Self.run
        + ["--set", "feed.mock.max_events=200000", "--set", "journal.segment_mb=1", "--set", "feed.mock.trades_per_second=100000"],
      executable: URL(fileURLWithPath: "/bin/sh")
    ).finish(deadlineSeconds: 120)
    #expect(
      outcome.exitCode == 0 && outcome.errors.contains("storage: ") && outcome.errors.contains("File too large"), "\(outcome.errors.suffix(900))")
    let stored = try rows(#require(try files().first))
    #expect(stored.count > 1000)
    for row in stored { #expect(row.split(separator: ",").count == 4) }
  }
}
