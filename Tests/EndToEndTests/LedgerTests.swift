import Foundation
import Glibc
import TestKit
import Testing

/// The books of an account over killed and ended runs, against the journals that they come from.
@Suite struct LedgerTests {
  private let host: Host

  init() throws {
    host = try Host()
    for (symbol, mode, quantity) in [("BTCUSDT", "trade", "0.001"), ("ETHUSDT", "limit_cancel", "0.01")] {
      _ = try host.succeed([
        "strategies", "publish", "Churn", "--symbol", symbol, "--param", "mode=\(mode)", "--param", "quantity=\(quantity)", "--param", "every=20",
      ])
    }
  }

  private static let words = [
    "run", "--mode", "mock", "--config", Host.oracle, "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000",
    "--set", "feed.mock.trades_per_second=2000", "--set", "journal.segment_mb=1",
  ]
  private static let tables = ["orders", "fills", "positions", "equity", "risk", "events"]

  private var state: URL { host.runtime.appendingPathComponent("state/mock/binance/paper") }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: state.appendingPathComponent("journal").path).filter { $0.hasPrefix("2") }.sorted()
  }

  private func path(_ name: String) -> String { state.appendingPathComponent("journal/\(name)").path }

  private func ledger(_ words: [String]) throws -> String {
    try host.succeed(["ledger"] + words + ["--mode", "mock", "--config", Host.oracle]).output
  }

  private func rows(_ words: [String]) throws -> [[String: Any]] {
    try ledger(words + ["--json"]).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func dump() throws -> [String] { try Self.tables.map { try ledger([$0, "--json"]) } }

  /// One that is killed while it trades, one that ends.
  private func runTwice() throws {
    let child = try host.start(Self.words)
    try child.waitForError("mock begins")
    _ = try ControlSocket(state.appendingPathComponent("control.sock").path).status { ($0["fills"] as? Int ?? 0) > 20 }
    // While it runs, too: what it has written is there.
    #expect(try rows(["fills"]).count > 20)
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    _ = try host.succeed(Self.words + ["--set", "feed.mock.max_events=8000"])
  }

  @Test func `Its rows are what the journals say, and made anew they are the same`() throws {
    try runTwice()
    let names = try names()
    #expect(names.count == 2)
    var (fills, orders, total) = (0, 0, 0)
    for name in names {
      let exported = try host.succeed(["journal", "export", path(name), "--kind", "fill", "--kind", "send"]).output.split(separator: "\n")
      let filled = exported.filter { $0.contains(#""kind": "fill""#) }
      let own = try rows(["fills"]).filter { $0["journal"] as? String == name }
      #expect(own.count == filled.count)
      for (row, line) in zip(own, filled) {
        let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        for (column, field) in [
          ("order_id", "order"), ("input", "input"), ("quantity", "quantity"), ("price", "price"), ("fee", "fee"), ("realized", "realized"),
        ] {
          #expect(row[column] as? NSNumber == record[field] as? NSNumber, "\(column): \(row) \(record)")
        }
      }
      fills += filled.count
      orders += exported.count - filled.count
      let state = try host.succeed(["journal", "state", path(name)]).json
      let last = try #require(try rows(["equity"]).last { $0["journal"] as? String == name })
      #expect(last["equity"] as? NSNumber == state["equity"] as? NSNumber && last["cash"] as? NSNumber == state["cash"] as? NSNumber)
      let positions = try #require(state["positions"] as? [[String: Any]])
      for row in try rows(["positions"]) where row["journal"] as? String == name {
        let held = positions.first { $0["instance"] as? String == row["instance"] as? String }?["position"] as? NSNumber ?? 0
        #expect(row["position"] as? NSNumber == held, "\(row)")
        total += row["fills"] as? Int ?? 0
      }
    }
    #expect(fills > 40 && orders >= fills && total == fills)
    let sent = try rows(["orders"]).filter { $0["is_carried"] as? Bool == false }
    #expect(sent.count == orders && sent.contains { $0["status"] as? String == "filled" } && sent.contains { $0["status"] as? String == "cancelled" })
    #expect(sent.allSatisfy { ($0["filled"] as? NSNumber == $0["quantity"] as? NSNumber) == ($0["status"] as? String == "filled") })

    let before = try dump()
    _ = try host.succeed(["ledger", "rebuild", "--mode", "mock", "--config", Host.oracle])
    #expect(try dump() == before)
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: state.path + "/ledger.db" + suffix) }
    #expect(try dump() == before)
    let rights = try #require(try FileManager.default.attributesOfItem(atPath: state.path + "/ledger.db")[.posixPermissions] as? Int)
    #expect(rights == 0o600)
  }

  @Test func `Rows are found by time, symbol and instance, as CSV and as a table`() throws {
    try runTwice()
    let all = try rows(["fills"])
    #expect(try rows(["fills", "--symbol", "BTCUSDT"]).count == all.count && rows(["fills", "--symbol", "TCUSDT"]).isEmpty)
    #expect(
      try rows(["orders", "--symbol", "binance.usdm.ETHUSDT", "--instance", "Churn"]).allSatisfy {
        $0["instrument"] as? String == "binance.usdm.ETHUSDT"
      })
    #expect(try rows(["orders", "--instance", "Churn@ETHUSDT/0"]).count > 1 && rows(["orders", "--instance", "Chur"]).isEmpty)
    #expect(try rows(["fills", "--limit", "3"]).map { $0["input"] as? Int } == all.suffix(3).map { $0["input"] as? Int })
    #expect(try rows(["fills", "--since", "1d"]).count == all.count && rows(["fills", "--until", "2020-01-01"]).isEmpty)
    #expect(try rows(["fills", "--since", "2199-12-31T23:59:59"]).isEmpty)
    let csv = try ledger(["fills", "--csv"]).split(separator: "\n")
    #expect(csv.count == all.count + 1 && csv[0].hasPrefix("time,journal,ns,input,instance,instrument,order_id,side,quantity,price,fee"))
    let table = try ledger(["fills", "--limit", "2"]).split(separator: "\n")
    #expect(table.count == 3 && table[0].hasPrefix("time ") && table[0].contains("order_id"))
    for words in [
      ["fills", "--since", "yesterday"], ["fills", "--since", "2026-02-30"], ["equity", "--symbol", "BTCUSDT"], ["fills", "--limit", "0"], ["fill"],
    ] {
      #expect(try host.run(["ledger"] + words).exitCode == 64, "\(words)")
    }
    let one = try host.succeed(["ledger", "fills", "--journal", path(try #require(try names().first)), "--json"]).output
    #expect(try one.split(separator: "\n").count == all.count { $0["journal"] as? String == (try names().first) })
  }

  @Test func `What is damaged is named and keeps nothing else out, and rows outlive their journal`() throws {
    try host.refuse(["ledger", "fills", "--mode", "mock"], exitCode: 66, naming: ["no run in mock mode has a journal"])
    try runTwice()
    let first = try #require(try names().first)
    let all = try rows(["fills"])
    // The oldest goes by its age, at a start.
    let head = path(first) + "/head.json"
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)], ofItemAtPath: head)
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: state.path + "/ledger.db" + suffix) }
    _ = try host.succeed(Self.words + ["--set", "feed.mock.max_events=100", "--set", "journal.retention_days=30"])
    #expect(try !names().contains(first))
    #expect(try rows(["fills"]).count { $0["journal"] as? String == first } == all.count { $0["journal"] as? String == first })
    // One journal with a wrong byte: the others are shown, and it is named.
    let last = try #require(try names().last)
    let segment = URL(fileURLWithPath: path(last) + "/000001.qej")
    var data = try Data(contentsOf: segment)
    data[300] ^= 1
    try data.write(to: segment)
    let outcome = try host.run(["ledger", "rebuild", "--mode", "mock", "--config", Host.oracle])
    #expect(outcome.exitCode == 65 && outcome.errors.contains("\(last) is not in the ledger: "), "\(outcome)")
    let shown = try host.run(["ledger", "fills", "--mode", "mock", "--config", Host.oracle, "--json"])
    #expect(shown.output.split(separator: "\n").count >= all.count)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: state.path + "/ledger.db" + suffix) }
    try Data(repeating: 0x41, count: 20_000).write(to: state.appendingPathComponent("ledger.db"))
    try host.refuse(["ledger", "fills", "--mode", "mock"], exitCode: 65, naming: ["ledger.db", "quantumedge ledger rebuild"])
  }
}
