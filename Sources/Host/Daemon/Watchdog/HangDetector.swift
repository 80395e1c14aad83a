import Kernel

/// Tells from samples whether the engine is stuck in one step.
///
/// It counts what it has seen, not what the clock says: a process that was stopped or a machine that slept has not been
/// sampled meanwhile. Of a thread that wants to run, only what it got of a processor counts, so that a busy machine does not
/// make it look stuck; of one that waits, the whole time between two samples.
struct HangDetector {
  struct Sample {
    /// Of the engine's loop.
    var pulse: UInt64
    /// The instance that is being called; -1 = none.
    var call: Int32
    var state: ObservedThread.State
    var cpuNanoseconds: Int64
  }

  struct Verdict: Equatable {
    /// The instance whose call took most of the step; -1 when no call took half of it.
    var call: Int32
  }

  /// Samples that make up the limit.
  static let samples: Int64 = 4

  let limitNanoseconds: Int64
  /// From one sample to the next.
  var periodNanoseconds: Int64 { limitNanoseconds / Self.samples }

  private var last: Sample?
  /// Of the step under way.
  private var stuckNanoseconds: Int64 = 0
  /// Of the call under way.
  private var callNanoseconds: Int64 = 0
  private var longest = (call: Int32(-1), nanoseconds: Int64(0))

  init(limitNanoseconds: Int64) { self.limitNanoseconds = limitNanoseconds }

  /// Takes the next sample; a verdict once the step is over the limit.
  mutating func look(_ sample: Sample) -> Verdict? {
    defer { last = sample }
    guard EnginePulse.isWork(sample.pulse), let last, last.pulse == sample.pulse else {
      (stuckNanoseconds, callNanoseconds, longest) = (0, 0, (-1, 0))
      return nil
    }
    let spent: Int64
    switch sample.state {
    case .running: spent = min(periodNanoseconds, max(0, sample.cpuNanoseconds - last.cpuNanoseconds))
    case .sleeping: spent = periodNanoseconds
    case .stopped: spent = 0
    }
    stuckNanoseconds += spent
    callNanoseconds = (sample.call == last.call ? callNanoseconds : 0) + spent
    if sample.call >= 0, callNanoseconds > longest.nanoseconds { longest = (sample.call, callNanoseconds) }
    // A processor's clock is a little short of the sleep between two samples: the last one need not be whole.
    guard stuckNanoseconds >= limitNanoseconds - periodNanoseconds / 4 else { return nil }
    return Verdict(call: longest.nanoseconds * 2 >= limitNanoseconds ? longest.call : -1)
  }
}
