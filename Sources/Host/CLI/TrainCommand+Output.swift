import ArgumentParser
import Cryptography
import Glibc
import Market
import Plugins
import Research
import Session
import Synchronization

/// What `train` says: one line for each symbol and horizon, or one JSON object.
enum TrainOutput {
  static func line(_ outcome: TrainingRun.Outcome) -> String {
    let place = "\(outcome.symbol) \(outcome.horizonSeconds) s"
    switch outcome.result {
    case .success(let trained): return "\(place): \(trained.model.finding) \(trained.artefact.reportPath)"
    case .failure(let failure): return "\(place): no model: \(failure)"
    }
  }

  static func json(_ outcomes: [TrainingRun.Outcome], _ decisions: [TrainPublisher.Decision?]) -> JSONValue {
    .object([
      ("models", .array(zip(outcomes, decisions).map(json))), ("failed", .integer(failures(outcomes).count)),
    ])
  }

  private static func json(_ outcome: TrainingRun.Outcome, _ decision: TrainPublisher.Decision?) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("symbol", .text(outcome.symbol)), ("horizon", .integer(outcome.horizonSeconds))]
    switch outcome.result {
    case .failure(let failure): members += [("trained", .boolean(false)), ("reason", .text(failure.description))]
    case .success(let trained):
      let test = trained.model.evaluation
      members += [
        ("market", .text(trained.model.market.rawValue)), ("trained", .boolean(true)), ("finding", .text(trained.model.finding)),
        ("folder", .text(trained.artefact.folder)),
        ("report", .text(trained.artefact.reportPath)), ("sha256", .text(trained.artefact.digest.hex)), ("trials", .integer(trained.model.trials)),
        ("run_models", .integer(trained.model.runModels)),
        ("rows", .integer(trained.model.labelledRows)), ("test_rows", .integer(test.rows)), ("trees", .integer(trained.model.curve.bestRounds)),
        ("mcc", number(test.matthews)), ("mcc_low", number(test.interval?.low)), ("mcc_high", number(test.interval?.high)),
        ("log_loss", number(test.logLoss)), ("base_log_loss", number(test.baseLogLoss)), ("brier", number(test.brier)),
        ("accuracy", number(test.counts.accuracy)), ("auc", number(test.areaUnderCurve)),
        ("deflated_sharpe", number(trained.model.trade.deflated?.probability)),
      ]
    }
    if let decision {
      members += [
        ("published", .boolean(decision.verdict.isPublished && decision.failure == nil)),
        ("publish_reason", .text(decision.failure.map(\.description) ?? decision.verdict.reason)),
      ]
    }
    return .object(members)
  }

  private static func number(_ value: Double?) -> JSONValue { value.map { $0.isFinite ? .number("\($0)") : .null } ?? .null }

  private static func failures(_ outcomes: [TrainingRun.Outcome]) -> [TrainingFailure] {
    outcomes.compactMap { if case .failure(let failure) = $0.result { failure } else { nil } }
  }

  /// 1 when any failed, was not published as it should be, or was not taken over by a running host; where no data could be read at all, the code
  /// of that.
  static func exit(_ outcomes: [TrainingRun.Outcome], _ decisions: [TrainPublisher.Decision?]) throws {
    let failures = failures(outcomes)
    if let first = failures.first, failures.count == outcomes.count, failures.allSatisfy(\.isUnreadable) { throw ExitCode(first.kind.exitCode) }
    if !failures.isEmpty || decisions.contains(where: { $0?.failure != nil || $0?.refusal != nil }) { throw ExitCode(FaultKind.failed.exitCode) }
  }
}

/// A progress line that several threads move.
final class TrainProgress: @unchecked Sendable {
  // Unchecked: the line is used under the lock alone.
  private let progress: ProgressLine
  private let lock = Mutex(())

  init(task: String) { progress = ProgressLine(task: task) }

  func show(_ fraction: Double) { lock.withLock { _ in progress.show(fraction) } }
  func clear() { lock.withLock { _ in progress.clear() } }

  func warning(_ text: String) {
    lock.withLock { _ in
      progress.clear()
      Console.warning(text)
    }
  }

  /// One line of words, and the progress goes on below it.
  func line(_ text: String) {
    lock.withLock { _ in
      progress.clear()
      Console.line(text)
    }
  }
}

/// What may run at once.
enum ProcessorCount {
  static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
