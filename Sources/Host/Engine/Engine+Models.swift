import Features
import Market
import PluginABI
import Risk

/// Features, predictions and the host's own filters over them. All of it happens when a second closes, never per tick.
extension Engine {
  /// Models' ordinals in the watchdog's mark: below the -1 that says that nobody is being called.
  public static func mark(ofModel index: Int32) -> Int32 { -2 - index }
  /// Nil where the mark is none of a model.
  public static func model(ofMark mark: Int32) -> Int32? { mark <= -2 ? -2 - mark : nil }

  // MARK: Where the rows come from

  /// The instrument's stream of a schema; begins one where there is none.
  mutating func stream(_ instrument: Int32, schema: Int32) -> Int {
    if let known = streams.firstIndex(where: { $0.instrument == instrument && $0.schema == Int(schema) }) { return known }
    streams.append(FeatureStream(instrument: instrument, schema: Int(schema)))
    instruments[Int(instrument)].hasStreams = true
    instruments[Int(instrument)].wantsBars = true
    return streams.count - 1
  }

  /// Takes a closed second into the instrument's features, and asks its models.
  mutating func observe(_ bar: Bar, _ index: Int) {
    let spec = instruments[index].spec
    let quote = instruments[index].bars.quote
    let row = FeatureBar(bar, quote, priceScale: Int(spec.priceScale), quantityScale: Int(spec.quantityScale))
    for number in streams.indices where streams[number].instrument == Int32(index) {
      let isWhole = streams[number].builder.close(row, into: streams[number].row)
      streams[number].bars += 1
      streams[number].isReady = isWhole && streams[number].bars >= featureWarmUpBars
    }
    for instance in instruments[index].firstInstance..<instruments[index].endInstance where instances[instance].stream >= 0 {
      let stream = streams[instances[instance].stream]
      if stream.isReady { (lentRows + instance * Self.widestRow).update(from: stream.row, count: stream.columns) }
    }
    for model in instruments[index].firstModel..<instruments[index].endModel { ask(model, row) }
  }

  /// A series that begins anew has no past: what was predicted from it is gone too.
  mutating func beginSeries(_ index: Int) {
    for number in streams.indices where streams[number].instrument == Int32(index) { streams[number].reset() }
    for model in instruments[index].firstModel..<instruments[index].endModel where models[model].binding != nil {
      models[model].clear(QE_PREDICTION_WARMING)
    }
  }

  // MARK: Asking

  private mutating func ask(_ index: Int, _ bar: FeatureBar) {
    models[index].isNew = false
    guard let binding = models[index].binding else { return }
    let stream = streams[models[index].stream]
    guard stream.isReady else {
      if models[index].prediction.state != QE_PREDICTION_WARMING { models[index].clear(QE_PREDICTION_WARMING) }
      return
    }
    // A silence closes many seconds at once: what would be foreseen of those is over already, and thousands of calls are one step.
    let late = lateness(bar.second)
    guard late <= models[index].horizonSeconds * 1_000_000_000 else { return }
    // A copy: whatever a model does to what it is lent, the row stays what it is.
    modelRow.update(from: stream.row, count: stream.columns)
    modelOut.pointee = qe_prediction()
    modelOut.pointee.horizon_s = models[index].horizonSeconds
    // What an adapter leaves out is seen.
    (modelOut.pointee.p_up, modelOut.pointee.p_down, modelOut.pointee.edge) = (.nan, .nan, .nan)
    callMark.begin(Self.mark(ofModel: Int32(index)))
    let status = binding.predict(binding.instance, modelRow, UInt32(stream.columns), modelOut)
    callMark.end()
    let out = modelOut.pointee
    var answer = ModelAnswer(
      model: Int32(index), instrument: models[index].instrument, status: status, pUp: out.p_up, pDown: out.p_down, edge: out.edge)
    if binding.isOneSided, answer.failure == nil { answer = answer.oneSided }
    answers?.predicted(answer)
    models[index].take(answer, madeNanoseconds: now - late)
    modelWatch?.predicted(
      answer, features: UnsafeBufferPointer(start: stream.row, count: stream.columns), second: bar.second, close: bar.close)
  }

  /// How long ago a second had ended when it closed: a silence closes many at once, and what is foreseen from an old one is old.
  private func lateness(_ second: Int64) -> Int64 {
    let milliseconds = exchangeMilliseconds >= 0 ? exchangeMilliseconds : now / 1_000_000
    return max(0, milliseconds - (second + 1) * 1000) * 1_000_000
  }

  /// Puts another model into a place, or none; between two inputs.
  ///
  /// - Parameter schema: index into `FeatureSchema.all`. Where nobody had that schema its features begin to warm now.
  public mutating func replaceModel(_ time: EventTime, model index: Int, with binding: ModelBinding?, schema: Int32) -> Bool {
    begin(time)
    models[index].binding = binding
    models[index].stream = binding == nil ? -1 : stream(models[index].instrument, schema: schema)
    models[index].clear(binding == nil ? QE_PREDICTION_NONE : QE_PREDICTION_WARMING)
    // Counts are of the model that stands there, not of those before it.
    models[index].asked = 0
    models[index].failed = (status: 0, unsound: 0)
    return end()
  }

  // MARK: Lending

  /// The instance's own copies, with the ages of this moment.
  mutating func lendModels(_ index: Int) {
    let state = instruments + Int(instances[index].instrument)
    let context = contexts + index
    if instances[index].stream >= 0, streams[instances[index].stream].isReady {
      context.pointee.features = UnsafePointer(lentRows + index * Self.widestRow)
      context.pointee.feature_count = UInt32(streams[instances[index].stream].columns)
    } else {
      context.pointee.features = nil
      context.pointee.feature_count = 0
    }
    guard instances[index].binding.wants(QE_EVENT_PREDICTION) else { return }
    let room = lentPredictions + index * modelsPerInstrument
    var count = 0
    for model in state.pointee.firstModel..<state.pointee.endModel {
      room[count] = models[model].lent(now: now)
      count += 1
    }
    context.pointee.predictions = count == 0 ? nil : UnsafePointer(room)
    context.pointee.prediction_count = UInt32(count)
  }

  // MARK: The host's filters

  /// Why an entry does not pass `decision.filters`; nil when it does.
  ///
  /// - Parameter confidence: the intent's own; NaN = it states none.
  func filterRefusal(_ index: Int, _ side: Side, confidence: Double) -> Refusal? {
    if let least = filters.minimumConfidence, !confidence.isNaN, confidence < least {
      return Refusal(.lowConfidence, unit: .fraction, value: Self.millionths(confidence), limit: Self.millionths(least))
    }
    guard filters.minimumEdge != nil || filters.horizonAgreement, instances[index].binding.wants(QE_EVENT_PREDICTION) else { return nil }
    let state = instruments[Int(instances[index].instrument)]
    // A host that is to trade without models has nothing to hold an order to.
    guard (state.firstModel..<state.endModel).contains(where: { models[$0].binding != nil }) else { return nil }
    var (sum, count) = (0.0, 0)
    for model in state.firstModel..<state.endModel {
      let prediction = models[model].lent(now: now)
      guard prediction.state == QE_PREDICTION_FRESH else { continue }
      // Of the probabilities, which have one meaning; what a model calls its edge has the model's own.
      let lean = (prediction.p_up - prediction.p_down) / 2
      let edge = side == .buy ? lean : -lean
      if filters.horizonAgreement, edge < 0 {
        return Refusal(.horizonDisagree, unit: .fraction, value: Self.millionths(edge), limit: 0)
      }
      sum += edge
      count += 1
    }
    guard let least = filters.minimumEdge else { return nil }
    // Without a fresh prediction there is no edge to speak of.
    let mean = count == 0 ? 0 : sum / Double(count)
    return mean < least ? Refusal(.lowEdge, unit: .fraction, value: Self.millionths(mean), limit: Self.millionths(least)) : nil
  }

  private static func millionths(_ value: Double) -> Int128 { Int128((max(-1e12, min(1e12, value)) * 1_000_000).rounded()) }

  // MARK: What the shell may look at

  public var modelCount: Int { models.count }

  public func model(_ index: Int) -> ModelStatus {
    let model = models[index]
    return ModelStatus(
      instrument: model.instrument, horizonSeconds: model.horizonSeconds, hasModel: model.binding != nil, prediction: model.lent(now: now),
      asked: model.asked, failures: [(.status, model.failed.status), (.unsound, model.failed.unsound)].filter { $0.1 > 0 })
  }

  /// The last whole row of what the model is asked about; nil while it warms up.
  public func features(ofModel index: Int) -> [Double]? {
    guard models[index].binding != nil, streams[models[index].stream].isReady else { return nil }
    let stream = streams[models[index].stream]
    return Array(UnsafeBufferPointer(start: stream.row, count: stream.columns))
  }

  /// Closed bars in a row that the model's features have seen.
  public func warmBars(ofModel index: Int) -> Int64 { models[index].binding == nil ? 0 : streams[models[index].stream].bars }

  static let widestRow = FeatureSchema.all.map(\.columns.count).max() ?? 0
}
