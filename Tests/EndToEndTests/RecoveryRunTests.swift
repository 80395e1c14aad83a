import Foundation
import Glibc
import TestKit
import Testing

/// A host goes on where the last one was: killed, ended in order, or without the plugin that it had.
@Suite struct RecoveryRunTests {
  private let host: Host
  private let restarts: Restarts

  init() throws {
    host = try Host()
    restarts = Restarts(host: host, mode: "mock")
  }

  private var journals: String { restarts.journals }
  private func names() throws -> [String] { try restarts.names() }
  private func state(_ name: String) throws -> [String: Any] { try restarts.state(name) }
  private static let words = Restarts.words("mock")
  private static let busy = Restarts.busy
  private static let quiet = Restarts.quiet

  private func publish(_ symbol: String, _ mode: String, _ quantity: String, every: Int = 1) throws {
    _ = try host.succeed([
      "strategies", "publish", "Churn", "--symbol", symbol, "--param", "mode=\(mode)", "--param", "quantity=\(quantity)", "--param", "every=\(every)",
    ])
  }

  /// Runs until a position is held, and lets `meanwhile` do something then.
  private func hold(_ meanwhile: () throws -> Void = {}) throws {
    try publish("BTCUSDT", "trade", "0.001", every: 40)
    let child = try host.start(Self.words + ["--set", "feed.mock.trades_per_second=20"])
    try child.waitForError("mock begins")
    let socket = host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path
    _ = try ControlSocket(socket).status { ($0["symbols"] as? [[String: Any]])?.contains { $0["position"] as? Double == 0.001 } == true }
    try meanwhile()
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
  }

  @Test func `A killed host is read again from its last snapshot on, and a damaged one is passed over`() throws {
    try publish("BTCUSDT", "trade", "0.001")
    let child = try host.start(Self.words + Self.busy)
    try child.waitForError("mock 3s")
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    let killed = try #require(try names().last)
    let journal = "\(journals)/\(killed)"
    func snapshots() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: journal).filter { $0.hasPrefix("snapshot-") }.sorted() }
    let kept = try snapshots()
    #expect(kept.count == 2, "\(kept)")
    let number = try #require(try host.succeed(["journal", "state", journal]).json["snapshot"] as? Int)
    #expect(kept.last?.contains("\(number).json") == true)
    let before = try state(killed)
    #expect(try host.succeed(["journal", "info", journal]).errors.contains(kept[0]) && host.succeed(["journal", "verify", journal]).exitCode == 0)
    // One flipped bit.
    let path = URL(fileURLWithPath: "\(journal)/\(kept[1])")
    var data = try Data(contentsOf: path)
    data[data.count / 2] ^= 1
    try data.write(to: path)
    try host.refuse(["journal", "verify", journal], exitCode: 65, naming: [kept[1], "is not as it was written"])
    #expect(try state(killed) as NSDictionary == before as NSDictionary)
    let next = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2"])
    #expect(next.errors.contains("\(killed)/\(kept[1]): is not as it was written"), "\(next)")
    #expect(next.errors.contains("inputs read again since the snapshot at input "), "\(next)")
  }

  @Test func `After a kill a strategy goes on with its last snapshot's state where nothing has happened to it since`() throws {
    for (slow, isKept) in [("900", true), ("4", false)] {
      _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=3", "--param", "slow=\(slow)"])
      let child = try host.start(Self.words + ["--fresh", "--set", "feed.mock.trades_per_second=400"])
      try child.waitForError("mock 3s")
      child.signal(SIGKILL)
      _ = try child.finish(deadlineSeconds: 30)
      let next = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2"])
      #expect(next.errors.contains("EMACross@BTCUSDT/0: goes on with what it kept") == isKept, "slow \(slow): \(next)")
    }
  }

  @Test func `A disk that is full stops what opens, and a start after a lost end is halted`() throws {
    try publish("BTCUSDT", "trade", "0.001")
    let child = try host.start(Self.words + ["--set", "feed.mock.trades_per_second=20000"])
    try child.waitForError("mock begins")
    let first = try #require(try names().first)
    // The disk has no room for the third segment.
    let obstacle = "\(journals)/\(first)/000003.qej"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    try child.waitForError("nothing opens meanwhile, reducing goes on")
    let socket = host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path
    _ = try ControlSocket(socket).status { $0["halted"] as? String == "JOURNAL_TROUBLE" }
    try child.waitForError("not written down any more")
    let answer = try host.succeed(["risk", "halt", "--mode", "mock"])
    #expect(answer.errors.contains("this is NOT in the journal"), "\(answer)")
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(try host.succeed(["journal", "verify", "\(journals)/\(first)"]).errors.contains("ITS END IS LOST"))
    #expect(try state(first)["ending"] as? String == "lost")

    // A start that fails meanwhile, after its journal is made, takes nothing of it away.
    try Data().write(to: host.folder.url.appendingPathComponent("file"))
    let failed = try host.run(Self.words + Self.busy + ["--set", "ops.status_file=file/none/status.json", "--duration", "1"])
    let isEarlier = failed.errors.contains("goes on HALTED")
    #expect(isEarlier, "\(failed)")
    #expect(try names() == [first], "a start that failed leaves no journal")

    let next = try host.start(Self.words + Self.busy)
    // It says that it goes on HALTED before it listens.
    try next.waitForError("mock begins")
    let status = try ControlSocket(socket).status { $0["halted"] as? String == "HALTED" }
    #expect((status["halted_why"] as? String)?.hasPrefix("HALTED") == true, "\(status)")
    _ = try host.succeed(["risk", "resume", "--mode", "mock"])
    _ = try ControlSocket(socket).status { ($0["fills"] as? Int ?? 0) > 0 }
    next.signal(SIGTERM)
    #expect(try next.finish(deadlineSeconds: 30).exitCode == 0)
    _ = try host.succeed(["replay", "\(journals)/\(try #require(try names().last))"])
  }

  @Test func `A run whose journal is not whole at its end exits with 1, and says what is missing`() throws {
    try publish("BTCUSDT", "trade", "0.001")
    let child = try host.start(Self.words + ["--set", "feed.mock.trades_per_second=20000"])
    try child.waitForError("mock begins")
    let name = try #require(try names().first)
    try FileManager.default.createDirectory(atPath: "\(journals)/\(name)/000003.qej", withIntermediateDirectories: false)
    try child.waitForError("not written down any more")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 1, "\(outcome)")
    #expect(outcome.errors.contains("the journal is not whole: ") && outcome.errors.contains("its end is lost"), "\(outcome)")
    #expect(try outcome.text("stopped_by") == "SIGTERM", "it ended in order all the same: \(outcome)")
  }

  /// An answer of a strategy becomes one to a call that was never made, with its checksum mended, as an editor of journals would.
  private func editAnswer(of instance: Int32, in journal: String, beforeLast count: Int) throws -> UInt64 {
    let url = URL(fileURLWithPath: "\(journal)/000001.qej")
    var data = try Data(contentsOf: url)
    var answers: [(offset: Int, length: Int)] = []
    for block in 0..<data.count / 65_536 {
      var offset = block * 65_536
      while offset + 24 <= (block + 1) * 65_536 - 48 {
        let (length, kind) = (Int(data[offset + 4]) | Int(data[offset + 5]) << 8, data[offset + 6])
        guard length > 0 else { break }
        let owner = data[(offset + 32)..<(offset + 36)].enumerated().reduce(Int32(0)) { $0 | Int32($1.element) << (8 * $1.offset) }
        if kind == 32, owner == instance { answers.append((offset, length)) }
        offset += length
      }
    }
    let (offset, length) = try #require(answers.dropLast(count).last)
    data[offset + 29] ^= 1
    var sum = JournalTests.crc32c(data[(offset + 4)..<(offset + length)])
    for index in 0..<4 {
      data[offset + index] = UInt8(truncatingIfNeeded: sum)
      sum >>= 8
    }
    try data.write(to: url)
    return data[(offset + 8)..<(offset + 16)].enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
  }

  @Test func `After a journal whose answers do not fit the next run is halted and says so, exits go on, and resume opens again`() throws {
    try publish("BTCUSDT", "trade", "0.001", every: 300)
    try publish("ETHUSDT", "trade", "0.01")
    let child = try host.start(Self.words + ["--set", "feed.mock.trades_per_second=100"])
    try child.waitForError("mock begins")
    let socket = host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path
    func position(_ status: [String: Any]) -> Double? {
      (status["symbols"] as? [[String: Any]])?.first { $0["symbol"] as? String == "BTCUSDT" }?["position"] as? Double
    }
    let control = try ControlSocket(socket)
    let held = try control.status { position($0) == 0.001 }
    let fills = try #require(held["fills"] as? Int)
    // Orders of the other strategy come after it, so that what is edited is behind what is held.
    _ = try control.status { ($0["fills"] as? Int ?? 0) >= fills + 8 }
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    let name = try #require(try names().last)
    let input = try editAnswer(of: 1, in: "\(journals)/\(name)", beforeLast: 2)

    let next = try host.start(Self.words + Self.busy)
    try next.waitForError("journal \(name): from input \(input) on")
    try next.waitForError("the host goes on HALTED from what it makes of it")
    try next.waitForError("mock begins")
    let again = try ControlSocket(socket)
    let status = try again.status { $0["halted"] as? String == "HALTED" }
    let why = try #require(status["halted_why"] as? String)
    #expect(why.hasPrefix("HALTED by the host: journal \(name): ") && why.contains("input \(input)"), "\(why)")
    let told = try host.succeed(["risk", "status", "--mode", "mock"])
    #expect(told.errors.contains("HALTED by the host: journal \(name)"), "\(told)")
    // The strategy's own exit: it holds, and sells with its next turn.
    _ = try again.status { position($0) == 0 && $0["halted"] as? String == "HALTED" }
    let flat = try #require(try again.status()["fills"] as? Int)
    let events = try #require(try again.status()["events"] as? Int)
    let later = try again.status { ($0["events"] as? Int ?? 0) > events + 2000 }
    #expect(later["fills"] as? Int == flat && later["halted"] as? String == "HALTED", "nothing opens meanwhile: \(later)")
    _ = try host.succeed(["risk", "resume", "--mode", "mock"])
    _ = try again.status { ($0["fills"] as? Int ?? 0) > flat && $0["halted"] is NSNull }
    next.signal(SIGTERM)
    #expect(try next.finish(deadlineSeconds: 30).exitCode == 0)
    _ = try host.succeed(["replay", "\(journals)/\(try #require(try names().last))"])
  }

  @Test(arguments: ["batch", "always"]) func `A host that is killed at random moments loses nothing and has nothing twice`(sync: String) throws {
    try publish("BTCUSDT", "trade", "0.001")
    try publish("ETHUSDT", "limit_cancel", "0.01")
    var chance = Chance.seeded("killed hosts")
    let rounds = ProcessInfo.processInfo.environment["QE_KILL_ROUNDS"].flatMap(Int.init) ?? 6
    var orders: Set<Int> = []
    for round in 0..<rounds {
      let context = "\(sync), round \(round), QE_SEED=\(chance.seed)"
      let child = try host.start(Self.words + Self.busy + ["--set", "journal.sync=\(sync)"])
      try child.waitForError("mock begins")
      usleep(UInt32.random(in: 0..<400_000, using: &chance))
      child.signal(SIGKILL)
      _ = try child.finish(deadlineSeconds: 30)
      try restarts.check(goesOnFrom: #require(try names().last), &orders, context)
    }
    #expect(orders.count > rounds * 3, "\(orders.count)")
  }

  @Test func `A halt, the day's base and what is held outlive the host; its own shutdown's halt does not`() throws {
    try hold { _ = try host.succeed(["risk", "halt", "--mode", "mock", "--reason", "lunch"]) }
    let before = try state(#require(try names().last))
    #expect(before["blocked"] as? String == "HALTED" && (before["positions"] as? [Any])?.count == 1, "\(before)")
    let again = try host.start(Self.words + Self.quiet + ["--set", "app.on_shutdown=flatten"])
    try again.waitForError("mock 1s")
    let status = try host.succeed(["status", "--mode", "mock", "--json"]).json
    #expect(status["halted"] as? String == "HALTED", "\(status)")
    _ = try host.succeed(["risk", "resume", "--mode", "mock"])
    again.signal(SIGTERM)
    #expect(try again.finish(deadlineSeconds: 30).exitCode == 0)
    let flat = try state(#require(try names().last))
    #expect((flat["positions"] as? [Any])?.isEmpty == true && flat["day_base"] as? Double == before["day_base"] as? Double, "\(flat)")
    let third = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2"])
    #expect(try third.json["halted"] is NSNull, "\(third)")
    let fresh = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2", "--fresh"])
    #expect(fresh.errors.contains("begins anew (--fresh)") && !fresh.errors.contains("goes on where"), "\(fresh)")
    #expect(try state(#require(try names().last))["cash"] as? Double == 1_000_000)
  }

  @Test(arguments: ["flatten", "hold"])
  func `What a strategy held that is not there any more is looked after`(onFailure: String) throws {
    try hold()
    #expect((try state(#require(try names().last))["positions"] as? [Any])?.count == 1)
    try FileManager.default.removeItem(at: host.runtime.appendingPathComponent("strategies"))
    let child = try host.start(Self.words + Self.quiet + ["--set", "plugins.on_failure=\(onFailure)"])
    try child.waitForError("Churn@BTCUSDT/0 has a position or orders, and it does not run")
    if onFailure == "hold" {
      try child.waitForError("mock 1s")
      let status = try host.succeed(["status", "--mode", "mock", "--json"]).json
      let instance = try #require((status["instances"] as? [[String: Any]])?.first)
      #expect(instance["state"] as? String == "out" && instance["position"] as? Double == 0.001, "\(instance)")
      _ = try host.succeed(["risk", "flatten", "--mode", "mock"])
    }
    let outcome = try child.finish(deadlineSeconds: 60)
    // Nobody is left to run: the host ends by itself once all is closed.
    #expect(outcome.exitCode == 1 && outcome.errors.contains("every instance has failed"), "\(outcome)")
    #expect((try state(#require(try names().last))["positions"] as? [Any])?.isEmpty == true)
    _ = try host.succeed(["replay", "\(journals)/\(try #require(try names().last))", "--verify"])
    // With nothing held there is nothing to look after.
    #expect(try host.run(Self.words + Self.quiet).exitCode == 66)
  }

  @Test func `A host that goes on opens nothing before it has new prices, nor while it is killed`() throws {
    try publish("BTCUSDT", "limit_cancel", "0.001")
    try publish("ETHUSDT", "limit_cancel", "0.01")
    let child = try host.start(Self.words + Self.busy)
    try child.waitForError("mock 1s")
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    try host.folder.write(#"{"enabled": true, "reason": "test"}"#, to: "kill.json")
    let killed = ["--set", "risk.kill_switch.file=kill.json"]
    _ = try host.succeed(Self.words + Self.busy + killed + ["--duration", "1"])
    let name = try #require(try names().last)
    let sends = try host.succeed(["journal", "export", "\(journals)/\(name)", "--kind", "send", "--kind", "replace"]).output
    #expect(sends.isEmpty, "\(sends)")
    let commands = try host.succeed(["journal", "export", "\(journals)/\(name)", "--kind", "command"]).output.split(separator: "\n")
    #expect(commands.first?.contains(#""command": "kill""#) == true && commands.first?.contains(#""input": 2,"#) == true, "\(commands)")
    // Without the switch it trades again, from its first data on.
    try FileManager.default.removeItem(atPath: host.folder.path("kill.json"))
    try FileManager.default.removeItem(at: host.runtime.appendingPathComponent("state/mock/binance/paper/kill.json"))
    let free = try host.succeed(Self.words + Self.busy + ["--duration", "1"])
    let last = try #require(try names().last)
    let inputs = try host.succeed(["journal", "export", "\(journals)/\(last)"]).output.split(separator: "\n")
    let kinds = inputs.compactMap { $0.firstMatch(of: /"kind": "([a-z_]+)"/).map { String($0.1) } }
    let send = try #require(kinds.firstIndex(of: "send"), "\(free)")
    let health = try #require(inputs.firstIndex { $0.contains(#""kind": "health""#) && $0.contains(#""is_stale": false"#) })
    #expect(health < send && kinds[..<health].contains { $0 == "quote" || $0 == "trade" }, "\(kinds.prefix(40))")
  }

  @Test func `A strategy goes on with what it kept at an orderly end, not after a kill, nor after a long silence; and both replay`() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let first = try host.succeed(Self.words + Self.busy + ["--duration", "1"])
    #expect(!first.errors.contains("what it kept"), "\(first)")
    let states = try host.succeed(["journal", "export", "\(journals)/\(#require(try names().last))", "--kind", "plugin_state"]).output
    #expect(states.contains(#""instance": "EMACross@BTCUSDT/0""#), "\(states)")
    let second = try host.start(Self.words + Self.busy)
    try second.waitForError("EMACross@BTCUSDT/0: goes on with what it kept (")
    try second.waitForError("mock 1s")
    second.signal(SIGKILL)
    _ = try second.finish(deadlineSeconds: 30)
    let third = try host.succeed(Self.words + Self.busy + ["--duration", "1"])
    #expect(!third.errors.contains("what it kept"), "\(third)")
    let end = Date().addingTimeInterval(2.1)
    while Date() < end { sched_yield() }
    let fourth = try host.succeed(Self.words + Self.busy + ["--duration", "1", "--set", "features.max_gap_seconds=1"])
    #expect(fourth.errors.contains("begins anew: what it kept is "), "\(fourth)")
    // Other parameters would mean other figures by it.
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001", "--param", "fast=7"])
    let fifth = try host.succeed(Self.words + Self.busy + ["--duration", "1"])
    #expect(!fifth.errors.contains("goes on with what it kept"), "\(fifth)")
    #expect(try names().count == 5)
    for name in try names() {
      let replayed = try host.succeed(["replay", "\(journals)/\(name)", "--json"])
      #expect(try replayed.json["equal"] as? Bool == true && replayed.integer("decisions") > 0, "\(name): \(replayed)")
      #expect(
        try host.succeed(["replay", "\(journals)/\(name)", "--json", "--param", "fast=20"]).json["repeats_journal"] as? Bool == true, "\(name)")
    }
  }

  @Test func `A recording has an account of its own, and other decimals are refused`() throws {
    try hold()
    let held = try #require(try names().last)
    let ticks = "timestamp,price,qty,side\n" + (0..<20).map { "\(1_704_067_200_000 + $0 * 100),60000.0,0.5,B\n" }.joined()
    try host.folder.write(ticks, to: "t.csv")
    func paper(_ words: [String]) throws -> Outcome {
      try host.run(["run", "--mode", "paper", "--json", "--config", Host.oracle] + words.flatMap { ["--set", $0] })
    }
    // In paper: a made-up market that holds, a recording, and the made-up market again.
    let market = ["app.websocket=mock", "feed.mock.trades_per_second=800", "feed.mock.max_events=2000", "journal.segment_mb=1"]
    #expect(try paper(market).exitCode == 0)
    let folder = host.runtime.appendingPathComponent("state/paper/binance/paper/journal").path
    let first = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("2") }.max())
    let recording = try paper(["feed.recording=BTCUSDT=t.csv", "feed.speed=max", "journal.retention_days=1"])
    #expect(recording.exitCode == 0 && !recording.errors.contains("goes on where"), "\(recording)")
    #expect(try paper(market).errors.contains("goes on where \(first) "))
    // What is held is counted in the decimals that it was bought with.
    let pairs = try host.folder.write(
      "venue: binance\ninstruments:\n  binance.usdm.BTCUSDT: {base: BTC, quote: USDT, tick: 0.01, step: 0.0001}\n  binance.usdm.ETHUSDT: {base: ETH, quote: USDT, tick: 0.01, step: 0.001}\n",
      to: "pairs.yaml")
    let other = try host.run(Self.words + Self.quiet + ["--set", "app.pairs_file=\(pairs)"])
    #expect(other.exitCode == 78 && other.errorLines.last?.contains("has other decimals") == true, "\(other)")
    #expect(try names().last == held)
  }

  @Test func `A last run that cannot be read is not passed over`() throws {
    try publish("BTCUSDT", "trade", "0.001")
    _ = try host.succeed(Self.words + Self.busy + ["--set", "feed.mock.max_events=500"])
    let last = try #require(try names().last)
    let segment = URL(fileURLWithPath: "\(journals)/\(last)/000001.qej")
    var bytes = try Data(contentsOf: segment)
    bytes[200] ^= 1
    try bytes.write(to: segment)
    let refused = try host.run(Self.words + Self.quiet)
    #expect(refused.exitCode == 69 && refused.errorLines.last?.contains("it is not known what it held") == true, "\(refused)")
    #expect(refused.errors.contains("--fresh") && refused.errors.contains(last), "\(refused)")
    #expect(try names() == [last])
    _ = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2", "--fresh"])
    // A state that was edited is named too.
    _ = try host.succeed(Self.words + Self.quiet + ["--duration", "0.2"])
    let state = "\(journals)/\(try #require(try names().last))/state.json"
    try String(contentsOfFile: state, encoding: .utf8).replacing("\"format\":1", with: "\"format\": 1").write(
      toFile: state, atomically: true, encoding: .utf8)
    let edited = try host.run(Self.words + Self.quiet)
    #expect(edited.exitCode == 69 && edited.errors.contains("state.json: is not what head.json says"), "\(edited)")
  }
}
