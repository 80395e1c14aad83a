import Cryptography
import Engine
import Journal
import Market
import PluginABI
import Plugins
import Session

/// An engine that takes a journal's inputs, and what it does, as bytes.
struct ReplayDriver: ~Copyable {
  private var engine: Engine
  private var hasher: DecisionHasher
  private let session: TradingSession
  private let state: SavedState?
  private let text: RecordText
  private var workers: [ReplayWorker?]
  private let resolve: (JournalHead.Instance) throws -> ResolvedStrategy
  private let models: KeptModels
  private let answers: ProducedAnswers
  /// The answers of the step in work, for the workers that fail in it.
  private let failures = RecordedFailures()
  private let scratch = UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 16)
  // Unsafe: room for one action, whose layouts are all below it; owned here, freed in deinit.

  init(
    _ session: TradingSession, _ head: JournalHead, state: SavedState?, _ text: RecordText, models: KeptModels,
    resolve: @escaping (JournalHead.Instance) throws -> ResolvedStrategy
  ) {
    self.resolve = resolve
    self.models = models
    self.state = state
    self.session = session
    self.text = text
    var configuration = session.configuration
    var workers: [ReplayWorker?] = []
    for (index, instance) in head.instances.enumerated() {
      let binding = configuration.instances[index].binding
      guard instance.isolation == "process" else {
        workers.append(nil)
        continue
      }
      workers.append(ReplayWorker(binding, capacity: configuration.maximumIntentsPerEvent, ordinal: index, failures))
      configuration.instances[index].binding = binding.isolated
    }
    self.workers = workers
    answers = ProducedAnswers(horizonSeconds: configuration.models.map(\.horizonSeconds))
    engine = Engine(configuration)
    engine.answers = answers
    hasher = DecisionHasher(instanceCount: head.instances.count)
  }

  deinit { scratch.deallocate() }

  var decisionHash: String { hasher.hashes().run.hex }

  /// Nil when all that came of it is equal.
  mutating func run(_ step: ReplayStep, _ bytes: [UInt8]) throws -> Divergence? {
    answers.clear()
    failures.load(step, bytes)
    var position = 0
    var divergence: Divergence?
    try process(step)
    while true {
      let awaited = engine.awaited
      if awaited >= 0 {
        let call = engine.awaitedCall
        workers[Int(awaited)]?.post(context: call.context, event: call.event, capacity: call.capacity)
      }
      while let action = engine.firstAction {
        if case .decision(let decision) = action.pointee { hasher.add(decision) }
        if divergence == nil { divergence = compare(action, step, position, bytes) }
        position += 1
        engine.removeFirstAction()
      }
      guard awaited >= 0 else { break }
      _ = engine.answer(workers[Int(awaited)]?.wait(into: engine.awaitedRoom) ?? .failed(.ended(.garbled)))
    }
    // What a plugin said comes before what the host made of it.
    if let first = compareAnswers(step, bytes) { return first }
    if divergence == nil, position < step.actions.count {
      let part = step.actions[position]
      return Divergence(
        input: step.sequence, inputKind: step.kind.name, what: "action \(part.kind.name)", recorded: shown(part.kind, bytes, part.range),
        replayed: nil, fields: [])
    }
    return divergence
  }

  private mutating func process(_ step: ReplayStep) throws {
    switch step.input {
    case .event(let event): _ = engine.process(event)
    case .depth(let time, let instrument, let bids, let asks):
      bids.withUnsafeBufferPointer { bids in
        asks.withUnsafeBufferPointer { asks in
          // Unsafe: lent to plugins for the call, as the loop lends its own.
          let depth = qe_depth(bids: bids.baseAddress, asks: asks.baseAddress, bid_count: UInt32(bids.count), ask_count: UInt32(asks.count))
          _ = engine.process(time, depth: depth, instrument: instrument)
        }
      }
    case .tighten(let time, let limits, let symbolNotional): _ = engine.tighten(time, limits, symbolNotional: symbolNotional)
    case .replacement(let time, let instance, let warmUntil, let description): try replace(Int(instance), time, warmUntil, description)
    case .modelReplacement(let time, let model, let place): try replaceModel(time, Int(model), place)
    case .restore(let time):
      guard let state else { throw JournalError(.badData, "input \(time.sequence): it goes on with a state, and the head names none") }
      _ = engine.restore(time, state.engine)
    case .end: break
    }
  }

  /// Another version takes over, as it did: with its predecessor's state where it had that.
  private mutating func replace(_ ordinal: Int, _ time: EventTime, _ warmUntil: Int64, _ description: JournalHead.Instance) throws {
    guard session.instances.indices.contains(ordinal) else {
      throw JournalError(.badData, "input \(time.sequence): it replaces instance \(ordinal), and there is none")
    }
    let resolved = try resolve(description)
    let strategy = try session.launcher.start(resolved, session.instrument(of: ordinal))
    if warmUntil == .min, let state = try session.instances[ordinal].saveState() { try strategy.restoreState(state) }
    let old = session.replace(ordinal, with: strategy, from: resolved)
    var binding = strategy.binding
    if description.isolation == "process" {
      workers[ordinal] = ReplayWorker(binding, capacity: session.configuration.maximumIntentsPerEvent, ordinal: ordinal, failures)
      binding = binding.isolated
    } else {
      workers[ordinal] = nil
    }
    _ = engine.replace(time, instance: ordinal, with: binding, warmUntilNanoseconds: warmUntil)
    old.close()
  }

  private mutating func replaceModel(_ time: EventTime, _ index: Int, _ place: JournalHead.ModelPlace) throws {
    guard session.models.indices.contains(index) else {
      throw JournalError(.badData, "input \(time.sequence): it replaces model \(index), and there is no such place")
    }
    let old = session.replace(model: index, with: try models.content(place, on: session.instruments[session.models[index].instrument]))
    let new = session.models[index]
    _ = engine.replaceModel(time, model: index, with: new.binding, schema: new.schemaIndex)
    old.close()
  }

  // MARK: Comparing. Of a step that was cut the journal has the beginning.

  private func compare(_ action: UnsafePointer<Action>, _ step: ReplayStep, _ position: Int, _ bytes: [UInt8]) -> Divergence? {
    let kind = RecordKind(of: action)
    var encoder = RecordEncoder(at: scratch)
    encoder.put(action)
    let produced = UnsafeRawBufferPointer(start: scratch, count: encoder.offset)
    guard position < step.actions.count else {
      if step.isCut { return nil }
      return Divergence(
        input: step.sequence, inputKind: step.kind.name, what: "action \(kind.name)", recorded: nil, replayed: .object(text.members(kind, produced)),
        fields: [])
    }
    let part = step.actions[position]
    if part.kind == kind, bytes[part.range].prefix(produced.count).elementsEqual(produced) { return nil }
    return difference("action", step, part, bytes, kind, produced)
  }

  private func compareAnswers(_ step: ReplayStep, _ bytes: [UInt8]) -> Divergence? {
    for (index, part) in step.answers.enumerated() {
      guard let produced = answers[index] else {
        return Divergence(
          input: step.sequence, inputKind: step.kind.name, what: Self.word(part.kind), recorded: shown(part.kind, bytes, part.range),
          replayed: nil, fields: [])
      }
      if part.kind != produced.kind || !bytes[part.range].prefix(produced.bytes.count).elementsEqual(produced.bytes) {
        return produced.bytes.withUnsafeBytes { difference(Self.word(part.kind), step, part, bytes, produced.kind, $0) }
      }
    }
    guard !step.isCut, let more = answers[step.answers.count] else { return nil }
    return Divergence(
      input: step.sequence, inputKind: step.kind.name, what: Self.word(more.kind), recorded: nil,
      replayed: more.bytes.withUnsafeBytes { .object(text.members(more.kind, $0)) }, fields: [])
  }

  private static func word(_ kind: RecordKind) -> String { kind == .prediction ? "answer of a model" : "answer of a plugin" }

  private func difference(
    _ what: String, _ step: ReplayStep, _ part: ReplayStep.Part, _ bytes: [UInt8], _ kind: RecordKind, _ produced: UnsafeRawBufferPointer
  ) -> Divergence {
    let recorded = bytes[part.range].withUnsafeBytes { text.members(part.kind, $0) }
    let replayed = text.members(kind, produced)
    var fields: [String] = []
    if part.kind == kind {
      for (old, new) in zip(recorded, replayed) where old.value.description != new.value.description {
        fields.append("\(old.key) \(old.value.description), \(new.value.description)")
      }
      if fields.isEmpty { fields = bytes[part.range].withUnsafeBytes { intentFields($0, produced) } }
    } else {
      fields = ["kind \(part.kind.name), \(kind.name)"]
    }
    return Divergence(
      input: step.sequence, inputKind: step.kind.name, what: "\(what)\(what == "action" ? " \(part.kind.name)" : "")", recorded: .object(recorded),
      replayed: .object(replayed), fields: fields)
  }

  /// What differs within the wishes of two answers that have the same number of them.
  private func intentFields(_ recorded: UnsafeRawBufferPointer, _ produced: UnsafeRawBufferPointer) -> [String] {
    var fields: [String] = []
    for (index, (old, new)) in zip(text.intents(recorded), text.intents(produced)).enumerated() {
      for (before, after) in zip(old, new) where before.value.description != after.value.description {
        fields.append("intent \(index + 1): \(before.key) \(before.value.description), \(after.value.description)")
      }
    }
    return fields.isEmpty ? ["the intents themselves"] : fields
  }

  /// What plugins wished for in a step that has been run: by the journal, and here.
  func wishes(_ step: ReplayStep, _ bytes: [UInt8]) -> (recorded: [JSONValue], replayed: [JSONValue]) {
    func wish(_ payload: UnsafeRawBufferPointer) -> JSONValue {
      .object(text.members(.answer, payload) + [("intents", .array(text.intents(payload).map { .object($0) }))])
    }
    let recorded = step.answers.filter { $0.kind == .answer }.map { part in bytes[part.range].withUnsafeBytes(wish) }
    var replayed: [JSONValue] = []
    var index = 0
    while let answer = answers[index] {
      if answer.kind == .answer { replayed.append(answer.bytes.withUnsafeBytes(wish)) }
      index += 1
    }
    return (recorded, replayed)
  }

  var snapshot: EngineSnapshot { engine.snapshot() }

  private func shown(_ kind: RecordKind, _ bytes: [UInt8], _ range: Range<Int>) -> JSONValue {
    bytes[range].withUnsafeBytes { .object(text.members(kind, $0)) }
  }
}

/// What plugins answered in the step, as the journal would have it.
final class ProducedAnswers: AnswerJournal {
  private var all: [(kind: RecordKind, bytes: [UInt8])] = []
  /// By index of the model.
  private let horizonSeconds: [Int64]

  init(horizonSeconds: [Int64]) { self.horizonSeconds = horizonSeconds }

  func clear() { if !all.isEmpty { all = [] } }

  subscript(index: Int) -> (kind: RecordKind, bytes: [UInt8])? { all.indices.contains(index) ? all[index] : nil }

  func answered(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>) {
    var bytes = [UInt8](repeating: 0, count: RecordEncoder.size(of: answer))
    bytes.withUnsafeMutableBytes { room in
      var encoder = RecordEncoder(at: room.baseAddress!)
      encoder.put(answer, intents)
    }
    all.append((.answer, bytes))
  }

  func predicted(_ answer: ModelAnswer) {
    var bytes = [UInt8](repeating: 0, count: RecordLayout.size(of: .prediction))
    bytes.withUnsafeMutableBytes { room in
      var encoder = RecordEncoder(at: room.baseAddress!)
      encoder.put(answer, horizonSeconds: horizonSeconds[Int(answer.model)])
    }
    all.append((.prediction, bytes))
  }
}

/// Workers that fail in the step, by the journal.
final class RecordedFailures {
  private var failures: [JournalFailure] = []

  func load(_ step: ReplayStep, _ bytes: [UInt8]) {
    if !failures.isEmpty { failures = [] }
    for part in step.answers {
      bytes[part.range].withUnsafeBytes { raw in
        if let failure = JournalFailure(answer: raw) { failures.append(failure) }
      }
    }
  }

  func take(_ instance: Int32) -> PluginFailure? {
    guard let index = failures.firstIndex(where: { $0.instance == instance }) else { return nil }
    return failures.remove(at: index).failure
  }
}

extension StrategyBinding {
  /// The same for the engine, which then asks a worker.
  fileprivate var isolated: StrategyBinding {
    var binding = StrategyBinding(isolatedEvents: events, timerPeriodMilliseconds: timerPeriodMilliseconds)
    binding.featureSchema = featureSchema
    return binding
  }
}
