import Foundation
import Glibc
import TestKit
import Testing

/// Lives of one host, one after another, and what a restart must not change.
struct Restarts {
  let host: Host
  let mode: String

  var journals: String { host.runtime.appendingPathComponent("state/\(mode)/binance/paper/journal").path }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: journals).filter {
      $0.hasPrefix("2") && FileManager.default.fileExists(atPath: "\(journals)/\($0)/head.json")
    }.sorted()
  }

  /// As the next start takes it over; read from a snapshot on it is the same as from the journal's beginning.
  func state(_ name: String) throws -> [String: Any] {
    let path = "\(journals)/\(name)"
    var state = try host.succeed(["journal", "state", path]).json
    var whole = try host.succeed(["journal", "state", path, "--no-snapshot"]).json
    #expect(whole.removeValue(forKey: "snapshot") is NSNull)
    let snapshot = state.removeValue(forKey: "snapshot")
    #expect(state as NSDictionary == whole as NSDictionary, "snapshot \(snapshot ?? "none"): \(state) \(whole)")
    return state
  }

  static func words(_ mode: String) -> [String] {
    [
      "run", "--mode", mode, "--json", "--config", Host.oracle, "--set", "app.websocket=mock", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set",
      "feed.mock.start_price=60000,3000", "--set", "feed.stale_after_ms=3600000", "--set", "journal.segment_mb=1", "--set",
      "journal.snapshot_seconds=1",
    ]
  }

  static let busy = ["--set", "feed.mock.trades_per_second=800"]
  /// So slow that nothing happens after the first events.
  static let quiet = ["--set", "feed.mock.trades_per_second=0.001"]

  /// Starts the host once more: what the killed one held it holds, each order that was open is open or answered for, none was sent twice,
  /// and both journals replay with the plugins that they had.
  ///
  /// - Parameter orders: numbers of all that was sent by earlier lives; those of these two are added.
  func check(goesOnFrom killed: String, _ orders: inout Set<Int>, _ context: String) throws {
    let before = try state(killed)
    // As its plugins would have it, too.
    _ = try host.succeed(["replay", "\(journals)/\(killed)", "--verify"])
    let next = try host.succeed(Self.words(mode) + Self.quiet + ["--duration", "0.2"])
    #expect(next.errors.contains("goes on where \(killed) "), "\(context): \(next)")
    let name = try #require(try names().last)
    // It holds what the last one held, and what the venue had not answered yet then.
    let after = try state(name)
    let fills = try rows(name, "fill")
    #expect(name != killed, "\(context)")
    func number(_ value: Any?) throws -> Double { try #require(value as? Double, "\(context): \(String(describing: value))") }
    let paid = try fills.reduce(0) { try $0 + number($1["realized"]) - number($1["fee"]) }
    #expect(try abs(number(before["cash"]) + paid - number(after["cash"])) < 1e-6, "\(context): \(before) \(after) \(fills)")
    #expect(try number(before["day_base"]) == number(after["day_base"]), "\(context)")
    func positions(_ state: [String: Any]) throws -> [String: Double] {
      try #require(state["positions"] as? [[String: Any]]).reduce(into: [:]) { $0["\($1["instance"] ?? "")"] = try number($1["position"]) }
    }
    var expected = try positions(before)
    for fill in fills {
      expected["\(fill["instance"] ?? "")", default: 0] += try number(fill["quantity"]) * (fill["side"] as? String == "buy" ? 1 : -1)
    }
    for (instance, position) in expected {
      #expect(try abs(position - (positions(after)[instance] ?? 0)) < 1e-9, "\(context): \(instance): \(before) \(after) \(fills)")
    }
    // Nothing is filled that was not open.
    let open = Set(try #require(before["orders"] as? [[String: Any]]).compactMap { $0["order"] as? Int })
    #expect(
      fills.allSatisfy {
        open.contains($0["order"] as? Int ?? -1) || $0["is_host_made"] as? Bool == true
          || ($0["order"] as? Int ?? 0) >= (before["next_order"] as? Int ?? 0)
      }, "\(context): \(fills)")
    // An order that was open is open again, or the venue has said what became of it.
    let said = try host.succeed(["journal", "export", "\(journals)/\(name)", "--kind", "execution"]).output
    for row in try #require(before["orders"] as? [[String: Any]]) where row["instance"] as? String == "Churn@ETHUSDT/0" {
      let isBack = (after["orders"] as? [[String: Any]])?.contains { $0["order"] as? Int == row["order"] as? Int } == true
      #expect(isBack || said.contains("\"order\": \(row["order"] ?? 0),"), "\(context): \(row) is lost")
    }
    _ = try host.succeed(["replay", "\(journals)/\(name)", "--verify"])
    for journal in [killed, name] {
      for line in try host.succeed(["journal", "export", "\(journals)/\(journal)", "--kind", "send"]).output.split(separator: "\n") {
        let order = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let number = try #require(order["order"] as? Int)
        #expect(orders.insert(number).inserted, "\(context): order \(number) was sent twice")
      }
    }
  }

  private func rows(_ journal: String, _ kind: String) throws -> [[String: Any]] {
    try host.succeed(["journal", "export", "\(journals)/\(journal)", "--kind", kind]).output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// Trades of the journals, and those in the tick files, by symbol: every row is one that the engine had, in order, once.
  func checkTicks(_ context: String) throws {
    let folder = host.folder.path("data/ticks/mock")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.zst") }
    for symbol in ["BTCUSDT", "ETHUSDT"] {
      var had: [String] = []
      for name in try names() {
        for line in try host.succeed(["journal", "export", "\(journals)/\(name)", "--kind", "trade"]).output.split(separator: "\n")
        where line.contains(".\(symbol)\"") {
          let trade = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
          had.append(["exchange_ms", "price", "quantity", "side"].map { Self.plain("\(trade[$0] ?? "")") }.joined(separator: ","))
        }
      }
      // A plain file and its packed one are never both there; a reader of either gives the same rows.
      let own = files.filter { $0.hasPrefix(symbol) }
      #expect(Set(own.map { $0.replacing(".zst", with: "") }).count == own.count, "\(context): \(own)")
      var place = 0
      for file in own.sorted() {
        let text: String
        if file.hasSuffix(".zst") {
          // What a reader of it has.
          _ = try host.succeed(["ticks", "import", "\(folder)/\(file)", "--symbol", symbol, "--out", "unpacked.csv", "--force"])
          text = try String(contentsOfFile: host.folder.path("unpacked.csv"), encoding: .utf8)
        } else {
          text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        }
        #expect(text.hasPrefix("timestamp,price,qty,side\n") && text.hasSuffix("\n"), "\(context): \(file) is not whole")
        for row in text.split(separator: "\n").dropFirst() {
          let plain = row.split(separator: ",").map { Self.plain(String($0)) }.joined(separator: ",")
          // In order: each is found behind the one before, so that none is there twice.
          guard let found = had[place...].firstIndex(of: plain) else {
            Issue.record("\(context): \(file): \(row) is none of the journal's, or not in its order")
            return
          }
          place = found + 1
        }
      }
    }
  }

  private static func plain(_ field: String) -> String { Double(field).map { "\($0)" } ?? field }
}
