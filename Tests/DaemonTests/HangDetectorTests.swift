import Kernel
import Testing

@testable import Daemon

/// Samples by hand: no thread, no clock.
@Suite struct HangDetectorTests {
  private let period: Int64 = 250_000_000

  /// How many samples of one stuck step it takes to a verdict, after the one that sees the step first; nil = more than 100.
  private func verdict(
    after samples: [(call: Int32, state: ObservedThread.State, cpu: Int64)], detector: inout HangDetector, pulse: UInt64 = 7
  ) -> (count: Int, verdict: HangDetector.Verdict)? {
    var cpu: Int64 = 0
    let first = samples.first?.call ?? -1
    #expect(detector.look(.init(pulse: pulse, call: first, state: .running, cpuNanoseconds: 0)) == nil)
    for (index, sample) in samples.enumerated() {
      cpu += sample.cpu
      if let verdict = detector.look(.init(pulse: pulse, call: sample.call, state: sample.state, cpuNanoseconds: cpu)) { return (index + 1, verdict) }
    }
    return nil
  }

  @Test func `A step that waits is over the limit with the fourth sample`() throws {
    var detector = HangDetector(limitNanoseconds: 4 * period)
    #expect(detector.periodNanoseconds == period)
    let found = try #require(verdict(after: Array(repeating: (2, .sleeping, 0), count: 10), detector: &detector))
    #expect(found.count == 4 && found.verdict == .init(call: 2))
  }

  @Test func `Of a step that runs only what it got of the processor counts`() throws {
    for (share, count) in [(Int64(1), 4), (2, 8), (4, 15)] {
      var detector = HangDetector(limitNanoseconds: 4 * period)
      let found = try #require(verdict(after: Array(repeating: (0, .running, period / share), count: 100), detector: &detector))
      // The last sample need not be whole: a quarter less than the limit.
      #expect(found.count == count, "a share of 1/\(share)")
    }
    var detector = HangDetector(limitNanoseconds: 4 * period)
    #expect(verdict(after: Array(repeating: (0, .running, 0), count: 100), detector: &detector) == nil, "a machine that gives it nothing")
    // A sample that came late, after the machine slept: one period at most.
    detector = HangDetector(limitNanoseconds: 4 * period)
    let late = try #require(verdict(after: Array(repeating: (0, .running, 1000 * period), count: 100), detector: &detector))
    #expect(late.count == 4)
  }

  @Test func `A debugger or SIGSTOP does not count`() {
    var detector = HangDetector(limitNanoseconds: 4 * period)
    #expect(verdict(after: Array(repeating: (0, .stopped, 0), count: 100), detector: &detector) == nil)
  }

  @Test func `Turns and rests begin anew`() {
    let pulse = EnginePulse()
    var detector = HangDetector(limitNanoseconds: 4 * period)
    func look() -> Bool { detector.look(.init(pulse: pulse.value, call: 1, state: .sleeping, cpuNanoseconds: 0)) != nil }
    var verdicts: [Bool] = []
    for _ in 0..<100 { verdicts.append(look()) }
    #expect(!verdicts.contains(true), "it has not begun")
    for _ in 0..<50 {
      pulse.turn()
      for _ in 0..<4 { verdicts.append(look()) }
    }
    #expect(!verdicts.contains(true), "each step ends before the limit")
    pulse.rest()
    for _ in 0..<100 { verdicts.append(look()) }
    pulse.rest()
    #expect(!verdicts.contains(true) && !EnginePulse.isWork(pulse.value), "it waits for events")
    pulse.turn()
    #expect((0..<5).map { _ in look() } == [false, false, false, false, true], "stuck")
  }

  @Test func `The call that took most is named, or nobody`() throws {
    func name(_ calls: [Int32]) throws -> Int32 {
      var detector = HangDetector(limitNanoseconds: 4 * period)
      return try #require(verdict(after: calls.map { ($0, .sleeping, 0) }, detector: &detector)).verdict.call
    }
    #expect(try name([3, 3, 3, 5]) == 3, "5 was called when the other had used it all")
    #expect(try name([3, 3, 5, 5]) == 3, "half is enough, and the first came first")
    #expect(try name([0, 1, 2, 3]) == -1, "none took half")
    #expect(try name([-1, -1, -1, -1]) == -1, "the host's own")
    #expect(try name([-1, -1, -1, 4]) == -1, "one that had just begun")
  }
}
