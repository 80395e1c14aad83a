import Cryptography
import Engine
import Foundation
import Glibc
import Journal
import Market
import Replay
import Session
import TestKit
import Testing

/// A journal that is read from a snapshot on says what it says from its beginning.
@Suite struct SnapshotTests {
  /// Puts one snapshot into the journal's folder and takes it out again.
  private func with<Result>(_ content: Data, of input: UInt64, in journal: String, _ body: () throws -> Result) throws -> Result {
    let digits = String(input)
    let path = "\(journal)/snapshot-" + String(repeating: "0", count: 20 - digits.count) + digits + ".json"
    try content.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body()
  }

  /// Where they differ, and not a wall of numbers.
  private func expectSame(_ a: SavedState, _ b: SavedState, _ context: String, at location: SourceLocation = #_sourceLocation) {
    let (a, b) = (a.bytes, b.bytes)
    guard let place = zip(a, b).enumerated().first(where: { $1.0 != $1.1 })?.offset ?? (a.count == b.count ? nil : min(a.count, b.count)) else {
      return
    }
    func around(_ bytes: [UInt8]) -> String { String(decoding: bytes[max(0, place - 200)..<min(bytes.count, place + 80)], as: UTF8.self) }
    Issue.record("\(context): \(around(a)) — and whole: \(around(b))", sourceLocation: location)
  }

  private func clear(_ journal: String) throws {
    for name in JournalSnapshot.names(in: journal) { try FileManager.default.removeItem(atPath: "\(journal)/\(name)") }
  }

  @Test func `From any snapshot on the end is the same, to the last bit`() throws {
    let chance = Chance.seeded("snapshots")
    for round in 0..<3 {
      let run = try KilledRun(seed: chance.seed &+ UInt64(round), events: 400, snapshots: 13)
      try clear(run.journal)
      let whole = try JournalRecovery.read(folder: run.journal, usesSnapshots: false)
      #expect(run.snapshots.count >= 29)
      for (input, content) in run.snapshots {
        let result = try with(content, of: input, in: run.journal) { try JournalRecovery.read(folder: run.journal) }
        #expect(
          result.snapshot == input && result.passedOver.isEmpty && result.mismatch == nil,
          "QE_SEED=\(chance.seed), round \(round), \(result.passedOver)")
        #expect(UInt64(result.inputs) + input == UInt64(whole.inputs))
        expectSame(result.state, whole.state, "QE_SEED=\(chance.seed), round \(round), input \(input)")
      }
    }
  }

  @Test func `Killed anywhere behind a snapshot, the end is the same too, and what plugins kept counts where nothing has happened since`() throws {
    var chance = Chance.seeded("killed behind snapshots")
    let run = try KilledRun(seed: chance.seed, events: 200, snapshots: 3)
    let records = try run.records()
    var (compared, kept) = (0, 0)
    for (index, record) in records.enumerated() where index % 5 == 0 {
      // Every other time the last one: little has happened since.
      let earlier = run.snapshots.filter { $0.key <= record.sequence }
      let last = earlier.max { $0.key < $1.key }
      guard let (input, content) = index % 10 == 0 ? last : earlier.randomElement(using: &chance) else { continue }
      // The snapshot's own place must be there.
      guard records[...index].contains(where: { $0.sequence > input }) || record.sequence == input && records[index + 1].sequence > input else {
        continue
      }
      let path = try run.killed(segment: record.segment, byte: record.offset + record.length)
      let whole = try JournalRecovery.read(folder: path, usesSnapshots: false)
      let result = try with(content, of: input, in: path) { try JournalRecovery.read(folder: path) }
      let context = "QE_SEED=\(chance.seed), record \(index), input \(record.sequence), snapshot \(input)"
      #expect(result.snapshot == input && result.mismatch == nil, "\(context): \(result.passedOver)")
      var state = result.state
      let since = records[...index].filter { $0.sequence > input }
      let isTouched = since.contains { ![.trade, .quote, .end].contains($0.kind) }
      for (instance, saved) in state.instances.enumerated() {
        #expect((saved.pluginState != nil) == !isTouched, "\(context)")
        if saved.pluginState != nil { kept += 1 }
        state.instances[instance].pluginState = nil
        state.instances[instance].parameters = nil
        state.instances[instance].keptNanoseconds = nil
      }
      expectSame(state, whole.state, context)
      compared += 1
    }
    #expect(compared > 50 && kept > 0, "\(compared), \(kept)")
  }

  @Test func `A limit of a symbol that was tightened before a snapshot holds behind it`() throws {
    let run = try KilledRun(seed: 21, events: 400, snapshots: 40, tightensAt: 60)
    try clear(run.journal)
    let whole = try JournalRecovery.read(folder: run.journal, usesSnapshots: false)
    #expect(try run.records().contains { $0.kind == .refusal && $0.sequence > 300 }, "it bites")
    for (input, content) in run.snapshots {
      let result = try with(content, of: input, in: run.journal) { try JournalRecovery.read(folder: run.journal) }
      #expect(result.snapshot == input && result.mismatch == nil)
      expectSame(result.state, whole.state, "input \(input)")
    }
  }

  @Test func `Features, models and their predictions go on from a snapshot`() throws {
    var asked = 0
    let model = ScriptedModel { _ in
      asked += 1
      return asked % 3 == 0 ? (pUp: 0.7, pDown: 0.3, edge: 0.4) : (pUp: 0.3, pDown: 0.7, edge: -0.4)
    }
    let run = try ModelRun(first: model)
    var snapshots: [UInt64: Data] = [:]
    // While the windows fill, full, and over a gap of the series.
    for _ in 0..<8 {
      run.seconds(17)
      snapshots[run.lastInput] = try run.snapshot()
    }
    run.trade(afterMilliseconds: 5_000_000)
    run.seconds(30)
    snapshots[run.lastInput] = try run.snapshot()
    run.seconds(80)
    run.publish("Second", ScriptedModel { _ in (pUp: 0.9, pDown: 0.1, edge: 0.8) })
    run.seconds(9)
    snapshots[run.lastInput] = try run.snapshot()
    run.seconds(20)
    run.end()
    try clear(run.journal)
    let whole = try JournalRecovery.read(folder: run.journal, usesSnapshots: false)
    #expect(run.fills > 5 && whole.mismatch == nil && snapshots.count == 10)
    for (input, content) in snapshots {
      let result = try with(content, of: input, in: run.journal) { try JournalRecovery.read(folder: run.journal) }
      #expect(result.snapshot == input && result.mismatch == nil, "input \(input): \(result.mismatch?.text ?? "") \(result.passedOver)")
      expectSame(result.state, whole.state, "input \(input)")
    }
  }

  @Test func `One that is of no use is passed over by name, and the journal is read all the same`() throws {
    let (run, other) = (try KilledRun(seed: 3, events: 120, snapshots: 50), try KilledRun(seed: 4, events: 120, snapshots: 50))
    try clear(run.journal)
    let whole = try JournalRecovery.read(folder: run.journal).state.bytes
    let (input, content) = try #require(run.snapshots.first)
    let text = String(decoding: content, as: UTF8.self)
    var flipped = content
    flipped[content.count / 3] ^= 4
    // Checksums mended, by somebody who means it.
    func mended(_ old: String, _ new: String) throws -> Data {
      let rest = Array(text.split(separator: "\n", maxSplits: 1)[1].replacing(old, with: new).utf8)
      try #require(rest != Array(text.split(separator: "\n", maxSplits: 1)[1].utf8), "\(old)")
      return Data((SHA256Hasher.digest(of: rest).hex + "\n").utf8 + rest)
    }
    let cases: [(name: String, content: Data)] = [
      ("a flipped bit", flipped), ("nothing", Data()), ("half of it", content.prefix(content.count / 2)),
      ("another journal's", try #require(other.snapshots[input] ?? other.snapshots.values.first)),
      ("a place behind the end", try mended("\"segment\":", "\"segment\":99")),
      ("other instruments", try mended("binance.usdm.ETHUSDT", "binance.usdm.XRPUSDT")),
      ("another format", try mended("\"format\":1", "\"format\":7")),
      ("a slot that is none", try mended("\"free\":[", "\"free\":[77,")),
    ]
    for (name, content) in cases {
      let result = try with(content, of: input, in: run.journal) { try JournalRecovery.read(folder: run.journal) }
      #expect(result.snapshot == nil && result.passedOver.count == 1, "\(name): \(result.passedOver)")
      #expect(result.state.bytes == whole, "\(name)")
    }
  }
}

extension TradingLoop {
  /// Has a snapshot written now, and gives its file.
  borrowing func keptSnapshot(
    _ head: JournalHead, _ instruments: [Instrument], pluginStates: [[UInt8]?], in journal: String
  ) throws -> Data {
    let made = checkpoint()
    let checkpoint = try #require(made)
    let saved = SavedCheckpoint(
      instruments: instruments.map(\.id.description), instances: head.instances, models: head.models, pluginStates: pluginStates, engine: checkpoint)
    let bytes = saved.bytes
    // The journal's thread has one in work at a time, and writes it when it has a turn.
    while !keepSnapshot({ bytes }) { sched_yield() }
    let digits = String(lastSequence)
    let path = "\(journal)/snapshot-" + String(repeating: "0", count: 20 - digits.count) + digits + ".json"
    while !FileManager.default.fileExists(atPath: path) { sched_yield() }
    return try Data(contentsOf: URL(fileURLWithPath: path))
  }
}
