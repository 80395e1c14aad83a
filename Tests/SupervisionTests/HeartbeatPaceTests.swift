import TestKit
import Testing

@testable import Supervision

/// When heartbeats go out: a machine of values, walked by hand and at random.
@Suite struct HeartbeatPaceTests {
  private static let second: Int64 = 1_000_000_000

  private func pace(interval: Int64 = 5, lostAfter: Int64 = 30) -> HeartbeatPace {
    HeartbeatPace(intervalNanoseconds: interval * Self.second, lostAfterNanoseconds: lostAfter * Self.second, now: 0)
  }

  @Test func `The first goes out at once, the next an interval later, each with a snapshot made for it`() {
    var pace = pace()
    #expect(pace.steps(at: 0, hasSnapshot: false) == [.wantSnapshot])
    #expect(pace.steps(at: 1, hasSnapshot: false) == [])
    #expect(pace.steps(at: 2, hasSnapshot: true) == [.send])
    #expect(pace.steps(at: 3, hasSnapshot: true) == [], "one is under way")
    _ = pace.answered(isGood: true, at: 10, chance: 0.5)
    #expect(pace.nextLook == 10 + 5 * Self.second - 200_000_000)
    let look = pace.nextLook
    #expect(pace.steps(at: look - 1, hasSnapshot: false) == [])
    #expect(pace.steps(at: look, hasSnapshot: false) == [.wantSnapshot])
    #expect(pace.steps(at: 10 + 5 * Self.second - 1, hasSnapshot: true) == [], "it is there, and it is not time yet")
    #expect(pace.steps(at: 10 + 5 * Self.second, hasSnapshot: true) == [.send])
  }

  @Test func `An engine that does not turn for an interval is stalled, is told once, and no heartbeat goes out before it turns`() {
    var pace = pace()
    _ = pace.steps(at: 0, hasSnapshot: false)
    #expect(pace.steps(at: 5 * Self.second - 1, hasSnapshot: false) == [])
    let stalled = pace.steps(at: 5 * Self.second, hasSnapshot: false)
    #expect(stalled == [.stalled] && pace.isStalled)
    #expect(pace.steps(at: 20 * Self.second, hasSnapshot: false) == [])
    let back = pace.steps(at: 21 * Self.second, hasSnapshot: true)
    #expect(back == [.turnsAgain, .send] && !pace.isStalled)
  }

  @Test func `Silence is told once, after lost_after_s, and its end`() {
    var pace = pace()
    _ = pace.steps(at: 0, hasSnapshot: true)
    #expect(pace.steps(at: 0, hasSnapshot: true) == [.send])
    #expect(pace.answered(isGood: false, at: Self.second, chance: 0.5) == false)
    #expect(pace.steps(at: 30 * Self.second - 1, hasSnapshot: true).contains(.lost) == false)
    #expect(pace.steps(at: 30 * Self.second, hasSnapshot: true).contains(.lost))
    let later = pace.steps(at: 40 * Self.second, hasSnapshot: true)
    #expect(!later.contains(.lost) && pace.isLost)
    let isBack = pace.answered(isGood: true, at: 41 * Self.second, chance: 0.5)
    #expect(isBack && !pace.isLost)
    #expect(pace.answered(isGood: true, at: 42 * Self.second, chance: 0.5) == false, "it was there")
  }

  @Test func `Failures are tried again at twice the distance each time, and never later than half of lost_after_s`() {
    var pace = pace(interval: 1, lostAfter: 16)
    var now: Int64 = 0
    var waits: [Int64] = []
    for _ in 0..<6 {
      while true {
        now = max(now, pace.nextLook)
        if pace.steps(at: now, hasSnapshot: true).contains(.send) { break }
        // The engine's answer.
        if pace.steps(at: now, hasSnapshot: true).contains(.send) { break }
      }
      _ = pace.answered(isGood: false, at: now, chance: 0.5)
      waits.append(now)
    }
    let distances = zip(waits.dropFirst(), waits).map { ($0 - $1 + Self.second / 2) / Self.second }
    #expect(distances == [1, 2, 4, 8, 8])
  }

  @Test func `Whatever happens, it never sends without a snapshot, nor two at a time, and comes back at its next look`() {
    var chance = Chance.seeded("the pace of heartbeats")
    for _ in 0..<200 {
      var pace = HeartbeatPace(
        intervalNanoseconds: Int64.random(in: 0...10, using: &chance) * Self.second / 2,
        lostAfterNanoseconds: Int64.random(in: 1...60, using: &chance) * Self.second, now: 0)
      var (now, isUnderWay, sent) = (Int64(0), false, 0)
      for _ in 0..<300 {
        now = chance.next() % 2 == 0 ? min(now + 60 * Self.second, max(now, pace.nextLook)) : now + Int64.random(in: 0...Self.second, using: &chance)
        let hasSnapshot = chance.next() % 4 != 0
        let steps = pace.steps(at: now, hasSnapshot: hasSnapshot)
        if steps.contains(.send) {
          #expect(hasSnapshot && !isUnderWay)
          isUnderWay = true
          sent += 1
        }
        if isUnderWay, chance.next() % 2 == 0 {
          _ = pace.answered(isGood: chance.next() % 3 != 0, at: now, chance: Double.random(in: 0..<1, using: &chance))
          isUnderWay = false
        }
      }
      #expect(sent > 0)
    }
  }
}
