import JSONTree
import TestKit
import Testing

@testable import Policy

@Suite struct BreakerTests {
  private func second(_ second: Int64) -> Int64 { noon + second * 1000 }

  /// Whether it opened by each.
  private func fail(_ breaker: inout Breaker, at seconds: Int64...) -> [Bool] { seconds.map { breaker.fail(at: second($0)) } }

  @Test func `Three failures within five minutes open it for two`() throws {
    var breaker = Breaker()
    #expect(fail(&breaker, at: 0, 10) == [false, false])
    #expect(!breaker.isOpen(at: second(10)) && breaker.json(at: second(10))["failures"] == 2)
    #expect(fail(&breaker, at: 20) == [true])
    #expect(breaker.isOpen(at: second(20)) && breaker.isOpen(at: second(140) - 1) && !breaker.isOpen(at: second(140)))
    let shown = #"""
      {"open": true, "open_until": 1770033740.0, "failures": 3, "failure_threshold": 3, "window_sec": 300, "open_sec": 120}
      """#
    #expect(breaker.json(at: second(20)) == (try node(shown)))
    #expect(breaker.json(at: second(140))["open"] == false)
  }

  @Test func `Failures that lie further apart do not`() {
    var breaker = Breaker()
    #expect(fail(&breaker, at: 0, 150, 300, 450, 600) == [false, false, false, false, false])
    var just = Breaker()
    #expect(fail(&just, at: 0, 1, 299) == [false, false, true])
  }

  @Test func `The first failure after it opens it again, and a success makes all of it forgotten`() {
    var breaker = Breaker()
    #expect(fail(&breaker, at: 0, 1, 2) == [false, false, true])
    var other = breaker
    #expect(!breaker.isOpen(at: second(122)))
    #expect(fail(&breaker, at: 123) == [true])
    #expect(breaker.isOpen(at: second(123)))
    other.succeed()
    #expect(other == Breaker() && !other.isOpen(at: second(3)))
    #expect(fail(&other, at: 123) == [false])
    #expect(!other.isOpen(at: second(123)))
  }

  @Test func `A failure while it is open is told by nobody and makes it longer`() {
    var breaker = Breaker(failureThreshold: 1, windowSeconds: 1, openSeconds: 10)
    #expect(fail(&breaker, at: 0, 5) == [true, false])
    #expect(breaker.isOpen(at: second(14)) && !breaker.isOpen(at: second(15)))
    for _ in 0..<1000 { _ = breaker.fail(at: second(20)) }
    #expect(breaker.json(at: second(20))["failures"] == 1, "no more are kept than it takes")
  }

  @Test func `A clock that is set back does not keep it open`() {
    var breaker = Breaker(failureThreshold: 2)
    #expect(fail(&breaker, at: 0, 1) == [false, true])
    #expect(!breaker.isOpen(at: second(-3600)))
    #expect(fail(&breaker, at: -3600, -3599) == [false, true], "what failed later does not count")
  }

  @Test func `It is open exactly after as many failures as it takes, whatever comes`() {
    var chance = Chance.seeded("breaker")
    for _ in 0..<100 {
      let (threshold, window, open) = (
        Int.random(in: 1...5, using: &chance), Int64.random(in: 1...60, using: &chance), Int64.random(in: 1...60, using: &chance)
      )
      var breaker = Breaker(failureThreshold: threshold, windowSeconds: window, openSeconds: open)
      var failures: [Int64] = []
      var until = Int64.min
      var now = noon
      for _ in 0..<200 {
        now += Int64.random(in: 0...20_000, using: &chance)
        if chance.chance(5) {
          breaker.succeed()
          (failures, until) = ([], .min)
        } else if chance.chance(50) {
          let wasOpen = now < until
          failures.append(now)
          let counted = failures.filter { now - $0 < window * 1000 }.count
          if counted >= threshold { until = now + open * 1000 }
          let opened = breaker.fail(at: now)
          #expect(opened == (counted >= threshold && !wasOpen))
        }
        #expect(breaker.isOpen(at: now) == (now < until))
      }
    }
  }
}
