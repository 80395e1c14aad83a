import Cryptography
import Engine
import Market
import PluginABI
import Risk
import Session
import TestKit
import Testing

/// The layout of the decision hash, laid out here by hand: journals of old runs must hash alike for ever.
@Suite struct DecisionRecordTests {
  /// 55 bytes, little-endian.
  private static func record(_ sequence: UInt64, _ instance: UInt32, _ intent: qe_intent, code: UInt16, outcome: UInt8) -> [UInt8] {
    func bytes(_ value: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
    return bytes(sequence, 8) + bytes(UInt64(instance), 4) + bytes(intent.tag, 8) + bytes(UInt64(intent.kind), 4) + bytes(UInt64(intent.side), 4)
      + bytes(UInt64(bitPattern: intent.price), 8) + bytes(UInt64(bitPattern: intent.quantity), 8) + bytes(UInt64(intent.time_in_force), 4)
      + bytes(UInt64(intent.flags), 4) + bytes(UInt64(code), 2) + [outcome]
  }

  @Test func `No decisions hash as no bytes`() {
    let hashes = LoopHarness([ScriptedStrategy { _, _ in [] }], syntheticSpread: .zero).hashes
    #expect(hashes.run.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(hashes.instances == [hashes.run])
  }

  @Test func `Each decision is a record of 55 bytes, for the run and for its instance`() {
    var run: [UInt8] = []
    var own: [[UInt8]] = [[], []]
    // The first refuses on purpose and orders, rests and cancels; the second has wishes at the edges of every field.
    func strategy(_ ordinal: UInt32) -> ScriptedStrategy {
      var tag: UInt64 = 0
      return ScriptedStrategy { context, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        tag += 1
        var wish: (intent: qe_intent, code: UInt16, outcome: UInt8)
        switch (ordinal, tag % 4) {
        case (0, 1): wish = (.market(tag, .buy, 1), 0, 1)
        case (0, 2): wish = (.limit(tag, .buy, 1, at: 500_000), 0, 1)
        case (0, 3): wish = (.cancel(tag, target: tag - 1), 0, 2)
        case (0, _): wish = (.market(tag, .sell, 1), 0, 1)
        case (_, 1): wish = (.market(UInt64.max - tag, .buy, Int64.min), 7, 0)
        case (_, 2):
          wish = (.limit(tag << 40, .sell, Int64.max, at: Int64.min), 1, 0)
          wish.intent.time_in_force = UInt32.max
          wish.intent.flags = UInt32.max
        case (_, 3): wish = (.cancel(tag, target: 77), 4, 0)
        default:
          wish = (.market(tag, .buy, 1), 5, 0)
          wish.intent.side = 0x8000_0001
        }
        let bytes = Self.record(context.sequence, ordinal, wish.intent, code: wish.code, outcome: wish.outcome)
        #expect(bytes.count == 55)
        run += bytes
        // Each of the trades has another price, and so a quote before it; nothing else is market data.
        own[Int(ordinal)] += Self.record(2 * tag, ordinal, wish.intent, code: wish.code, outcome: wish.outcome)
        return [wish.intent]
      }
    }
    let harness = LoopHarness([strategy(0), strategy(1)], syntheticSpread: .zero)
    // Past two flushes of the batch of 64 records, and looked at between.
    for index in 0..<101 {
      harness.trade(600_000 + Int64(index))
      if [0, 30, 31, 32, 63, 64, 100].contains(index) {
        #expect(harness.hashes.run == SHA256Hasher.digest(of: run), "after \(index + 1) trades; refused \(harness.refusals.map(\.refusal.code))")
        #expect(harness.hashes.instances == own.map { SHA256Hasher.digest(of: $0) }, "after \(index + 1) trades")
      }
    }
    #expect(harness.counters.refusals == 101, "\(harness.counters.refusalCounts)")
  }
}
