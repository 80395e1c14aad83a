import Foundation
import TestKit
import Testing

/// Raw recordings through the whole host.
@Suite struct RecordingTests {
  private let host: Host
  private let shell: Host

  init() throws {
    host = try Host()
    shell = try Host(executable: URL(fileURLWithPath: "/bin/sh"))
  }

  private func pack(_ path: String, _ suffix: String) throws {
    let tool = suffix == "gz" ? "gzip" : "zstd -q"
    let outcome = try shell.run(["-c", "\(tool) -k -f '\(path)'"])
    try #require(outcome.exitCode == 0, "\(outcome)")
  }

  @Test func `A recording's quotes and depth are its own, and its backtest is repeatable to the bit`() throws {
    var chance = Chance.seeded("A recording's quotes and depth are its own")
    let made = Recordings(4000, chance: &chance)
    let path = try made.write(host.folder, "X")
    let snapshot = try host.folder.write(Recordings.snapshot, to: "depth.jsonl")
    let outcome = try host.backtest(path, report: "R", more: ["--snapshot", snapshot])
    let inputs = try #require(outcome.json["inputs"] as? [String: Any])
    #expect(inputs["trades"] as? Int == made.trades && inputs["quotes"] as? Int == made.quotes && inputs["depth"] as? Int == made.depth + 1)
    #expect(inputs["lines"] as? Int == made.lines.count && inputs["book_gaps"] as? Int == 0)
    #expect(try outcome.json["quotes_synthetic"] as? Bool == false)
    #expect(try outcome.json["warnings"] as? [String] == [])
    #expect(try outcome.integer("fills") > 0)
    #expect(try outcome.integer("first_ms") == Int(made.times[0] / 1_000_000))
    let page = try String(contentsOf: host.folder.url.appendingPathComponent("R/report.html"), encoding: .utf8)
    #expect(page.contains("trades \(made.trades), quotes \(made.quotes), depth \(made.depth + 1)"))
    #expect(!page.contains("quotes are synthetic"))
    // Packed, and once more, the same.
    try pack(path, "gz")
    try pack(host.folder.path("X.recv_ns.txt"), "gz")
    try FileManager.default.removeItem(atPath: host.folder.path("X.recv_ns.txt"))
    let again = try host.backtest(path + ".gz", more: ["--snapshot", snapshot])
    #expect(try again.text("decision_hash") == outcome.text("decision_hash"))
    #expect(try again.integer("fills") == outcome.integer("fills"))
  }

  @Test func `Without bookTicker the book's top is the quote; without either it is synthetic, and the run says so`() throws {
    var chance = Chance.seeded("Without bookTicker the book's top is the quote")
    let whole = Recordings(1500, chance: &chance)
    let path = try host.folder.write(whole.lines.filter { !$0.contains("bookTicker") }.joined(separator: "\n"), to: "D.ws.jsonl")
    let snapshot = try host.folder.write(Recordings.snapshot, to: "depth.jsonl")
    let derived = try host.backtest(path, more: ["--snapshot", snapshot, "--exchange-times"])
    let inputs = try #require(derived.json["inputs"] as? [String: Any])
    #expect(try derived.json["quotes_synthetic"] as? Bool == false)
    #expect(try #require(inputs["quotes"] as? Int) > 1000)
    let bare = try host.succeed([
      "backtest", "--symbol", "BTCUSDT", "--ticks-path", path, "--exchange-times", "--strategy", "EMACross", "--param", "quantity=0.001", "--json",
    ])
    #expect(try bare.json["quotes_synthetic"] as? Bool == true)
    let warnings = try #require(bare.json["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("synthetic") } && warnings.contains { $0.contains("--snapshot") })
  }

  @Test func `Trades alone decide as their tick file does`() throws {
    var chance = Chance.seeded("Trades alone decide as their tick file does")
    let path = try Recordings(5000, chance: &chance, tradesOnly: true).write(host.folder, "T")
    _ = try host.succeed(["ticks", "import", path, "--symbol", "BTCUSDT", "--out", host.folder.path("T.csv.zst")])
    let recorded = try host.backtest(path, more: ["--exchange-times"])
    let ticks = try host.backtest(host.folder.path("T.csv.zst"))
    #expect(try recorded.integer("fills") > 0)
    for key in ["decision_hash", "first_ms", "last_ms", "ticks", "fills", "quotes_synthetic"] {
      #expect(try "\(recorded.json[key] ?? "")" == "\(ticks.json[key] ?? "")", "\(key)")
    }
    #expect(try recorded.decimal("final_equity") == ticks.decimal("final_equity"))
  }

  @Test func `A symbol that pairs.yaml does not know runs with the decimals of its recording`() throws {
    var chance = Chance.seeded("A symbol that pairs.yaml does not know")
    let made = Recordings(500, chance: &chance)
    let path = try host.folder.write(made.text.replacingOccurrences(of: "BTCUSDT", with: "NEWUSDT"), to: "N.ws.jsonl")
    let outcome = try host.backtest(path, symbol: "NEWUSDT", more: ["--exchange-times"])
    #expect(try #require(outcome.json["warnings"] as? [String]).contains { $0.contains("price 1, quantity 3") }, "\(outcome)")
    #expect(try outcome.integer("ticks") == made.trades + made.quotes)
  }

  @Test func `What must not be traded is refused and leaves no report`() throws {
    var chance = Chance.seeded("What must not be traded is refused")
    let made = Recordings(2000, chance: &chance)
    let path = try made.write(host.folder, "X")
    try pack(path, "gz")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
    for cut in [whole.count / 2, whole.count - 1] {
      try whole.prefix(cut).write(to: URL(fileURLWithPath: path + ".gz"))
      try host.refuseBacktest(path + ".gz", exitCode: 65, naming: ["X.ws.jsonl.gz", "truncated"])
      try host.refuse(["ticks", "import", path + ".gz", "--out", "o.csv"], exitCode: 65, naming: ["truncated"])
      try host.refuse(["ticks", "info", path + ".gz"], exitCode: 65, naming: ["truncated"])
    }
    try host.refuseBacktest(path, more: ["--sort"], exitCode: 64, naming: ["--sort"])
    try host.refuseBacktest(path, symbol: "binance.spot.BTCUSDT", exitCode: 65, naming: ["X.ws.jsonl:1: ", "pu"])
    try host.refuseBacktest(path, symbol: "ETHUSDT", exitCode: 65, naming: ["no message of ETHUSDT in \(made.lines.count) lines"])
    try host.refuseBacktest(path, more: ["--snapshot", "none"], exitCode: 66, naming: ["none"])
    try host.folder.write(made.times.dropLast().map { "\($0)\n" }.joined(), to: "X.recv_ns.txt")
    try host.refuseBacktest(path, exitCode: 65, naming: ["X.recv_ns.txt:\(made.lines.count - 1): ", "goes on"])
    try FileManager.default.removeItem(atPath: host.folder.path("X.recv_ns.txt"))
    try host.refuseBacktest(path, exitCode: 66, naming: ["X.recv_ns.txt", "--exchange-times"])
    let ticks = try host.folder.write("timestamp,price,qty,side\n1704067200000,60000.0,0.1,buy\n", to: "t.csv")
    try host.refuseBacktest(ticks, more: ["--snapshot", "none"], exitCode: 64, naming: ["t.csv", "tick file"])
    try host.refuse(["ticks", "info", ticks, "--symbol", "BTCUSDT"], exitCode: 64, naming: ["--symbol"])
  }

  @Test func `A bad line is refused by its number, or skipped and counted`() throws {
    var chance = Chance.seeded("A bad line is refused by its number")
    let made = Recordings(300, chance: &chance)
    var lines = made.lines
    lines[6] = "{\"e\":\"trade\""
    lines[9] = lines[9].replacingOccurrences(of: "\"U\"", with: "\"W\"")
    try host.folder.write(made.times.map { "\($0)\n" }.joined(), to: "B.recv_ns.txt")
    let path = try host.folder.write(lines.joined(separator: "\n"), to: "B.ws.jsonl")
    try host.refuseBacktest(path, exitCode: 65, naming: ["B.ws.jsonl:7: ", "not JSON"])
    let outcome = try host.backtest(path, more: ["--skip-bad-rows"])
    #expect(try outcome.integer("bad_rows_skipped") == 2)
    let warnings = try #require(outcome.json["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("B.ws.jsonl:7: skipped") } && warnings.contains { $0.contains("B.ws.jsonl:10: skipped") })
  }

  @Test func `ticks info tells what a recording holds`() throws {
    var chance = Chance.seeded("ticks info tells what a recording holds")
    let made = Recordings(200, chance: &chance)
    let path = try made.write(host.folder, "X")
    let snapshot = try host.folder.write(Recordings.snapshot, to: "depth.jsonl")
    let info = try host.succeed(["ticks", "info", path, "--snapshot", snapshot, "--json"])
    #expect(try info.integer("trades") == 200 && info.integer("quotes") == 200 && info.integer("depth_updates") == 200)
    #expect(try info.integer("lines") == made.lines.count && info.integer("book_gaps") == 0 && info.integer("snapshots") == 1)
    #expect(try info.integer("last_receive_ns") == Int(made.times[made.times.count - 1]) && info.text("symbol") == "BTCUSDT")
    let words = try host.succeed(["ticks", "info", path])
    for word in ["book gaps       0", "200 without one", "0 received before they were sent"] { #expect(words.output.contains(word), "\(words)") }
  }

  @Test func `A recording allocates nothing per message`() throws {
    guard let release = try Release.executable else { try Test.cancel(Comment(rawValue: Release.isAbsent)) }
    let host = try Host(executable: release)
    var chance = Chance.seeded("A recording allocates nothing per message")
    let long = Recordings(30_000, chance: &chance)
    let snapshot = try host.folder.write(Recordings.snapshot, to: "depth.jsonl")
    let counts = try [15_000, 30_000].map { trades in
      try host.folder.write(long.times.prefix(3 * trades).map { "\($0)\n" }.joined(), to: "X.recv_ns.txt")
      let path = try host.folder.write(long.lines.prefix(3 * trades).joined(separator: "\n"), to: "X.ws.jsonl")
      let outcome = try host.backtest(
        path, parameters: ["quantity=0.001", "slow=1000000"], more: ["--snapshot", snapshot],
        environment: [
          "LD_PRELOAD": release.deletingLastPathComponent().appendingPathComponent("libAllocationCounter.so").path,
          "QE_ALLOCATION_COUNT_FILE": host.folder.path("counts"),
        ])
      #expect(try outcome.integer("ticks") == 3 * trades + 1)
      let text = try String(contentsOfFile: host.folder.path("counts"), encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("allocations ") }, "\(text)")
      return try #require(Int(line.dropFirst("allocations ".count)))
    }
    #expect(counts[0] > 100, "the counter counts")
    #expect(abs(counts[1] - counts[0]) <= 32, "seed \(chance.seed): \(counts[1] - counts[0]) more over twice the messages")
  }
}

/// The team's recordings through the whole host.
@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)))
struct RealRecordingTests {
  @Test(arguments: [
    ("binance.spot.BTCUSDT", "spot_BTCUSDT_2024-08-08_2354"), ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-07-18_2357"),
    ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-08-08_2354"), ("binance.usdm.ETHUSDT", "usdm_ETHUSDT_2024-07-18_2357"),
  ])
  func `A recording trades on its own quotes and book`(symbol: String, recording: String) throws {
    let data = try #require(Workplace.shared).appendingPathComponent("data")
    let oracle = try JSONSerialization.jsonObject(with: Data(contentsOf: data.appendingPathComponent("oracle/expected.json")))
    let expected = try #require((oracle as? [String: [String: Any]])?[recording])
    let outcome = try Host().backtest(
      data.appendingPathComponent("ws/\(recording).ws.jsonl.gz").path, symbol: symbol, parameters: ["quantity=0.01"],
      more: ["--snapshot", data.appendingPathComponent("snapshots/\(recording).rest_depth.jsonl.gz").path])
    let inputs = try #require(outcome.json["inputs"] as? [String: Any])
    #expect(inputs["trades"] as? Int == expected["trades"] as? Int && inputs["lines"] as? Int == expected["ws_messages"] as? Int)
    #expect(inputs["book_gaps"] as? Int == 0)
    #expect(try outcome.json["quotes_synthetic"] as? Bool == false)
    #expect(try outcome.integer("fills") > 0)
  }
}
