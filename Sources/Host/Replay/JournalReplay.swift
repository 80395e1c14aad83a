import Cryptography
import Engine
import Journal
import Market
import PluginABI
import Plugins
import Risk
import Session
import Settings

/// Runs a journal's inputs through the engine once more, with the same plugins, and holds every answer and action to the journal's.
///
/// No venue is asked: what it said is an input.
public struct JournalReplay {
  public struct Result: Sendable {
    public var inputs = 0
    public var decisions = 0
    public var actions = 0
    public var answers = 0
    public var ending = JournalEnding.open
    /// Nil: all is equal.
    public var divergence: Divergence?
    /// As the run's own, over what was replayed.
    public var decisionHash = ""
  }

  public let folder: String
  private let store: ArtefactStore

  /// - Parameter runtimePath: whose store has the libraries.
  public init(folder: String, runtimePath: String) {
    self.folder = folder
    store = ArtefactStore(runtimePath: runtimePath)
  }

  /// - Throws: the journal, its settings or its plugins cannot be read; a divergence is a result.
  public func verify() throws -> Result {
    let reader = try JournalReader(folder: folder, checksChain: false)
    let head = reader.head
    let (session, instruments) = try session(head)
    let text = RecordText(instruments: instruments, instances: head.instances.map(\.id))
    let state = try head.state(in: folder).map { try SavedState($0, in: "\(folder)/\(JournalFormat.stateName)") }
    if let state, state.instruments != instruments.map(\.id.description) || state.instances.count != head.instances.count {
      throw JournalError(.badData, "\(folder)/\(JournalFormat.stateName): has other instruments or instances than \(JournalFormat.headName)")
    }
    if var state, let refused = state.restorePlugins(of: session).first {
      throw JournalError(.badData, "\(folder)/\(JournalFormat.stateName): \(refused.instance) does not take what it kept: \(refused.reason)")
    }
    var driver = ReplayDriver(
      session, head, state: state, text, models: KeptModels(store: store, file: "\(folder)/\(JournalFormat.headName)"), resolve: resolve)
    var steps = ReplaySteps(reader)
    var result = Result()
    while let step = try steps.take() {
      if case .end = step.input { break }
      result.inputs += 1
      result.decisions += step.actions.count { $0.kind == .decision }
      result.actions += step.actions.count
      result.answers += step.answers.count
      if var divergence = try driver.run(step, steps.bytes) {
        (divergence.recordedAnswers, divergence.replayedAnswers) = driver.wishes(step, steps.bytes)
        divergence.replayedState = self.state(driver.snapshot, head, instruments)
        addRecorded(to: &divergence, text)
        result.divergence = divergence
        break
      }
    }
    if result.divergence == nil {
      // To the end of the file: what stands behind the last input is looked at too.
      while try steps.take() != nil {}
      result.ending = steps.ending ?? .open
    }
    result.decisionHash = driver.decisionHash
    return result
  }

  /// The other side of a divergence: the journal's own answers through an engine, up to that input. A journal that somebody has edited may
  /// have none; the divergence stands without it.
  private func addRecorded(to divergence: inout Divergence, _ text: RecordText) {
    do {
      var reader = try JournalReader(folder: folder, checksChain: false)
      var engine = try RepeatedEngine(reader.head, in: folder)
      let (head, step) = (reader.head, Step())
      while let record = try reader.next(), record.sequence <= divergence.input {
        if record.kind.isInput {
          try engine.run(step, in: folder)
          step.hold(record)
          if record.sequence == divergence.input { divergence.event = text.json(record) }
        } else if record.kind.isAnswer {
          try step.take(answer: record)
        }
      }
      try engine.run(step, in: folder)
      divergence.recordedState = state(engine.snapshot, head, engine.instruments)
    } catch {}
  }

  private func state(_ snapshot: EngineSnapshot, _ head: JournalHead, _ instruments: [Instrument]) -> JSONValue {
    SavedState(
      instruments: instruments.map(\.id.description),
      instances: head.instances.map { SavedState.Instance(id: $0.id, instrument: $0.instrument, digest: $0.digest) }, engine: snapshot
    ).json(instruments)
  }

  /// A plugin of the journal, from the store.
  private func resolve(_ instance: JournalHead.Instance) throws -> ResolvedStrategy {
    let file = "\(folder)/\(JournalFormat.headName)"
    guard let digest = Digest(hex: instance.digest) else { throw JournalError(.badData, "\(file): \(instance.id): its digest is none") }
    return ResolvedStrategy(
      file: try store.file(digest, name: instance.fileName), horizonSeconds: instance.horizonSeconds, parameters: instance.parameters, source: file)
  }

  /// The instances of the head, made anew from the kept libraries.
  private func session(_ head: JournalHead) throws -> (TradingSession, [Instrument]) {
    let file = "\(folder)/\(JournalFormat.headName)"
    var settings = try head.settingsInForce(in: file)
    // A worker's answers are in the journal; who gives them anew is called here.
    settings.plugins.isolation = .inProcess
    settings.plugins.isolationByInstance = [:]
    let instruments = settings.pairs.instruments
    var strategies: [(instrument: Int, resolved: ResolvedStrategy)] = []
    var vacant: [TradingSession.Vacancy] = []
    for instance in head.instances {
      guard let index = instruments.firstIndex(where: { $0.id.description == instance.instrument }) else {
        throw JournalError(.badData, "\(file): \(instance.id): its instrument \(instance.instrument) is not among those of the journal")
      }
      if instance.isolation == "vacant" {
        vacant.append(TradingSession.Vacancy(instrument: index, id: instance.id, digest: Digest(hex: instance.digest) ?? SHA256Hasher.digest(of: [])))
      } else {
        strategies.append((instrument: index, resolved: try resolve(instance)))
      }
    }
    // Where a plugin may run in live is a matter of a start that trades; nothing is sent from here.
    if settings.mode == .live { settings.mode = .paper }
    let kept = KeptModels(store: store, file: file)
    let session = try TradingSession(
      instruments: instruments, strategies: strategies, vacant: vacant, settings: settings, approvalMilliseconds: head.approvalMilliseconds
    ) { index, _ in
      try kept.places(head.models ?? [], of: instruments[index], index: index)
    }
    return (session, instruments)
  }
}
