import Engine
import Features
import Journal
import Market
import PluginABI
import Risk
import Session
import Settings

/// One input with the answers that came of it; most have none.
final class Step {
  /// Nil when there is nothing to run.
  private(set) var input: JournalRecord?
  private(set) var answers: [[UInt8]] = []
  private(set) var predictions: [ModelAnswer] = []
  // Unsafe: a copy of one record's payload, whose length is 16 bits; owned here, freed in deinit.
  private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  deinit { bytes.deallocate() }

  func hold(_ record: JournalRecord) {
    bytes.copyMemory(from: record.payload)
    input = record.kind == .end ? nil : record.moved(to: UnsafeRawBufferPointer(rebasing: bytes[..<record.payload.count]))
    if !answers.isEmpty { answers = [] }
    if !predictions.isEmpty { predictions = [] }
  }

  /// What a plugin or a model said in the course of it.
  ///
  /// - Throws: a prediction that cannot be read.
  func take(answer record: JournalRecord) throws(JournalError) {
    guard record.kind == .prediction else { return answers.append(Array(record.payload)) }
    guard let answer = ModelAnswer(prediction: record.payload) else {
      throw JournalError(.badData, "input \(record.sequence): a prediction that this host cannot read")
    }
    predictions.append(answer)
  }
}

/// An engine whose plugins are their recorded answers.
struct RepeatedEngine: ~Copyable {
  private var engine: Engine
  let instruments: [Instrument]
  /// What it goes on with; nil where it begins anew.
  let state: SavedState?
  private let capacity: Int
  /// Of the library that each instance has.
  private(set) var digests: [String]
  private(set) var parameters: [[String: String]]
  private let models: RecordedModels
  /// What stands in the models' places now.
  private(set) var places: [JournalHead.ModelPlace]
  /// The first step whose answers do not fit.
  private(set) var mismatch: JournalMismatch?

  /// - Parameter checkpoint: where it goes on; nil = the journal's beginning.
  /// - Throws: the head's settings, instruments or state cannot be read, or the checkpoint is none of this journal's engine.
  init(_ head: JournalHead, in folder: String, from checkpoint: SavedCheckpoint? = nil) throws {
    let path = "\(folder)/\(JournalFormat.headName)"
    var head = head
    if let checkpoint { (head.instances, head.models) = (checkpoint.instances, checkpoint.models) }
    let settings = try head.settingsInForce(in: path)
    let instruments = settings.pairs.instruments
    let instances = try head.instances.map { instance throws -> EngineConfiguration.Instance in
      guard let index = instruments.firstIndex(where: { $0.id.description == instance.instrument }) else {
        throw JournalError(.badData, "\(path): \(instance.id): its instrument \(instance.instrument) is not among those of the journal")
      }
      return EngineConfiguration.Instance(binding: try instance.binding(in: path), instrument: Int32(index), horizonSeconds: instance.horizonSeconds)
    }
    let models = RecordedModels(count: head.models?.count ?? 0)
    var configuration = try settings.engineConfiguration(instruments: instruments, instances: instances)
    configuration.approvalNanoseconds = head.approvalMilliseconds.map { $0 * 1_000_000 }
    configuration.models = try models.places(head.models ?? [], instruments, in: path)
    let state = try head.state(in: folder).map { try SavedState($0, in: "\(folder)/\(JournalFormat.stateName)") }
    if let state, state.instruments != instruments.map(\.id.description) || state.instances.count != head.instances.count {
      throw JournalError(.badData, "\(folder)/\(JournalFormat.stateName): has other instruments or instances than \(JournalFormat.headName)")
    }
    if let checkpoint, checkpoint.instruments != instruments.map(\.id.description) { throw Self.foreign(folder) }
    let engine = try Self.engine(configuration, from: checkpoint?.engine, in: folder)
    self.state = state
    self.instruments = instruments
    self.models = models
    places = head.models ?? []
    capacity = configuration.maximumIntentsPerEvent
    digests = head.instances.map(\.digest)
    parameters = head.instances.map(\.parameters)
    self.engine = engine
  }

  private static func engine(_ configuration: EngineConfiguration, from checkpoint: EngineCheckpoint?, in folder: String) throws -> Engine {
    var engine = Engine(configuration)
    if let checkpoint {
      let isLike = engine.resume(checkpoint)
      guard isLike else { throw foreign(folder) }
    }
    return engine
  }

  private static func foreign(_ folder: String) -> JournalError { JournalError(.badData, "\(folder): a snapshot of another engine") }

  /// As it stands between two inputs.
  var checkpoint: EngineCheckpoint? { engine.checkpoint() }

  /// Every limit that is set, with what is used of it now.
  func limitUses() -> [LimitUse] { engine.limitUses() }

  /// What a model was asked about last; nil while its features are not whole.
  func features(ofModel index: Int) -> [Double]? { engine.features(ofModel: index) }

  var snapshot: EngineSnapshot { engine.snapshot() }
  var account: LedgerAccount { LedgerAccount(equity: engine.equity, cash: engine.cash, peak: engine.peak) }

  /// - Parameter isCut: the host may have been killed in the middle of it, so that what is missing was not written any more.
  mutating func run(_ step: Step, isCut: Bool = false, in folder: String) throws {
    guard let record = step.input else { return }
    models.begin(step.predictions)
    var answers = step.answers[...]
    try run(record, &answers, in: folder)
    // Whoever goes on without a word loses the orders that came of those answers.
    guard mismatch == nil, let what = misfit(answers, isCut: isCut) else { return }
    mismatch = JournalMismatch(input: record.sequence, what: what)
  }

  /// What of the step's answers was not taken, or what was wanted and is not there.
  private func misfit(_ answers: ArraySlice<[UInt8]>, isCut: Bool) -> String? {
    func name(_ model: Int32) -> String {
      models.isPlace(model) ? "\(places[Int(model)].instrument)/\(places[Int(model)].horizonSeconds)" : "\(model)"
    }
    if let missing = models.missing, !isCut { return "model \(name(missing)) was asked, and it has no answer of it" }
    if let left = models.answers.first {
      return "it has an answer of model \(name(left.model)), which was not asked"
    }
    return answers.isEmpty ? nil : "it has an answer of a strategy to another call"
  }

  private mutating func run(_ record: JournalRecord, _ answers: inout ArraySlice<[UInt8]>, in folder: String) throws {
    if let (time, trade, instrument) = record.trade() {
      _ = engine.process(time, trade, instrument: instrument)
    } else if let (time, quote, instrument) = record.quote() {
      _ = engine.process(time, quote, instrument: instrument)
    } else {
      _ = try process(try record.input(), in: folder)
    }
    while true {
      let awaited = engine.awaited
      while engine.firstAction != nil { engine.removeFirstAction() }
      guard awaited >= 0 else { return }
      var answer = WorkerAnswer.intents(status: QE_OK, count: 0)
      if let bytes = answers.first {
        let recorded = bytes.withUnsafeBytes { RecordedAnswer($0, room: engine.awaitedRoom, capacity: capacity) }
        guard let recorded else { throw JournalError(.badData, "\(folder): input \(record.sequence): an answer that this host cannot read") }
        if recorded.call == engine.callCount, recorded.instance == awaited {
          answer = recorded.answer
          answers.removeFirst()
        }
      }
      _ = engine.answer(answer)
    }
  }

  private mutating func process(_ input: JournalInput, in folder: String) throws -> Bool {
    switch input {
    case .event(let event): return engine.process(event)
    case .depth(let time, let instrument, let bids, let asks):
      return bids.withUnsafeBufferPointer { bids in
        asks.withUnsafeBufferPointer { asks in
          // Unsafe: lent for the call; nobody here looks at it.
          let depth = qe_depth(bids: bids.baseAddress, asks: asks.baseAddress, bid_count: UInt32(bids.count), ask_count: UInt32(asks.count))
          return engine.process(time, depth: depth, instrument: instrument)
        }
      }
    case .tighten(let time, let limits, let symbolNotional): return engine.tighten(time, limits, symbolNotional: symbolNotional)
    case .replacement(let time, let instance, let warmUntil, let description):
      guard digests.indices.contains(Int(instance)) else {
        throw JournalError(.badData, "\(folder): input \(time.sequence): it replaces instance \(instance), and there is none")
      }
      digests[Int(instance)] = description.digest
      parameters[Int(instance)] = description.parameters
      return engine.replace(time, instance: Int(instance), with: try description.binding(in: folder), warmUntilNanoseconds: warmUntil)
    case .modelReplacement(let time, let model, let place):
      guard models.isPlace(model) else {
        throw JournalError(.badData, "\(folder): input \(time.sequence): it replaces model \(model), and there is no such place")
      }
      let schema = try place.schemaIndex(in: folder)
      places[Int(model)] = place
      return engine.replaceModel(time, model: Int(model), with: place.model == nil ? nil : models.binding(Int(model)), schema: schema)
    case .restore(let time):
      guard let state else { throw JournalError(.badData, "\(folder): input \(time.sequence): it goes on with a state, and the head names none") }
      return engine.restore(time, state.engine)
    case .end: return false
    }
  }
}

/// An answer, read back into the engine's room for intents.
private struct RecordedAnswer {
  let call: UInt64
  let instance: Int
  let answer: WorkerAnswer

  /// Nil for bytes that are no answer.
  init?(_ payload: UnsafeRawBufferPointer, room: UnsafeMutablePointer<qe_intent>, capacity: Int) {
    var decoder = RecordDecoder(payload)
    call = decoder.take()
    instance = Int(decoder.take(Int32.self))
    let status = decoder.take(qe_status.self)
    let (claimed, written) = (decoder.take(UInt32.self), Int(decoder.take(UInt32.self)))
    let failure = decoder.takeFailure()
    guard !decoder.isShort, written <= capacity, written * MemoryLayout<qe_intent>.stride <= decoder.remaining else { return nil }
    answer = failure.map { .failed($0) } ?? .intents(status: status, count: claimed)
    // Unsafe: plain fields of a C struct, as many as the room has at most; the journal's bytes were checked.
    UnsafeMutableRawBufferPointer(start: room, count: written * MemoryLayout<qe_intent>.stride)
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: payload[decoder.offset..<decoder.offset + written * MemoryLayout<qe_intent>.stride]))
  }
}

extension JournalHead.Instance {
  /// What is asked in the plugin's place.
  ///
  /// - Throws: its figures are none that a host writes, so that the file was changed; features that this host does not have.
  func binding(in file: String) throws(JournalError) -> StrategyBinding {
    var binding = StrategyBinding(isolatedEvents: events, timerPeriodMilliseconds: timerMilliseconds)
    // In nanoseconds it is added to times.
    guard !binding.wants(QE_EVENT_TIMER) || 1...(Int64.max / 4_000_000) ~= timerMilliseconds else {
      throw JournalError(.badData, "\(file): \(id): a timer of \(timerMilliseconds) ms; it was changed")
    }
    // Who wants features begins their series, for models that come later too.
    if let featureSchema {
      guard let index = FeatureSchema.all.firstIndex(where: { $0.name == featureSchema }) else {
        throw JournalError(.badData, "\(file): \(id): was lent features of \(featureSchema), which this host does not have")
      }
      binding.featureSchema = Int32(index)
    }
    return binding
  }
}
