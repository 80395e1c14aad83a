import Features
import Market
import PluginABI
import Risk

/// The engine between two inputs, to the last bit of all that later inputs depend on; what is lent to plugins is not in it. An engine that
/// was given it does with the inputs that follow, and with the same answers of plugins, what this one does.
public struct EngineCheckpoint: Sendable, Codable {
  public internal(set) var snapshot: EngineSnapshot
  /// Number of the last input.
  public internal(set) var sequence: UInt64
  var callCount: UInt64
  /// That the next bracket has.
  var nextBracket: UInt64
  /// Those in force: they may have been tightened.
  var limits: RiskLimits
  /// Of each instrument, in the place of the common one; the same.
  var symbolNotional: [Money?]

  struct Instrument: Sendable, Codable {
    var contextFlags: UInt32
    var inputs: UInt64
    var bars: BarBuilder
    var quote: BarQuote
    /// Whoever wanted bars may have been replaced since; those that are open go on.
    var wantsBars: Bool
  }

  struct Instance: Sendable, Codable {
    var budget: Int
    var cadenceOpen: Bool
    var nextTimer: Int64
    var warmUntil: Int64
    var floodCount: Int
    var floodStart: Int64
    var floodStartInputs: UInt64
  }

  struct Model: Sendable, Codable {
    /// Bits of p_up, p_down and edge: NaN is a value here.
    var figures: [UInt64]
    var state: UInt32
    var made: Int64
    var isNew: Bool
    var asked: UInt64
    var failed: [UInt64]
  }

  struct Stream: Sendable, Codable {
    var instrument: Int32
    var schema: Int
    var bars: Int64
    var isReady: Bool
    /// Bits, as above.
    var row: [UInt64]
    var memory: [UInt64]
  }

  var instruments: [Instrument]
  var instances: [Instance]
  var models: [Model]
  var streams: [Stream]
}

extension Engine {
  /// Nil in the middle of a step: an action is to be performed, or a worker is asked.
  public func checkpoint() -> EngineCheckpoint? {
    guard !isSuspended, actions.first == nil else { return nil }
    return EngineCheckpoint(
      snapshot: snapshot(), sequence: sequence, callCount: callCount, nextBracket: brackets.nextNumber, limits: gate.limits,
      symbolNotional: gate.symbolNotional,
      instruments: (0..<instrumentCount).map {
        EngineCheckpoint.Instrument(
          contextFlags: instruments[$0].contextFlags, inputs: instruments[$0].inputs, bars: instruments[$0].bars, quote: instruments[$0].quote,
          wantsBars: instruments[$0].wantsBars)
      },
      instances: (0..<instanceCount).map {
        EngineCheckpoint.Instance(
          budget: instances[$0].budget, cadenceOpen: instances[$0].cadenceOpen, nextTimer: instances[$0].nextTimerNanoseconds,
          warmUntil: instances[$0].warmUntilNanoseconds, floodCount: instances[$0].floodCount, floodStart: instances[$0].floodStartNanoseconds,
          floodStartInputs: instances[$0].floodStartInputs)
      },
      models: models.map { model in
        EngineCheckpoint.Model(
          figures: [model.prediction.p_up, model.prediction.p_down, model.prediction.edge].map(\.bitPattern), state: model.prediction.state,
          made: model.madeNanoseconds, isNew: model.isNew, asked: model.asked, failed: [model.failed.status, model.failed.unsound])
      },
      streams: streams.map { stream in
        EngineCheckpoint.Stream(
          instrument: stream.instrument, schema: stream.schema, bars: stream.bars, isReady: stream.isReady,
          row: (0..<stream.columns).map { stream.row[$0].bitPattern }, memory: stream.builder.memory.map(\.bitPattern))
      })
  }

  /// Goes on from it, before the first event.
  ///
  /// - Returns: false where it is none of an engine like this one; the engine is of no use then.
  public mutating func resume(_ checkpoint: EngineCheckpoint) -> Bool {
    guard checkpoint.snapshot.isConsistent(instruments: instrumentCount, instances: instanceCount),
      checkpoint.instruments.count == instrumentCount, checkpoint.symbolNotional.count == instrumentCount,
      checkpoint.instances.count == instanceCount, checkpoint.models.count == models.count,
      checkpoint.models.allSatisfy({ $0.figures.count == 3 && $0.failed.count == 2 })
    else { return false }
    // Before the books: they are judged by the limits in force.
    gate.tighten(checkpoint.limits, symbolNotional: checkpoint.symbolNotional)
    load(EventTime(sequence: checkpoint.sequence, receiveNanoseconds: checkpoint.snapshot.now), checkpoint.snapshot)
    callCount = checkpoint.callCount
    brackets.nextNumber = max(brackets.nextNumber, checkpoint.nextBracket)
    hasInstanceLossLimit = gate.limits.instance.maximumDailyLoss != nil
    for (index, saved) in checkpoint.instruments.enumerated() {
      guard saved.bars.isLike(instruments[index].bars) else { return false }
      instruments[index].contextFlags = saved.contextFlags
      instruments[index].inputs = saved.inputs
      instruments[index].bars = saved.bars
      instruments[index].quote = saved.quote
      if saved.wantsBars { instruments[index].wantsBars = true }
    }
    for (index, saved) in checkpoint.instances.enumerated() {
      instances[index].budget = saved.budget
      instances[index].cadenceOpen = saved.cadenceOpen
      instances[index].nextTimerNanoseconds = saved.nextTimer
      instances[index].warmUntilNanoseconds = saved.warmUntil
      instances[index].floodCount = saved.floodCount
      instances[index].floodStartNanoseconds = saved.floodStart
      instances[index].floodStartInputs = saved.floodStartInputs
    }
    for (index, saved) in checkpoint.models.enumerated() {
      models[index].prediction = qe_prediction(
        horizon_s: models[index].horizonSeconds, p_up: Double(bitPattern: saved.figures[0]), p_down: Double(bitPattern: saved.figures[1]),
        edge: Double(bitPattern: saved.figures[2]), age_ns: saved.made == .min ? -1 : 0, state: saved.state, reserved: 0)
      models[index].madeNanoseconds = saved.made
      models[index].isNew = saved.isNew
      models[index].asked = saved.asked
      models[index].failed = (status: saved.failed[0], unsound: saved.failed[1])
    }
    for saved in checkpoint.streams {
      guard (0..<Int32(instrumentCount)).contains(saved.instrument), FeatureSchema.all.indices.contains(saved.schema) else { return false }
      // One that nobody wants any more goes on being computed, as it was.
      let number = stream(saved.instrument, schema: Int32(saved.schema))
      guard saved.row.count == streams[number].columns, streams[number].builder.restore(saved.memory.map { Double(bitPattern: $0) }) else {
        return false
      }
      streams[number].bars = saved.bars
      streams[number].isReady = saved.isReady
      for (column, bits) in saved.row.enumerated() { streams[number].row[column] = Double(bitPattern: bits) }
    }
    return true
  }
}

extension BarBuilder {
  /// Of the same rule for gaps.
  func isLike(_ other: BarBuilder) -> Bool { longestGapSeconds == other.longestGapSeconds }
}
