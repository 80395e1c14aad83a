import Foundation
import Glibc
import TestKit
import Testing

/// What a run wrote down proves what it did: `journal` and `replay` from outside.
@Suite struct JournalTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
  }

  private func backtest(_ journal: String = "j", rows: Int = 20_000, _ more: [String] = []) throws -> Outcome {
    _ = try host.succeed(["ticks", "generate", "--rows", "\(rows)", "--out", "t.csv", "--force"])
    return try host.succeed(
      ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--journal", journal, "--json", "--set", "journal.segment_mb=1"] + more)
  }

  private func replay(_ journal: String = "j", exitCode: Int32 = 0) throws -> Outcome {
    let outcome = try host.run(["replay", journal, "--verify", "--json"])
    #expect(outcome.exitCode == exitCode, "\(outcome)")
    return outcome
  }

  private var newest: String {
    get throws {
      let folder = host.runtime.appendingPathComponent("state/mock/binance/paper/journal").path
      return folder + "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("2") }.max()))
    }
  }

  @Test func `A backtest's journal replays with every decision equal, and its decisions are those of the run`() throws {
    let run = try backtest()
    let replayed = try replay()
    #expect(try replayed.text("decision_hash") == run.text("decision_hash") && replayed.integer("decisions") > 100)
    #expect(try replayed.text("ending") == "sealed" && replayed.errors.contains("decisions, all equal"))
    #expect(try host.succeed(["journal", "verify", "j"]).errors.contains("every byte is as it was written"))
    let info = try host.succeed(["journal", "info", "j", "--json"])
    #expect(try info.text("mode") == "backtest" && info.json["counts"] as? [String: Int] != nil)
    // Over segments, and without it nothing is decided otherwise.
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.folder.path("j")).filter { $0.hasSuffix(".qej") }.count > 3)
    try host.refuse(
      ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--journal", "j"], exitCode: 65, naming: ["j: there is a journal already"])
    let fills = try host.succeed(["journal", "export", "j", "--kind", "fill"]).output.split(separator: "\n")
    #expect(try fills.count == run.integer("fills") && fills.allSatisfy { $0.hasPrefix(#"{"kind": "fill""#) })
    #expect(try host.succeed(["journal", "tail", "j", "-n", "1"]).output.hasPrefix(#"{"kind": "end""#))
  }

  @Test func `Exported lines have each key once, with names for what has one`() throws {
    _ = try backtest(rows: 4000)
    let lines = try host.succeed(["journal", "export", "j"]).output.split(separator: "\n")
    var kinds: Set<String> = []
    for line in lines {
      let keys = line.matches(of: /"([a-z_]+)":/).map { String($0.1) }
      #expect(Set(keys).count == keys.count, "\(line)")
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      kinds.insert(try #require(object["kind"] as? String))
      if object["kind"] as? String == "send" { #expect(object["type"] as? String == "market") }
      if object["kind"] as? String == "decision" { #expect(object["intent"] as? String == "submit" && object["outcome"] is String) }
    }
    #expect(kinds.isSuperset(of: ["trade", "quote", "answer", "decision", "send", "execution", "fill", "round_trip", "refusal"]), "\(kinds)")
  }

  @Test func `why tells an order and a refusal from the input to the venue's word`() throws {
    _ = try backtest(rows: 20_000)
    let send = try #require(try host.succeed(["journal", "export", "j", "--kind", "send"]).output.split(separator: "\n").dropFirst(4).first)
    let sent = try #require(try JSONSerialization.jsonObject(with: Data(send.utf8)) as? [String: Any])
    let (number, input) = (try #require(sent["order"] as? Int), try #require(sent["input"] as? Int))
    let why = try host.succeed(["why", "\(number)", "--journal", "j", "--json"])
    let hops = try #require(try why.json["hops"] as? [[String: Any]])
    #expect(hops.map { $0["what"] as? String } == ["tick", "intent", "verdict", "order", "venue", "books"], "\(why)")
    let records = hops.compactMap { $0["record"] as? [String: Any] }
    #expect(records.prefix(4).allSatisfy { $0["input"] as? Int == input } && records[3]["order"] as? Int == number)
    let intent = try #require((records[1]["intents"] as? [[String: Any]])?.first)
    #expect(intent["tag"] as? Int == records[2]["tag"] as? Int && intent["side"] as? String == sent["side"] as? String)
    #expect(records[4]["report"] as? String == "fill" && records[5]["price"] as? Double == records[4]["price"] as? Double)
    // The limits as they stood before it: the fifth order of the run is not the first of the hour.
    let limits = try #require(try why.json["limits"] as? [[String: Any]])
    let trades = try #require(limits.first { $0["code"] as? String == "TRADES_PER_HOUR" })
    #expect(trades["value"] as? Int == 2 && trades["limit"] as? Int == 20 && trades["headroom"] as? Int == 18, "\(trades)")
    for word in ["tick ", "intent ", "limit   TRADES_PER_HOUR account: 2 of 20, headroom 18", "verdict ", "venue ", "books "] {
      #expect(why.errors.contains(word), "\(word) in \(why)")
    }
    let refusal = try #require(try host.succeed(["journal", "export", "j", "--kind", "refusal"]).output.split(separator: "\n").first)
    let refused = try #require(try JSONSerialization.jsonObject(with: Data(refusal.utf8)) as? [String: Any])
    let told = try host.succeed(["why", "--input", "\(try #require(refused["input"] as? Int))", "--journal", "j", "--json"])
    let last = try #require((try told.json["hops"] as? [[String: Any]])?.last?["record"] as? [String: Any])
    #expect(last["kind"] as? String == "refusal" && last["code"] as? String == refused["code"] as? String, "\(told)")
    try host.refuse(["why", "999999", "--journal", "j"], exitCode: 66, naming: ["order 999999 was not sent in this run"])
    try host.refuse(["why", "--input", "999999999", "--journal", "j"], exitCode: 66, naming: ["has no input 999999999"])
    try host.refuse(["why"], exitCode: 64, naming: ["name an order, or an input"])
    try host.refuse(["why", "1"], exitCode: 66, naming: ["there is no journal"])
  }

  @Test(arguments: ["batch", "always"]) func `why tells when an order was decided, when it left and when the venue answered`(sync: String) throws {
    _ = try host.succeed(["strategies", "publish", "Churn", "--symbol", "ETHUSDT", "--param", "mode=trade", "--param", "quantity=0.01"])
    _ = try host.succeed(
      [
        "run", "--mode", "mock", "--config", Host.oracle, "--set", "feed.mock.symbols=ETHUSDT", "--set", "feed.mock.start_price=3000", "--set",
        "feed.mock.trades_per_second=200", "--set", "feed.mock.max_events=1000", "--set", "simulation.order_latency_ms=5", "--set",
        "simulation.response_latency_ms=5", "--set", "journal.segment_mb=1", "--set", "journal.sync=\(sync)",
      ])
    let journal = try newest
    #expect(try replay(journal).errors.contains("all equal"))
    let rows = try host.succeed(["journal", "export", journal, "--kind", "sent"]).output.split(separator: "\n")
    let sends = try host.succeed(["journal", "export", journal, "--kind", "send"]).output.split(separator: "\n")
    // With a disk that is busy an opening order may be too old before it has it, and never leaves.
    #expect((rows.count == sends.count || sync == "always") && rows.count > 3, "every order that was decided left: \(rows.count) of \(sends.count)")
    let line = try #require(rows.dropFirst(3).first)
    let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let number = try #require(row["order"] as? Int)
    #expect(row["what"] as? String == "send")
    let why = try host.succeed(["why", "\(number)", "--journal", journal, "--json"])
    let hops = try #require(try why.json["hops"] as? [[String: Any]])
    func hop(_ what: String) throws -> [String: Any] { try #require(hops.first { $0["what"] as? String == what }, "\(what) in \(why)") }
    let (decided, sent, venue) = (try hop("order"), try hop("sent"), try hop("venue"))
    let times = try [hop("tick"), decided, sent, venue].compactMap { $0["after_ms"] as? Double }
    try #require(times.count == 4, "\(why)")
    #expect(times[0] == 0 && times[1] > 0 && times[1] <= times[2] && times[3] >= 10, "\(why)")
    // What nobody has read a clock at has no time.
    #expect(try hop("intent")["after_ms"] is NSNull && hop("verdict")["after_ms"] is NSNull && hop("tick")["since_previous_ms"] is NSNull)
    let step = try #require(sent["since_previous_ms"] as? Double)
    #expect(abs(times[2] - times[1] - step) < 0.002, "\(why)")
    let words = try #require(why.errorLines.first { $0.contains(" sent ") })
    #expect(words.contains("order \(number)") && words.contains(" after the one before)") && !words.contains("decided_ns"), "\(words)")
    // Of the next start, which is none of its inputs, nothing is lost or doubled by it.
    #expect(try host.succeed(["journal", "state", journal]).json["mismatch"] is NSNull)
  }

  @Test(arguments: ["in_process", "process"])
  func `A session of the host replays with every decision equal, ended in order or killed`(isolation: String) throws {
    _ = try host.succeed(["strategies", "publish", "Churn", "--symbol", "ETHUSDT", "--param", "mode=trade", "--param", "quantity=0.01"])
    let words = [
      "run", "--mode", "mock", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.trades_per_second=2000", "--set",
      "plugins.isolation=\(isolation)", "--set", "plugins.deadline_us=1000000", "--set", "journal.segment_mb=1", "--json",
    ]
    let ended = try host.succeed(words + ["--set", "feed.mock.max_events=4000"])
    let whole = try replay(newest)
    #expect(try whole.text("ending") == "sealed" && whole.integer("decisions") > 10, "\(whole)")
    #expect(try ended.integer("events") == 8000)
    let child = try host.start(words)
    try child.waitForError("mock 2s")
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    let cut = try replay(newest)
    #expect(try cut.text("ending") != "sealed" && cut.integer("inputs") > 1000, "\(cut)")
    #expect(try host.succeed(["journal", "verify", newest]).errors.contains("it was not ended in order"))
  }

  @Test func `Whoever reads the first lines alone makes no failure of it`() throws {
    _ = try backtest()
    let shell = { (words: String) in
      try host.start(
        ["-c", "exec 2>errors; \"$@\" \(words) | head -n 2; echo rest ${PIPESTATUS[0]}", "sh", host.executable.path],
        executable: URL(fileURLWithPath: "/bin/bash")
      )
      .finish(deadlineSeconds: 60)
    }
    let outcome = try shell("journal export j")
    #expect(outcome.output.hasSuffix("rest 141\n") && outcome.output.split(separator: "\n").count == 3, "\(outcome)")
    #expect(try String(contentsOfFile: host.folder.path("errors"), encoding: .utf8).isEmpty)
  }

  @Test func `A backtest that fails leaves no journal, and a head that was changed is bad data`() throws {
    _ = try host.succeed(["ticks", "generate", "--rows", "3000", "--out", "t.csv", "--force"])
    let file = host.folder.url.appendingPathComponent("t.csv")
    let good = try String(contentsOf: file, encoding: .utf8)
    try (good + "no,row\n").write(to: file, atomically: true, encoding: .utf8)
    let words = ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--journal", "j", "--set", "journal.segment_mb=1"]
    try host.refuse(words, exitCode: 65, naming: ["t.csv:"])
    #expect(!FileManager.default.fileExists(atPath: host.folder.path("j")))
    try good.write(to: file, atomically: true, encoding: .utf8)
    _ = try host.succeed(words)
    try host.refuse(
      ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--journal", "/proc/j"], exitCode: 69, naming: ["/proc/j"])
    let head = host.folder.url.appendingPathComponent("j/head.json")
    let text = try String(contentsOf: head, encoding: .utf8)
    try text.replacing("app.mode=", with: "app.mood=").write(to: head, atomically: true, encoding: .utf8)
    #expect(try host.run(["replay", "j"]).exitCode == 65)
    // A timer that never ends its period (found by the ledger's fuzz target).
    try text.replacing(/"events" : \d+/, with: #""events" : 32"#).write(to: head, atomically: true, encoding: .utf8)
    try host.refuse(["journal", "state", "j"], exitCode: 65, naming: ["a timer of 0 ms; it was changed"])
    #expect(try host.run(["ledger", "fills", "--journal", "j"]).exitCode == 65)
  }

  @Test func `One flipped bit of an input, one parameter and one byte of a plugin are named`() throws {
    _ = try backtest()
    // A byte of a segment: verify names its place, and replay refuses it too.
    let segment = host.folder.url.appendingPathComponent("j/000001.qej")
    let whole = try Data(contentsOf: segment)
    var data = whole
    data[200_000] ^= 4
    try data.write(to: segment)
    let edited = try host.run(["journal", "verify", "j"])
    #expect(edited.exitCode == 65 && edited.errors.contains("000001.qej: byte ") && edited.errorLines.count == 1, "\(edited)")
    #expect(try host.run(["replay", "j"]).exitCode == 65)
    // The price of a trade, with its checksum mended: only who runs it again can tell.
    var place = 65_536
    while whole[place + 6] != 1 { place += Int(whole[place + 4]) | Int(whole[place + 5]) << 8 }
    data = whole
    data[place + 33] ^= 1
    let length = Int(data[place + 4]) | Int(data[place + 5]) << 8
    let checksum = Self.crc32c(data[(place + 4)..<(place + length)])
    for byte in 0..<4 { data[place + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte)) }
    try data.write(to: segment)
    let moved = try replay(exitCode: 1)
    let divergence = try #require(try moved.json["divergence"] as? [String: Any])
    #expect(divergence["input"] as? Int ?? 0 > 0 && moved.errors.contains("decisions differ at input "), "\(moved)")
    let event = try #require(divergence["event"] as? [String: Any])
    #expect(event["input"] as? Int == divergence["input"] as? Int && event["price"] != nil, "\(moved)")
    #expect(try host.run(["journal", "verify", "j"]).errors.contains("the chain breaks"))
    try whole.write(to: segment)

    let head = host.folder.url.appendingPathComponent("j/head.json")
    let text = try String(contentsOf: head, encoding: .utf8)
    try text.replacing(#""quantity" : "0.001""#, with: #""quantity" : "0.002""#).write(to: head, atomically: true, encoding: .utf8)
    let other = try replay(exitCode: 1)
    #expect(
      other.errors.contains("decisions differ at input ") && other.errors.contains("intent 1: quantity 0.001, 0.002 (journal, replay)"), "\(other)")
    // The wishes and the account of both sides, there and for people.
    let wider = try #require(try other.json["divergence"] as? [String: Any])
    for (side, quantity) in [("journal", 0.001), ("replay", 0.002)] {
      let answer = try #require((wider["\(side)_answers"] as? [[String: Any]])?.first)
      #expect((answer["intents"] as? [[String: Any]])?.first?["quantity"] as? Double == quantity, "\(answer)")
      let order = try #require(((wider["\(side)_state"] as? [String: Any])?["orders"] as? [[String: Any]])?.first)
      #expect(order["quantity"] as? Double == quantity, "\(order)")
    }
    #expect((wider["state_fields"] as? [String])?.contains("orders") == true, "\(other)")
    #expect(other.errors.contains("  state after it, journal and replay:"), "\(other)")
    try text.write(to: head, atomically: true, encoding: .utf8)

    let digest = try #require(text.firstMatch(of: /"digest" : "([0-9a-f]{64})"/)).1
    let library = host.runtime.appendingPathComponent("store/\(digest)/libEMACross.so")
    var bytes = try Data(contentsOf: library)
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.removeItem(at: library)
    try bytes.write(to: library)
    let plugin = try host.run(["replay", "j"])
    #expect(plugin.exitCode == 65 && plugin.errors.contains("sha_mismatch") && plugin.errors.contains("store/\(digest)"), "\(plugin)")
    try FileManager.default.removeItem(at: library)
    let missing = try host.run(["replay", "j"])
    #expect(missing.exitCode == 66 && missing.errors.contains("is not kept"), "\(missing)")
  }

  @Test func `A version that took over, commands and tightened limits are part of the replay`() throws {
    try host.folder.write("app: {mode: mock}\nfeed: {mock: {trades_per_second: 2000}}\n", to: "s.yaml")
    let child = try host.start(["run", "--config", "s.yaml"])
    try child.waitForError("mock 1s")
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.002", "--config", "s.yaml"])
    try host.folder.write("app: {mode: mock}\nfeed: {mock: {trades_per_second: 2000}}\nrisk: {max_order_notional: 4000}\n", to: "s.yaml")
    _ = try host.succeed(["config", "reload", "--config", "s.yaml"])
    _ = try host.succeed(["risk", "halt", "--config", "s.yaml"])
    _ = try host.succeed(["risk", "resume", "--config", "s.yaml"])
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
    let counts = try #require(try host.succeed(["journal", "info", newest, "--json"]).json["counts"] as? [String: Int])
    #expect(counts["replacement"] == 1 && counts["tighten"] == 1 && counts["command"] ?? 0 >= 2, "\(counts)")
    #expect(try replay(newest).errors.contains("all equal"))
  }

  @Test func `Journals of former runs go by age and size, the last one and what is no journal stay`() throws {
    let words = ["run", "--mode", "mock", "--set", "feed.mock.max_events=50", "--set", "journal.segment_mb=1"]
    _ = try host.succeed(words)
    let first = try newest
    try FileManager.default.createDirectory(atPath: first + "/../mine", withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: first + "/../mine/notes.txt"))
    try Data("x".utf8).write(to: URL(fileURLWithPath: first + "/notes.txt"))
    _ = try host.succeed(words)
    let second = try newest
    let old = Date(timeIntervalSinceNow: -40 * 86_400)
    for journal in [first, second] { try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: journal + "/head.json") }
    _ = try host.succeed(words)
    let names = try FileManager.default.contentsOfDirectory(atPath: first + "/..")
    #expect(names.contains("mine") && names.count == 4, "\(names)")
    // The second was the last one when the third began; a user's file keeps its folder.
    #expect(!FileManager.default.fileExists(atPath: first + "/head.json") && FileManager.default.fileExists(atPath: first + "/notes.txt"))
    #expect(FileManager.default.fileExists(atPath: second + "/head.json"))
    _ = try host.succeed(words + ["--set", "journal.sync=off"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: first + "/..").count == 4)
  }

  /// Bit by bit, after the definition.
  static func crc32c(_ bytes: Data) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
    return ~crc
  }
}
