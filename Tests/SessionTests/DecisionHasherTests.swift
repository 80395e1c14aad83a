import Cryptography
import Engine
import Market
import Risk
import Session
import TestKit
import Testing

@Suite struct DecisionHasherTests {
  /// The documented layout, written out by hand.
  private func bytes(_ decision: Decision) -> [UInt8] {
    func little(_ value: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
    return little(decision.sequence, 8) + little(UInt64(decision.instance), 4) + little(decision.tag, 8) + little(UInt64(decision.kind), 4)
      + little(UInt64(decision.side), 4) + little(UInt64(bitPattern: decision.price), 8) + little(UInt64(bitPattern: decision.quantity), 8)
      + little(UInt64(decision.timeInForce), 4) + little(UInt64(decision.flags), 4) + little(UInt64(decision.code.rawValue), 2)
      + [decision.outcome.rawValue]
  }

  @Test func theHashIsOverTheDocumentedRecordsForTheRunAndForEachInstance() {
    var chance = Chance.seeded("decision hash")
    var hasher = DecisionHasher(instanceCount: 3)
    var run: [UInt8] = []
    var own: [[UInt8]] = [[], [], []]
    for sequence in 0..<300 {
      let decision = Decision(
        sequence: UInt64(sequence), instance: Int32.random(in: 0..<3, using: &chance), tag: chance.next(),
        kind: UInt32.random(in: 1...4, using: &chance),
        side: UInt32.random(in: 0...2, using: &chance), price: Int64(bitPattern: chance.next()), quantity: Int64(bitPattern: chance.next()),
        timeInForce: UInt32.random(in: 0...3, using: &chance), flags: UInt32.random(in: 0...3, using: &chance),
        code: RefusalCode.allCases.randomElement(using: &chance) ?? .none, outcome: .refused)
      hasher.add(decision)
      run += bytes(decision)
      own[Int(decision.instance)] += bytes(decision)
      if sequence % 97 == 0 {
        // Looking at the hash does not change it.
        #expect(hasher.hashes().run == SHA256Hasher.digest(of: run))
      }
    }
    #expect(bytes(Decision.sample).count == 55)
    let hashes = hasher.hashes()
    #expect(hashes.run == SHA256Hasher.digest(of: run))
    #expect(hashes.instances == own.map { SHA256Hasher.digest(of: $0) })
  }
}

extension Decision {
  static let sample = Decision(
    sequence: 1, instance: 0, tag: 1, kind: 1, side: 1, price: 1, quantity: 1, timeInForce: 0, flags: 0, code: .none, outcome: .sent)
}

@Suite struct JSONValueTests {
  @Test func textIsEscapedAndMoneyKeepsItsDigits() {
    let value = JSONValue.object([
      ("a\"b", .text("line\nbreak \\ tab\t bell\u{7} é 🙂")), ("money", .money(Money(raw: -412_221_773_200_000_000_000))), ("none", .null),
      ("list", .array([.integer(-1), .boolean(true), .number("1.50")])), ("empty", .object([])),
    ])
    #expect(
      value.description
        == #"{"a\"b": "line\nbreak \\ tab\t bell\u0007 é 🙂", "money": -412.22177320, "none": null, "list": [-1, true, 1.50], "empty": {}}"#)
  }
}
