import Engine
import Foundation
import Journal
import Market
import PluginABI
import Session
import Settings
import Simulation
import TestKit

/// A run of a strategy that is lent features and trades on what a model says, with a journal; the model comes and goes while it runs.
final class ModelRun {
  let folder: TemporaryFolder
  private let settings: Settings
  private let instrument: Instrument
  private let strategy: ScriptedStrategy
  private var loop: TradingLoop
  /// Alive for as long as the engine may ask them.
  private var models: [ScriptedModel] = []
  private var milliseconds: Int64 = 1_704_067_200_000
  private var price: Int64 = 600_000
  private let head: JournalHead
  /// What took over last.
  private var published: String?

  static let horizonSeconds: Int64 = 5
  var journal: String { folder.path("journal") }

  /// - Parameters:
  ///   - first: stands in the one place from the start; nil = nothing does.
  ///   - settings: changed before anything is made of them.
  ///   - engine: what the engine is given otherwise than by the settings.
  ///   - head: what the journal says otherwise.
  init(
    first: ScriptedModel? = nil, settings change: (inout Settings) -> Void = { _ in }, engine: (inout EngineConfiguration) -> Void = { _ in },
    head edit: (inout JournalHead) -> Void = { _ in }
  ) throws {
    folder = try TemporaryFolder()
    var settings = Settings()
    settings.mode = .mock
    settings.limits = Samples.farLimits
    settings.simulation.initialCash = Money(units: 1_000_000)
    settings.models.warmUpSeconds = 0
    settings.decisionFilters = DecisionFilters()
    change(&settings)
    let instrument = settings.pairs.instrument("BTCUSDT")!
    (self.settings, self.instrument) = (settings, instrument)
    var tag: UInt64 = 0
    // In and out again: each second on which the model foresees a rise.
    strategy = ScriptedStrategy(events: [QE_EVENT_BAR, QE_EVENT_PREDICTION]) { context, event in
      guard event.kind == QE_EVENT_PREDICTION, event.as.prediction.p_up > 0.5 else { return [] }
      tag += 1
      return [.market(tag, context.position == 0 ? .buy : .sell, 10)]
    }
    var binding = strategy.binding
    binding.featureSchema = 0
    var configuration = try settings.engineConfiguration(
      instruments: [instrument], instances: [EngineConfiguration.Instance(binding: binding, instrument: 0, horizonSeconds: 0)])
    configuration.models = [
      EngineConfiguration.Model(
        binding: first?.binding, instrument: 0, horizonSeconds: Self.horizonSeconds, schema: first == nil ? -1 : 0)
    ]
    engine(&configuration)
    var head = JournalHead(
      mode: "mock", venue: "binance", account: "paper", startedAt: "20240101-000000-000000000", hostVersion: "0.1.0", hostDigest: "00", libc: "glibc",
      cpuFeatures: [], settings: settings.recordedLines, settingsDigest: "00", pairs: settings.pairs.recordedText(of: [instrument]),
      instances: [
        JournalHead.Instance(
          id: "S@BTCUSDT/0", instrument: instrument.id.description, horizonSeconds: 0, digest: "00", fileName: "libS.so", parameters: [:],
          isolation: "in_process", events: strategy.binding.events, timerMilliseconds: 0, featureSchema: "feat.v1")
      ])
    head.models = [Self.place(instrument, first == nil ? nil : "First")]
    edit(&head)
    self.head = head
    let writer = try JournalWriter(
      folder: folder.path("journal"), head: head, options: JournalOptions(sync: .none, segmentBytes: 8 * JournalFormat.blockSize))
    loop = TradingLoop(configuration, model: settings.simulation, syntheticSpread: .zero, owner: nil, observer: nil, journal: writer)
    if let first { models.append(first) }
  }

  /// As a head and a replacement have it.
  static func place(_ instrument: Instrument, _ name: String?) -> JournalHead.ModelPlace {
    JournalHead.ModelPlace(instrument: instrument.id.description, horizonSeconds: horizonSeconds, model: name.map(model))
  }

  static func model(_ name: String) -> JournalHead.Model {
    let file = JournalHead.File(digest: "00", name: "f")
    return JournalHead.Model(id: "\(name)@BTCUSDT/5", schema: "feat.v1", adapter: file, model: file, runtime: [], parameters: [:])
  }

  func publish(_ name: String, _ model: ScriptedModel) {
    models.append(model)
    published = name
    loop.replaceModel(
      0, with: model.binding, schema: 0, description: Self.place(instrument, name), receiveNanoseconds: milliseconds * 1_000_000)
  }

  /// So many seconds, each with one trade at its begin.
  func seconds(_ count: Int) {
    for index in 0..<count {
      price += index % 3 == 0 ? 7 : -3
      trade(afterMilliseconds: 1000, side: index % 2 == 0 ? .buy : .sell)
    }
  }

  func trade(afterMilliseconds: Int64, side: Side = .buy) {
    milliseconds += afterMilliseconds
    let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: 10), takerSide: side)
    loop.trade(Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: 0, receiveNanoseconds: milliseconds * 1_000_000)
  }

  func end() { loop.closeJournal() }

  /// Has a snapshot kept now.
  func snapshot() throws -> Data {
    var head = head
    if let published { head.models = [Self.place(instrument, published)] }
    return try loop.keptSnapshot(head, [instrument], pluginStates: [nil], in: journal)
  }

  var fills: Int { loop.counters.fills }
  var lastInput: UInt64 { loop.lastSequence }
  /// All that a restart takes over.
  var state: String { Self.text(loop.engine.snapshot()) }

  static func text(_ snapshot: EngineSnapshot) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(snapshot)).map { String(decoding: $0, as: UTF8.self) } ?? "it does not encode"
  }
}
