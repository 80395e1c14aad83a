import Testing

@testable import Research

/// Who reads and who fits when, asked from one thread.
@Suite struct TrainingQueueTests {
  private let nothing: Result<Dataset, ResearchError> = .failure(ResearchError(.dataMissing, "none"))

  /// `r0` = read symbol 0, `t0.1` = fit its second horizon; nil = there is nothing to do now.
  private func next(_ queue: TrainingQueue) -> String? {
    switch queue.workNow() {
    case .read(let subject): "r\(subject)"
    case .train(let subject, let horizon, _): "t\(subject).\(horizon)"
    case nil: nil
    }
  }

  @Test func `whoever would wait reads the next symbol, and never are there three datasets`() {
    let queue = TrainingQueue(subjectCount: 3, horizonCount: 2)
    #expect(next(queue) == "r0")
    #expect(next(queue) == "r1", "another does not wait for the first")
    #expect(next(queue) == nil)
    queue.put(nothing, subject: 1)
    #expect([next(queue), next(queue), next(queue)] == ["t1.0", "t1.1", nil], "the third would be a third dataset")
    queue.put(nothing, subject: 0)
    queue.finish(subject: 1)
    #expect([next(queue), next(queue), next(queue)] == ["t0.0", "t0.1", nil])
    queue.finish(subject: 1)
    #expect(next(queue) == "r2", "the second is dropped with its last model")
    queue.finish(subject: 0)
    queue.finish(subject: 0)
    queue.put(nothing, subject: 2)
    #expect([next(queue), next(queue)] == ["t2.0", "t2.1"])
    let none = queue.take()
    #expect(none.map { _ in true } == nil, "nobody waits for what is being done")
  }
}
