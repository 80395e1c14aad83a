import JSONTree
import TestKit
import Testing

@testable import Policy

@Suite struct PolicyTests {
  private static let whole = #"""
    {"version": "policy.v1", "ts": 1795386556, "ttl_sec": 30, "allow_trading": true, "mode": "conservative", "size_multiplier": 0.5,
     "cooldown_sec": 60, "spread_max_bps": 2.5, "max_daily_loss": 200.0, "reason": "LOSS_STREAK:loss_streak=3 limit=3|LLM_OK"}
    """#

  @Test func `Before anything is known it is the transcript's`() throws {
    let transcript = #"""
      {"version": "policy.v1", "ts": 1795386556, "ttl_sec": 30, "allow_trading": false, "mode": "risk_off", "size_multiplier": 0.0,
       "cooldown_sec": 0, "spread_max_bps": null, "max_daily_loss": null, "reason": "POLICY_NOT_READY"}
      """#
    #expect(Policy.notReady(at: 1_795_386_556_719, holdsSeconds: 30).json == (try node(transcript)))
    #expect(Policy.notReady(at: .min, holdsSeconds: 30).second == 0 && Policy.notReady(at: .max, holdsSeconds: 30).second == Policy.maximumSecond)
  }

  @Test func `What is read is written again, in any of JSON's spellings`() throws {
    let read = try Policy(reading: try node(Self.whole))
    #expect(read.json == (try node(Self.whole)))
    #expect(read.mode == .conservative && read.sizeMultiplier == 0.5 && read.cooldownSeconds == 60 && read.maximumSpreadBps == 2.5)
    let spelled = Self.whole.replacing("30,", with: "3e1,").replacing("1795386556", with: "1795386556.0").replacing("200.0", with: "2E+2")
    #expect(try Policy(reading: try node(spelled)) == read)
    #expect(try Policy(reading: try node(read.json.indented)) == read)
    var chance = Chance.seeded("policies there and back")
    for _ in 0..<500 {
      let policy = Policy.any(&chance)
      #expect(try Policy(reading: try node(policy.json.compact)) == policy)
    }
  }

  @Test func `What need not be there has its default, and what is unknown is passed over`() throws {
    let least = #"{"version": "x", "ts": 0, "ttl_sec": 1, "allow_trading": true, "mode": "scalp", "other": [[[{"a": NaN}]]]}"#
    let expected = Policy(version: "x", second: 0, holdsSeconds: 1, allowsTrading: true, mode: .scalp)
    #expect(try Policy(reading: try node(least)) == expected)
    #expect(expected.sizeMultiplier == 1 && expected.cooldownSeconds == 0 && expected.reason == "OK")
    for blank in [#""""#, #"" \n\t""#] {
      #expect(try Policy(reading: try node(least.replacing("\"other\"", with: "\"reason\": \(blank), \"other\""))) == expected)
    }
  }

  private static let wrong: [(field: String, values: [String], problem: String)] = [
    ("version", ["1", "null", "[]"], "is no text"), ("version", [#""""#], "is an empty text"),
    (
      "ts", ["-1", "1.5", "null", #""1""#, "NaN", "Infinity", "1e400", "true", "100000000001", "1795386556719", "99999999999999999999"],
      "is no whole number of 0...100000000000"
    ),
    (
      "ttl_sec", ["0", "-30", "0.5", "null", "NaN", "1000000000001", "9223372036854775807", "[30]"],
      "is no whole number of 1...1000000000000"
    ),
    ("allow_trading", ["1", "0", "null", #""true""#, "[]"], "is neither true nor false"),
    ("mode", [#""RISK_OFF""#, #""paper""#, #""""#, "null", "3"], "is none of normal, scalp, conservative, risk_off"),
    ("size_multiplier", ["-0.1", "null", "NaN", "Infinity", "-Infinity", "1e999", #""1""#, "true", "{}"], "is no number of 0 or above"),
    ("cooldown_sec", ["-1", "0.1", "null", "1e13", "true"], "is no whole number of 0...1000000000000"),
    ("spread_max_bps", ["-1", "NaN", "1e999", #""2""#, "false", "[]"], "is no number of 0 or above"),
    ("max_daily_loss", ["-0.01", "NaN", "Infinity", #""200""#, "{}"], "is no number of 0 or above"), ("reason", ["1", "null", "[]"], "is no text"),
  ]

  @Test(arguments: wrong.indices)
  func `A member that is not what it must be is named`(index: Int) throws {
    let (field, values, problem) = Self.wrong[index]
    for value in values {
      var members = try node(Self.whole).object ?? [:]
      members[field] = try node(value)
      let faults = #expect(throws: PolicyFaults.self) { try Policy(reading: .object(members)) }
      #expect(faults?.faults == [PolicyFaults.Fault(field: field, problem: problem)], "\(field): \(value)")
    }
  }

  @Test func `All that is wrong is named at once`() throws {
    let missing = #expect(throws: PolicyFaults.self) { try Policy(reading: [:]) }
    #expect(missing?.description == "version is missing; ts is missing; ttl_sec is missing; allow_trading is missing; mode is missing")
    for text in ["[]", "null", "1", #""{}""#] {
      let none = #expect(throws: PolicyFaults.self) { try Policy(reading: try node(text)) }
      #expect(none?.description == "it is no object")
    }
    let three = #expect(throws: PolicyFaults.self) {
      try Policy(reading: ["version": "v", "ts": true, "ttl_sec": 30, "allow_trading": "yes", "mode": "normal", "size_multiplier": -1])
    }
    #expect(three?.faults.map(\.field) == ["ts", "allow_trading", "size_multiplier"])
  }

  @Test func `It holds to the end of its last second, and so long after as it is given`() {
    let policy = Policy(second: noonSecond, holdsSeconds: 30, allowsTrading: true, mode: .normal)
    #expect(policy.isFresh(at: noon) && policy.isFresh(at: noon + 30_999) && !policy.isFresh(at: noon + 31_000))
    #expect(policy.isFresh(at: noon + 32_999, graceSeconds: 2) && !policy.isFresh(at: noon + 33_000, graceSeconds: 2))
    #expect(!policy.isFresh(at: noon + 31_000, graceSeconds: -5) && policy.isFresh(at: noon + 30_000, graceSeconds: -5))
    #expect(policy.isFresh(at: .max, graceSeconds: .max) && !policy.isFresh(at: .max))
  }

  @Test func `Nothing that can be read traps`() throws {
    var chance = Chance.seeded("hostile policies")
    let values = try [
      "null", "true", "NaN", "-Infinity", "1e400", "-1", "0", "1", "0.5", "9223372036854775807", "-9223372036854775808", "1e18", "1e-400",
      #""risk_off""#, #""""#, "[]", "{}", #"{"ts": 1}"#, String(repeating: "[", count: 62) + String(repeating: "]", count: 62),
    ].map(node)
    var accepted = 0
    for _ in 0..<5000 {
      var members = Policy.any(&chance).json.object ?? [:]
      for name in members.keys.sorted() where chance.chance(15) { members[name] = chance.chance(20) ? nil : values.randomElement(using: &chance) }
      guard let policy = try? Policy(reading: .object(members)) else { continue }
      accepted += 1
      let other = Policy.any(&chance)
      #expect(try Policy(reading: policy.tightened(by: other).json) == policy.tightened(by: other))
      _ = policy.isFresh(at: .max, graceSeconds: .max)
      _ = policy.isFresh(at: .min, graceSeconds: .min)
    }
    #expect(accepted > 500 && accepted < 4500)
  }
}
