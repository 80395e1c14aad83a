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
    /// Models of all symbols and horizons.
    public var taskCount: Int { subjects.count * horizonsSeconds.count }

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
  private let queue: TrainingQueue
  /// Shares that are done, by task.
  private let shares: Mutex<[Double]>

  public init(_ library: XGBoost, _ plan: Plan) {
    self.library = library
    self.plan = plan
    queue = TrainingQueue(subjectCount: plan.subjects.count, horizonCount: plan.horizonsSeconds.count)
    shares = Mutex([Double](repeating: 0, count: plan.taskCount))
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
    let outcomes = Mutex<[Outcome?]>([Outcome?](repeating: nil, count: plan.taskCount))
    try LowPriorityThreads.run(min(plan.jobs, plan.taskCount)) { [self] in
      while let work = queue.take() {
        switch work {
        case .read(let subject): queue.put(read(subject, progress, noted), subject: subject)
        case .train(let subject, let horizon, let dataset):
          let outcome = train(subject, horizon, dataset, progress, rival)
          queue.finish(subject: subject)
          let task = subject * plan.horizonsSeconds.count + horizon
          outcomes.withLock { $0[task] = outcome }
          advance(task...task, to: 1, progress)
          done(outcome)
        }
      }
    }
    return outcomes.withLock { $0.compactMap(\.self) }
  }

  private func advance(_ tasks: ClosedRange<Int>, to share: Double, _ progress: (Double) -> Void) {
    let total = shares.withLock { shares in
      for task in tasks { shares[task] = share }
      return shares.reduce(0, +) / Double(shares.count)
    }
    progress(total)
  }

  private func read(_ subject: Int, _ progress: (Double) -> Void, _ noted: (String) -> Void) -> Result<Dataset, ResearchError> {
    let first = subject * plan.horizonsSeconds.count
    do throws(ResearchError) {
      // Reading is about a third of the work, and is done once for all horizons.
      let dataset = try DatasetBuilder.build(plan.subjects[subject], plan, jobs: min(plan.jobs, plan.taskCount)) { share in
        advance(first...first + plan.horizonsSeconds.count - 1, to: share / 3, progress)
      }
      for note in dataset.summary.notes { noted("\(plan.subjects[subject].symbol): \(note)") }
      return .success(dataset)
    } catch { return .failure(error) }
  }

  private func train(
    _ subject: Int, _ horizonIndex: Int, _ dataset: Result<Dataset, ResearchError>, _ progress: (Double) -> Void,
    _ rival: (Subject, Int) -> [UInt8]?
  ) -> Outcome {
    let horizon = plan.horizonsSeconds[horizonIndex]
    let task = subject * plan.horizonsSeconds.count + horizonIndex
    let (symbol, market) = (plan.subjects[subject].symbol, plan.subjects[subject].market)
    do {
      let dataset = try dataset.get()
      let trials = 1 + (try plan.place.trials(symbol: symbol, horizonSeconds: horizon))
      let trainer = Trainer(library, plan.options)
      var model = try trainer.train(dataset, symbol: symbol, market: market, horizonSeconds: horizon, trials: trials) { share in
        advance(task...task, to: (1 + 2 * share) / 3, progress)
      }
      model.runModels = plan.taskCount
      let artefact = try plan.place.write(&model, nanoseconds: Clocks.realtimeNanoseconds())
      var trained = Trained(model: model, artefact: artefact, rival: nil, rivalTrouble: nil)
      // What is trained is kept, whatever is the matter with the one that it is compared with.
      do {
        trained.rival = try rival(plan.subjects[subject], horizon).flatMap {
          try trainer.evaluate(model: $0, on: dataset, horizonSeconds: horizon)
        }
      } catch { trained.rivalTrouble = "\(error)" }
      return Outcome(symbol: symbol, horizonSeconds: horizon, result: .success(trained))
    } catch {
      return Outcome(symbol: symbol, horizonSeconds: horizon, result: .failure(TrainingFailure(error)))
    }
  }
}

extension DatasetBuilder {
  /// A subject's files as a plan wants them read.
  ///
  /// - Parameter jobs: models that are fitted to it at once.
  public static func build(
    _ subject: TrainingRun.Subject, _ plan: TrainingRun.Plan, jobs: Int, progress: (Double) -> Void
  ) throws(ResearchError) -> Dataset {
    let set = try TickFileSet(
      symbol: subject.symbol, market: subject.market, folder: plan.dataFolder, spec: subject.spec, others: plan.otherSymbols,
      options: plan.reading, limit: plan.fileLimit)
    return try build(
      set, schema: plan.schema, maximumGapSeconds: plan.maximumGapSeconds, options: plan.reading, memory: MemoryNeed(jobs: jobs), progress: progress)
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
