import Testing

@testable import Daemon

/// Which samples make a hang, without a clock.
@Suite struct HangDetectorTests {
  private static let quarter: Int64 = 25_000_000

  private func sample(_ pulse: UInt64, call: Int32 = -1, _ state: HangSampleState = .busy, cpu: Int64 = 0) -> HangDetector.Sample {
    HangDetector.Sample(pulse: pulse, call: call, state: state == .busy ? .running : state == .waits ? .sleeping : .stopped, cpuNanoseconds: cpu)
  }

  private enum HangSampleState { case busy, waits, stopped }

  /// Feeds the samples; the index of the one that gave a verdict, with it.
  private func verdict(_ samples: [HangDetector.Sample]) -> (index: Int, call: Int32)? {
    var detector = HangDetector(limitNanoseconds: 100_000_000)
    for (index, sample) in samples.enumerated() { if let verdict = detector.look(sample) { return (index, verdict.call) } }
    return nil
  }

  @Test func `Four quarters in one step are a hang, and the call that took them is named`() {
    let samples = (0..<8).map { sample(7, call: 3, cpu: Int64($0) * Self.quarter) }
    let found = verdict(samples)
    #expect(found?.index == 4 && found?.call == 3)
  }

  @Test func `Turns, rests and stops are none`() {
    #expect(verdict((0..<20).map { sample(UInt64(2 * $0 + 1), call: 1, cpu: Int64($0) * Self.quarter) }) == nil, "each sample sees another turn")
    #expect(verdict((0..<20).map { sample(8, cpu: Int64($0) * Self.quarter) }) == nil, "an even pulse rests")
    #expect(verdict((0..<20).map { _ in sample(7, call: 1, .stopped) }) == nil, "held by a debugger")
    #expect(verdict((0..<20).map { _ in sample(7, call: 1, cpu: 5) }) == nil, "it wants to run and gets no processor")
  }

  @Test func `One that waits inside a step hangs too, and a step without a call blames nobody`() {
    #expect(verdict((0..<8).map { _ in sample(7, call: 2, .waits) })?.call == 2)
    #expect(verdict((0..<8).map { _ in sample(7, .waits) })?.call == -1)
    let changing = (0..<8).map { sample(7, call: Int32($0), cpu: Int64($0) * Self.quarter) }
    #expect(verdict(changing)?.call == -1, "many short calls make one long step")
  }
}
