import Engine
import Market
import Testing

@testable import Daemon

/// One watchdog over the engines of the account and of its shadows.
@Suite struct WatchedCallsTests {
  @Test func `Each engine's calls have their own places among the suspects`() {
    // Two instances and one model; a shadow with room for two models; another one.
    let marks = [CallMark(), CallMark(), CallMark()]
    let last = WatchedCalls(marks[2], instanceCount: 1, first: 6)
    let calls = WatchedCalls(marks[0], instanceCount: 2, next: WatchedCalls(marks[1], instanceCount: 1, first: 3, next: last))
    #expect(calls.current == -1)
    for (engine, mark, place): (Int, Int32, Int32) in [
      (0, 0, 0), (0, 1, 1), (0, Engine.mark(ofModel: 0), 2), (1, 0, 3), (1, Engine.mark(ofModel: 1), 5), (2, 0, 6), (2, Engine.mark(ofModel: 0), 7),
    ] {
      marks[engine].begin(mark)
      #expect(calls.current == place, "engine \(engine), mark \(mark)")
      marks[engine].end()
      #expect(calls.current == -1)
    }
  }
}
