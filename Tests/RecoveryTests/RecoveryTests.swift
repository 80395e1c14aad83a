import Cryptography
import Engine
import Foundation
import Journal
import Market
import Replay
import Session
import TestKit
import Testing

@Suite struct RecoveryTests {
  @Test func `The end of a whole journal is what the host knew, without its plugins`() throws {
    let chance = Chance.seeded("recovery")
    let run = try KilledRun(seed: chance.seed, events: 400)
    let result = try JournalRecovery.read(folder: run.journal)
    let last = try #require(run.known.keys.max())
    #expect(result.ending == .sealed && UInt64(result.inputs) == last && result.mismatch == nil)
    var loop = try run.loop(nil)
    let snapshot = try SavedState(result.state.bytes, in: "test").engine
    loop.restore(snapshot, receiveNanoseconds: 0)
    #expect(KilledRun.known(loop.engine) == run.known[last])
  }

  @Test func `A host that is killed before its first input has what it was given`() throws {
    let run = try KilledRun(seed: 5, events: 60)
    let result = try JournalRecovery.read(folder: run.journal)
    var head = run.head
    let bytes = result.state.bytes
    head.origin = JournalHead.Origin(journal: "journal", stateDigest: SHA256Hasher.digest(of: bytes).hex)
    let next = run.folder.path("next")
    let writer = try JournalWriter(
      folder: next, head: head, state: bytes, options: JournalOptions(sync: .none, segmentBytes: 2 * JournalFormat.blockSize))
    writer.close()
    #expect(try JournalRecovery.read(folder: next).state.bytes == bytes)
    // Without the state there is nothing to go on with.
    try FileManager.default.removeItem(atPath: "\(next)/\(JournalFormat.stateName)")
    #expect(throws: JournalError.self) { try JournalRecovery.read(folder: next) }
  }

  @Test func `What a run went on with is verified as its records are`() throws {
    let run = try KilledRun(seed: 5, events: 60)
    let bytes = try JournalRecovery.read(folder: run.journal).state.bytes
    var head = run.head
    head.origin = JournalHead.Origin(journal: "journal", stateDigest: SHA256Hasher.digest(of: bytes).hex)
    let (next, options) = (run.folder.path("next"), JournalOptions(sync: .none, segmentBytes: 2 * JournalFormat.blockSize))
    let writer = try JournalWriter(folder: next, head: head, state: bytes, options: options)
    writer.input(end: EventTime(sequence: 1, receiveNanoseconds: 1, exchangeMilliseconds: 0))
    writer.close()
    #expect(try JournalSummary.read(next, checksChain: true).ending == .sealed)
    let state = "\(next)/\(JournalFormat.stateName)"
    var changed = Data(bytes)
    changed[changed.count / 2] ^= 1
    for content in [changed, nil] {
      try FileManager.default.removeItem(atPath: state)
      if let content { try content.write(to: URL(fileURLWithPath: state)) }
      let error = #expect(throws: JournalError.self) { try JournalSummary.read(next, checksChain: true) }
      #expect(error?.kind == .badData && error?.description.hasPrefix(state) == true, "\(error as Any)")
    }
  }

  @Test func `An order is looked for in all runs, the newest first`() throws {
    let (long, short) = (try KilledRun(seed: 5, events: 200), try KilledRun(seed: 7, events: 40))
    let journals = JournalFolder(long.folder.path("journals"))
    #expect(throws: JournalError.self) { try Explanation.journal(of: 1, in: journals) }
    let names = ["20240101-000000-000000000", "20240102-000000-000000000"]
    try FileManager.default.createDirectory(atPath: journals.path, withIntermediateDirectories: true)
    for (name, run) in zip(names, [long, short]) { try FileManager.default.copyItem(atPath: run.journal, toPath: journals.path(name)) }
    let ends = try names.map { try JournalRecovery.read(folder: journals.path($0)).state.engine.nextOrderID }
    try #require(ends[1] > 1 && ends[0] > ends[1])
    #expect(try Explanation.journal(of: 1, in: journals) == journals.path(names[1]))
    #expect(try Explanation.journal(of: ends[1], in: journals) == journals.path(names[0]))
    let error = #expect(throws: JournalError.self) { try Explanation.journal(of: ends[0], in: journals) }
    #expect(error?.kind == .missingInput && error?.description.contains("none of the 2 runs") == true, "\(error as Any)")
    // One that cannot be read is no answer, unless another run sent it.
    let segment = URL(fileURLWithPath: journals.path(names[1]) + "/000001.qej")
    var data = try Data(contentsOf: segment)
    data[30] ^= 1
    try data.write(to: segment)
    #expect(try Explanation.journal(of: ends[1], in: journals) == journals.path(names[0]))
    #expect { try Explanation.journal(of: ends[0], in: journals) } throws: { ($0 as? JournalError)?.kind == .badData }
  }

  @Test(arguments: [
    ("instances", #""instances":["#, #""instances":[{"digest":"00","id":"X@BTCUSDT/0","instrument":"binance.usdm.BTCUSDT"},"#),
    ("a slot", #""activeIndex":0"#, #""activeIndex":1"#), ("a free slot twice", #""free":["#, #""free":[3,3,"#),
    ("format", #""format":1"#, #""format":2"#), ("no number", #""nextID":"#, #""nextID":"x","y":"#),
  ])
  func `A state that somebody has edited is refused by name, and traps nothing`(what: String, old: String, new: String) throws {
    let run = try KilledRun(seed: 11, events: 200)
    let text = String(decoding: try JournalRecovery.read(folder: run.journal).state.bytes, as: UTF8.self)
    let place = try #require(text.range(of: old), "\(what)")
    let edited = Array(text.replacingCharacters(in: place, with: new).utf8)
    let error = #expect(throws: SessionError.self) { try SavedState(edited, in: "state.json") }
    #expect(error?.kind == .badData && error?.description.hasPrefix("state.json: ") == true, "\(what): \(error as Any)")
  }

  @Test func `What is held goes on under other numbers, and a stop of the former life's own does not`() throws {
    let run = try KilledRun(seed: 11, events: 200)
    let engine = try JournalRecovery.read(folder: run.journal).state.engine
    let fresh = try run.loop(nil).engine.snapshot()
    let same = try #require(engine.moved(to: fresh, instruments: [0, 1], instances: [0, 1, 2]))
    #expect(same.openOrders.map(\.remaining) == engine.openOrders.map(\.remaining) && same.busyInstances == engine.busyInstances)
    try #require(!engine.busyInstances.isEmpty && !engine.openOrders.isEmpty)
    // Somebody who holds something must go on.
    for missing in engine.busyInstances {
      var instances: [Int?] = [0, 1, 2]
      instances[missing] = nil
      #expect(engine.moved(to: fresh, instruments: [0, 1], instances: instances) == nil)
    }
    // The first two trade one instrument: they may change places, and everything of them goes along.
    let swapped = try #require(engine.moved(to: fresh, instruments: [0, 1], instances: [1, 0, 2]))
    #expect(swapped.position(instance: 0) == engine.position(instance: 1) && swapped.position(instance: 1) == engine.position(instance: 0))
    var loop = try run.loop(nil)
    loop.restore(swapped, receiveNanoseconds: 0)
    var straight = try run.loop(nil)
    straight.restore(same, receiveNanoseconds: 0)
    let (one, other) = (KilledRun.known(loop.engine), KilledRun.known(straight.engine))
    #expect(one.cash == other.cash && one.open == other.open && one.positions == [other.positions[1], other.positions[0], other.positions[2]])
    // And what the market does next does the same to both.
    for price in stride(from: Int64(600_000), through: 560_000, by: -2_000) {
      for index in 0..<2 {
        let tick = Tick(
          exchangeMilliseconds: 1_800_000_000_000 - price,
          trade: Trade(price: Price(raw: price / Int64(index + 1)), quantity: Quantity(raw: 9), takerSide: .sell))
        loop.trade(tick, instrument: Int32(index), receiveNanoseconds: (1_800_000_000_000 - price) * 1_000_000)
        straight.trade(tick, instrument: Int32(index), receiveNanoseconds: (1_800_000_000_000 - price) * 1_000_000)
      }
    }
    #expect(loop.engine.violation() == nil && straight.engine.violation() == nil)
  }

  @Test func `A host that is killed at any point knows after its restart what an unkilled one knew`() throws {
    var chance = Chance.seeded("crash points")
    // `make soak` has more.
    let rounds = ProcessInfo.processInfo.environment["QE_CRASH_ROUNDS"].flatMap(Int.init) ?? 2
    let stride = 7
    for round in 0..<rounds {
      let run = try KilledRun(seed: chance.seed &+ UInt64(round) &* 7919, events: 150)
      let records = try run.records()
      let ends = run.known.keys.sorted()
      var compared = 0
      for index in records.indices where index % stride == round % stride {
        let record = records[index]
        // Behind the record, or in the middle of it.
        let middle = record.offset + Int.random(in: 1..<record.length, using: &chance)
        let isTorn = try chance.chance(30) && run.hasContent(segment: record.segment, middle..<record.offset + record.length)
        let byte = isTorn ? middle : record.offset + record.length
        let path = try run.killed(segment: record.segment, byte: byte)
        let kept = records[..<(isTorn ? index : index + 1)]
        guard let lastInput = kept.last(where: { $0.kind.isInput }) else { continue }
        let result = try JournalRecovery.read(folder: path)
        let context = "QE_SEED=\(chance.seed), round \(round), record \(index) of \(records.count), \(record.kind), input \(record.sequence)"
        #expect(UInt64(result.inputs) == lastInput.sequence || lastInput.kind == .end, "\(context)")
        #expect(result.ending != .sealed || lastInput.kind == .end, "\(context)")
        #expect(result.mismatch == nil, "\(context)")

        var loop = try run.loop(nil)
        loop.restore(result.state.engine, receiveNanoseconds: 0)
        let now = KilledRun.known(loop.engine)
        // No order twice: what was sent since has a number that nobody has had, and none is back that had ended.
        let before = Set(result.state.engine.openOrderIDs)
        #expect(now.open.keys.allSatisfy { before.contains($0) || $0 >= result.state.engine.nextOrderID }, "\(context)")
        // The event in work, once it has reached the engine and every plugin has answered, ends as it would have.
        guard let market = kept.last(where: { $0.kind == .trade }), let end = ends.first(where: { $0 >= market.sequence }) else { continue }
        let answers = records.filter { $0.kind == .answer && $0.sequence >= market.sequence && $0.sequence <= end }.count
        let keptAnswers = kept.filter { $0.kind == .answer && $0.sequence >= market.sequence && $0.sequence <= end }.count
        guard lastInput.sequence <= end, answers == keptAnswers else { continue }
        compared += 1
        #expect(now == run.known[end], "\(context)")
        if now != run.known[end] { return }
      }
      #expect(compared > 10, "\(compared)")
    }
  }
}
