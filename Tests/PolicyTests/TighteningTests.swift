import TestKit
import Testing

@testable import Policy

/// What somebody advises can only tighten.
@Suite struct TighteningTests {
  @Test func `Each member is the stricter of both`() {
    let rules = Policy(
      second: noonSecond, holdsSeconds: 30, allowsTrading: true, mode: .conservative, sizeMultiplier: 0.5, cooldownSeconds: 10,
      maximumSpreadBps: 5, reason: "rules")
    let advice = Policy(
      second: noonSecond, holdsSeconds: 20, allowsTrading: true, mode: .scalp, sizeMultiplier: 0.8, cooldownSeconds: 60, maximumSpreadBps: 8,
      maximumDailyLoss: 100, reason: "advice")
    #expect(
      rules.tightened(by: advice)
        == Policy(
          second: noonSecond, holdsSeconds: 20, allowsTrading: true, mode: .conservative, sizeMultiplier: 0.5, cooldownSeconds: 60,
          maximumSpreadBps: 5, maximumDailyLoss: 100, reason: "rules"))
  }

  @Test func `Advice cannot let trade what the rules stopped, and says why where it stops`() {
    let off = Policy(second: noonSecond, allowsTrading: false, mode: .riskOff, sizeMultiplier: 0, reason: "DAILY_LOSS_LIMIT")
    let on = Policy(second: noonSecond, allowsTrading: true, mode: .normal, reason: "OK")
    #expect(off.tightened(by: on) == off && on.tightened(by: off) == off)
  }

  @Test func `Modes are ordered by what they risk`() { #expect(Policy.Mode.allCases.sorted() == [.normal, .scalp, .conservative, .riskOff]) }

  private static func changed(
    second: Int64 = noonSecond, holds: Int64 = 30, allows: Bool = true, mode: Policy.Mode = .normal, size: Double = 1, cooldown: Int64 = 0,
    spread: Double? = nil, loss: Double? = nil, _ reason: String = "other"
  ) -> Policy {
    Policy(
      second: second, holdsSeconds: holds, allowsTrading: allows, mode: mode, sizeMultiplier: size, cooldownSeconds: cooldown,
      maximumSpreadBps: spread, maximumDailyLoss: loss, reason: reason)
  }

  private static let stricter = [
    changed(allows: false), changed(mode: .scalp), changed(size: 0.9), changed(cooldown: 1), changed(spread: 10_000), changed(loss: 1e9),
    changed(holds: 29), changed(allows: false, mode: .normal, size: 5), changed(mode: .riskOff, size: 2, spread: nil),
  ]

  @Test(arguments: stricter.indices)
  func `The reason is that of the stricter one, whichever member makes it so`(index: Int) {
    let plain = Self.changed("plain")
    #expect(plain.tightened(by: Self.stricter[index]).reason == "other" && Self.stricter[index].tightened(by: plain).reason == "other")
    #expect(plain.tightened(by: Self.changed()).reason == "plain", "one's own where neither is stricter")
  }

  @Test func `Times are compared as moments`() {
    // It ends at +30; the other cools down until +15.
    let early = Self.changed(holds: 30)
    let late = Self.changed(second: noonSecond + 10, holds: 30, cooldown: 5)
    for both in [early.tightened(by: late), late.tightened(by: early)] {
      #expect(both.second == noonSecond && both.holdsSeconds == 30 && both.cooldownSeconds == 15)
    }
    // The shorter one begins later, and so ends no sooner than 15 s after the first.
    #expect(early.tightened(by: Self.changed(second: noonSecond + 10, holds: 5)).holdsSeconds == 15)
  }

  @Test func `The result is never looser than either, the order does not matter, and twice is once`() {
    var chance = Chance.seeded("policies only tighten")
    func isLooser(_ a: Double?, than b: Double?) -> Bool { (a ?? .infinity) > (b ?? .infinity) }
    func withoutReason(_ policy: Policy) -> Policy {
      var policy = policy
      policy.reason = ""
      return policy
    }
    for _ in 0..<3000 {
      let (a, b, c) = (Policy.any(&chance), Policy.any(&chance), Policy.any(&chance))
      let result = a.tightened(by: b)
      for one in [a, b] {
        #expect(!result.allowsTrading || one.allowsTrading)
        #expect(result.mode >= one.mode && result.sizeMultiplier <= one.sizeMultiplier)
        #expect(!isLooser(result.maximumSpreadBps, than: one.maximumSpreadBps) && !isLooser(result.maximumDailyLoss, than: one.maximumDailyLoss))
        #expect(result.second + result.holdsSeconds <= one.second + one.holdsSeconds)
        // Beyond what a cool-down can say no clock comes.
        #expect(result.second + result.cooldownSeconds >= min(one.second + one.cooldownSeconds, Policy.maximumSeconds))
      }
      #expect([a.reason, b.reason].contains(result.reason))
      #expect([a.allowsTrading, b.allowsTrading].contains(result.allowsTrading) && [a.mode, b.mode].contains(result.mode))
      #expect([a.sizeMultiplier, b.sizeMultiplier].contains(result.sizeMultiplier))
      #expect([a.maximumSpreadBps, b.maximumSpreadBps].contains(result.maximumSpreadBps))
      #expect([a.maximumDailyLoss, b.maximumDailyLoss].contains(result.maximumDailyLoss))
      #expect(withoutReason(b.tightened(by: a)) == withoutReason(result))
      #expect(a.tightened(by: a) == a)
      #expect(result.tightened(by: a) == result && result.tightened(by: b) == result)
      #expect(withoutReason(result.tightened(by: c)) == withoutReason(a.tightened(by: b.tightened(by: c))))
    }
  }
}
