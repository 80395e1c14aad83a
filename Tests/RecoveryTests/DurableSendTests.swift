import Engine
import Foundation
import Journal
import Market
import PluginABI
import Replay
import Risk
import Session
import TestKit
import Testing

/// `journal.sync: always`: what leaves waits for the disk, and the engine's thread does not.
@Suite struct DurableSendTests {
  /// By the number of the trade, from 1 on.
  private func script(_ wishes: [UInt64: [qe_intent]]) -> ScriptedStrategy.Script {
    var trades: UInt64 = 0
    return { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      trades += 1
      return wishes[trades] ?? []
    }
  }

  private func update(_ run: DurableRun, _ tag: UInt64) -> qe_order_update? { run.strategy.updates.last { $0.tag == tag } }

  /// Its journal tells what it knew at the end.
  private func recovers(_ run: DurableRun) throws {
    let result = try JournalRecovery.read(folder: run.journal)
    #expect(result.ending == .sealed && result.mismatch == nil && UInt64(result.inputs) + 1 == run.loop.lastSequence)
    #expect(result.state.engine.position(instance: 0) == run.loop.engine.book(instance: 0).position)
    #expect(result.state.engine.openOrders.map(\.id) == run.loop.engine.openOrders.map(\.id))
  }

  @Test func `Inputs go on while orders wait for the disk, and they leave in their order once it has them`() throws {
    let run = try DurableRun(
      script: script([
        1: [.market(1, .buy, 10)], 2: [.limit(2, .buy, 10, at: 598_000)], 3: [.cancel(3, target: 2)], 40: [.market(4, .buy, 7)],
      ]))
    run.disk.hold()
    let before = run.disk.syncCount
    for index in 0..<50 { run.trade(600_000 + Int64(index)) }
    #expect(run.loop.lastSequence >= 50 && run.strategy.events.filter { $0 == QE_EVENT_TRADE }.count == 50, "no input waits for the disk")
    #expect(run.loop.isWaitingForDisk && run.sent.isEmpty && run.fills.isEmpty && run.disk.syncCount == before)
    run.disk.letGo()
    try run.drain()
    // The second was taken back before it left.
    #expect(run.sent.map(\.order) == [1, 3] && run.sent.allSatisfy { $0.syncs > before }, "\(run.sent)")
    #expect(update(run, 2)?.state == QE_ORDER_CANCELLED && update(run, 1)?.state == QE_ORDER_FILLED && update(run, 4)?.state == QE_ORDER_FILLED)
    #expect(run.fills.map(\.price.raw) == [600_049, 600_049], "at what the market is when they arrive")
    #expect(run.strategy.breaches.isEmpty, "\(run.strategy.breaches)")
    run.end()
    try recovers(run)
    // Decided at its own input, sent behind the last.
    let sends = try run.records(.send)
    let sents = try run.records(.sent)
    #expect(sents.map { $0.fields[0] } == [1, 3] && sents.allSatisfy { $0.fields[1] == UInt64(RecordKind.send.rawValue) }, "\(sents)")
    #expect(sents.allSatisfy { $0.fields[2] < $0.fields[3] } && sends.first!.input < sents.first!.input && sents[0].fields[3] < sents[1].fields[3])
  }

  @Test func `What waits on a disk that fails ends without having left where it would open, and leaves where it reduces`() throws {
    let run = try DurableRun(
      script: script([
        1: [.market(1, .buy, 10), .limit(2, .buy, 10, at: 598_000)], 3: [.market(3, .buy, 5), .market(4, .sell, 10), .cancel(5, target: 2)],
      ]))
    run.trade(600_000)
    try run.drain()
    run.trade(600_000)
    #expect(update(run, 1)?.state == QE_ORDER_FILLED && update(run, 2)?.state == QE_ORDER_WORKING)
    run.disk.hold()
    run.trade(600_000)
    let before = run.sent.map(\.order)
    #expect(run.loop.isWaitingForDisk && before == [1, 2])
    run.disk.fail()
    try run.drain()
    #expect(run.loop.isJournalNotOnDisk && run.sent.map(\.order) == [1, 2, 4], "\(run.sent)")
    let refused = try #require(update(run, 3))
    #expect(refused.state == QE_ORDER_REFUSED && refused.code == UInt32(RefusalCode.journalTrouble.rawValue))
    #expect(run.refusals.contains(.journalTrouble))
    #expect(update(run, 4)?.state == QE_ORDER_FILLED && update(run, 2)?.state == QE_ORDER_CANCELLED)
    #expect(run.loop.engine.book(instance: 0).position == 0 && run.loop.engine.openOrders.isEmpty && run.strategy.breaches.isEmpty)
    run.end()
    try recovers(run)
  }

  @Test(arguments: [true, false]) func `A replacement that never leaves takes the old order back all the same`(fails: Bool) throws {
    let run = try DurableRun(
      script: script([1: [.limit(1, .buy, 10, at: 598_000)], 3: [.replace(2, target: 1, .buy, 12, at: 598_500)]]))
    run.trade(600_000)
    try run.drain()
    run.trade(600_000)
    run.disk.hold()
    run.trade(600_000)
    #expect(run.loop.isWaitingForDisk && run.loop.engine.openOrders.count == 2)
    if fails {
      run.disk.fail()
    } else {
      run.command(.halt)
      run.disk.letGo()
    }
    try run.drain()
    #expect(run.sent.map(\.order) == [1] && run.loop.engine.openOrders.isEmpty && run.strategy.breaches.isEmpty, "\(run.strategy.breaches)")
    #expect(update(run, 1)?.state == QE_ORDER_REPLACED)
    #expect(update(run, 2)?.state == (fails ? QE_ORDER_REFUSED : QE_ORDER_CANCELLED))
    // Nothing of either is at the venue: the price goes through both.
    run.trade(590_000)
    #expect(run.fills.isEmpty && run.loop.engine.book(instance: 0).position == 0)
    run.end()
    try recovers(run)
  }

  @Test func `An order that waits is taken back by a halt, and never leaves`() throws {
    let run = try DurableRun(script: script([1: [.market(1, .buy, 10)]]))
    run.disk.hold()
    run.trade(600_000)
    run.command(.kill)
    #expect(update(run, 1)?.state == QE_ORDER_CANCELLED && !run.loop.isWaitingForDisk)
    run.disk.letGo()
    try run.drain()
    #expect(run.sent.isEmpty && run.fills.isEmpty && run.loop.engine.openOrders.isEmpty)
    run.end()
    try recovers(run)
  }

  @Test func `An order that waited too long opens nothing; an exit leaves however late`() throws {
    let run = try DurableRun(script: script([1: [.market(1, .buy, 10)], 2: [.market(2, .buy, 5), .market(3, .sell, 10)]]))
    run.trade(600_000)
    try run.drain()
    run.disk.hold()
    run.trade(600_000)
    run.pass(seconds: 2)
    run.disk.letGo()
    try run.drain()
    #expect(run.sent.map(\.order) == [1, 3] && run.loop.engine.book(instance: 0).position == 0, "\(run.sent)")
    let refused = try #require(update(run, 2))
    #expect(refused.state == QE_ORDER_REFUSED && refused.code == UInt32(RefusalCode.decisionExpired.rawValue))
    run.end()
    try recovers(run)
  }

  @Test func `What waits at an orderly end leaves first`() throws {
    let run = try DurableRun(script: script([1: [.market(1, .buy, 10)]]))
    run.disk.hold()
    run.trade(600_000)
    #expect(run.sent.isEmpty)
    let disk = run.disk
    Thread.detachNewThread { disk.letGo() }
    run.end()
    #expect(run.sent.map(\.order) == [1] && update(run, 1)?.state == QE_ORDER_FILLED)
    try recovers(run)
  }

  @Test func `Where the times are the data's an order waits within its input, and has no time of its own`() throws {
    let run = try DurableRun(isLive: false, script: script([1: [.market(1, .buy, 10)]]))
    let before = run.disk.syncCount
    run.trade(600_000)
    #expect(run.sent.map(\.order) == [1] && run.sent[0].syncs > before && !run.loop.isWaitingForDisk && run.fills.count == 1)
    run.end()
    #expect(try run.records(.sent).isEmpty)
    try recovers(run)
  }
}
