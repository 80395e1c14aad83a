import Synchronization

/// One symbol's dataset, made by the first that needs it and dropped by the last.
final class DatasetShelf: Sendable {
  private struct State {
    var made: Result<Dataset, ResearchError>?
    var users: Int
  }

  private let plan: TrainingRun.Plan
  private let subject: TrainingRun.Subject
  private let state: Mutex<State>

  init(_ plan: TrainingRun.Plan, _ subject: TrainingRun.Subject, users: Int) {
    self.plan = plan
    self.subject = subject
    state = Mutex(State(users: users))
  }

  /// Whoever comes meanwhile waits: it needs the same.
  func take(_ noted: (String) -> Void, progress: (Double) -> Void) throws(ResearchError) -> Dataset {
    let result = state.withLock { state in
      if let made = state.made { return made }
      let made = build(progress)
      if case .success(let dataset) = made { for note in dataset.summary.notes { noted("\(subject.symbol): \(note)") } }
      state.made = made
      return made
    }
    return try result.get()
  }

  func leave() {
    state.withLock { state in
      state.users -= 1
      if state.users == 0 { state.made = nil }
    }
  }

  private func build(_ progress: (Double) -> Void) -> Result<Dataset, ResearchError> {
    do throws(ResearchError) { return .success(try DatasetBuilder.build(subject, plan, progress: progress)) } catch { return .failure(error) }
  }
}

extension DatasetBuilder {
  /// A subject's files as a plan wants them read.
  public static func build(_ subject: TrainingRun.Subject, _ plan: TrainingRun.Plan, progress: (Double) -> Void) throws(ResearchError) -> Dataset {
    let set = try TickFileSet(
      symbol: subject.symbol, market: subject.market, folder: plan.dataFolder, spec: subject.spec, others: plan.otherSymbols,
      options: plan.reading, limit: plan.fileLimit)
    return try build(set, schema: plan.schema, maximumGapSeconds: plan.maximumGapSeconds, options: plan.reading, progress: progress)
  }
}
