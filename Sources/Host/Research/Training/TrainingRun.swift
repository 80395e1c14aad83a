import Cryptography
import Features
import Feeds
import Kernel
import Market
import Models
import Plugins
import Synchronization
import XGBoostLibrary

/// Models of several symbols and horizons, trained side by side; what goes wrong with one leaves the others alone.
public final class TrainingRun: Sendable {
  /// A symbol of a market with its scales.
  public struct Subject: Sendable {
    public var symbol: String
    public var market: Market
    /// Nil = those of its data.
    public var spec: InstrumentSpec?

    public init(symbol: String, market: Market, spec: InstrumentSpec?) {
      self.symbol = symbol
      self.market = market
      self.spec = spec
    }
  }

  /// What the models are made of and where they go.
  public struct Plan: Sendable {
    public var subjects: [Subject]
    public var horizonsSeconds: [Int]
    /// The folder of the tick files.
    public var dataFolder: String
    public var schema: FeatureSchema
    public var options: TrainingOptions
    /// features.max_gap_seconds
    public var maximumGapSeconds: Int64
    /// How the files are read.
    public var reading = TickFileOptions()
    /// Only so many of the latest files of a symbol; nil = all.
    public var fileLimit: Int?
    /// Symbols that exist as well, so that a file is taken for the right one.
    public var otherSymbols: [String] = []
    public var place: ArtefactPlace
    /// Side by side; 1...
    public var jobs: Int

    public init(
      subjects: [Subject], horizonsSeconds: [Int], dataFolder: String, schema: FeatureSchema, options: TrainingOptions, maximumGapSeconds: Int64,
      place: ArtefactPlace, jobs: Int
    ) {
      self.subjects = subjects
      self.horizonsSeconds = horizonsSeconds
      self.dataFolder = dataFolder
      self.schema = schema
      self.options = options
      self.maximumGapSeconds = maximumGapSeconds
      self.place = place
      self.jobs = jobs
    }
  }

  /// Of one symbol and horizon.
  public struct Outcome: Sendable {
    public var symbol: String
    public var horizonSeconds: Int
    public var result: Result<Trained, TrainingFailure>
  }

  public struct Trained: Sendable {
    public var model: TrainedModel
    public var artefact: TrainedArtefact
    /// Another model on the same test rows, where one was given.
    public var rival: Evaluation?
    /// Why the other one cannot be asked.
    public var rivalTrouble: String?
  }

  private let library: XGBoost
  private let plan: Plan
  private let datasets: [DatasetShelf]
  private let next = Atomic<Int>(0)
  /// Shares that are done, by task.
  private let shares: Mutex<[Double]>

  public init(_ library: XGBoost, _ plan: Plan) {
    self.library = library
    self.plan = plan
    datasets = plan.subjects.map { DatasetShelf(plan, $0, users: plan.horizonsSeconds.count) }
    shares = Mutex([Double](repeating: 0, count: plan.subjects.count * plan.horizonsSeconds.count))
  }

  /// Trains all of them and returns when the last is done, in the order of symbols and horizons.
  ///
  /// - Parameters:
  ///   - progress: the share that is done, 0...1, from any thread, often.
  ///   - rival: the model that a subject's and horizon's new one is to be compared with; nil = none.
  ///   - noted: what is to be known of a symbol's data, a line each, from any thread.
  ///   - done: each outcome as it comes, from any thread.
  /// - Throws: where not even a thread can be had.
  public func run(
    progress: @escaping @Sendable (Double) -> Void, rival: @escaping @Sendable (Subject, Int) -> [UInt8]?,
    noted: @escaping @Sendable (String) -> Void = { _ in }, done: @escaping @Sendable (Outcome) -> Void
  ) throws(KernelError) -> [Outcome] {
    let count = plan.subjects.count * plan.horizonsSeconds.count
    let outcomes = Mutex<[Outcome?]>([Outcome?](repeating: nil, count: count))
    try LowPriorityThreads.run(min(plan.jobs, count)) { [self] in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < count else { return }
        let outcome = train(task, progress, rival, noted)
        outcomes.withLock { $0[task] = outcome }
        advance(task, to: 1, progress)
        done(outcome)
      }
    }
    return outcomes.withLock { $0.compactMap(\.self) }
  }

  private func advance(_ task: Int, to share: Double, _ progress: (Double) -> Void) {
    let total = shares.withLock { shares in
      shares[task] = share
      return shares.reduce(0, +) / Double(shares.count)
    }
    progress(total)
  }

  private func train(
    _ task: Int, _ progress: (Double) -> Void, _ rival: (Subject, Int) -> [UInt8]?, _ noted: (String) -> Void
  ) -> Outcome {
    let subject = task / plan.horizonsSeconds.count
    let symbol = plan.subjects[subject].symbol
    let horizon = plan.horizonsSeconds[task % plan.horizonsSeconds.count]
    defer { datasets[subject].leave() }
    do {
      // Reading is about a third of the work, and is done once for all horizons.
      let dataset = try datasets[subject].take(noted) { share in advance(task, to: share / 3, progress) }
      let trials = 1 + (try plan.place.trials(symbol: symbol, horizonSeconds: horizon))
      let trainer = Trainer(library, plan.options)
      let market = plan.subjects[subject].market
      var model = try trainer.train(dataset, symbol: symbol, market: market, horizonSeconds: horizon, trials: trials) { share in
        advance(task, to: (1 + 2 * share) / 3, progress)
      }
      let artefact = try plan.place.write(&model, nanoseconds: Clocks.realtimeNanoseconds())
      var trained = Trained(model: model, artefact: artefact, rival: nil, rivalTrouble: nil)
      // What is trained is kept, whatever is the matter with the one that it is compared with.
      do { trained.rival = try rival(plan.subjects[subject], horizon).flatMap { try trainer.evaluate(model: $0, on: dataset, horizonSeconds: horizon) } } catch {
        trained.rivalTrouble = "\(error)"
      }
      return Outcome(symbol: symbol, horizonSeconds: horizon, result: .success(trained))
    } catch {
      return Outcome(symbol: symbol, horizonSeconds: horizon, result: .failure(TrainingFailure(error)))
    }
  }
}

/// Why one symbol and horizon has no new model; one line.
public struct TrainingFailure: Fault, Equatable {
  public let kind: FaultKind
  public let description: String
  /// There is no data, or it cannot be used.
  public let isUnreadable: Bool

  init(_ error: any Error) {
    isUnreadable = (error as? ResearchError).map { $0.code == .dataMissing || $0.code == .dataInvalid } ?? false
    if let fault = error as? any Fault {
      kind = fault.kind
      description = fault.description
    } else {
      kind = .failed
      description = "\(error)"
    }
  }
}
