import Engine
import Journal
import Ledger
import PluginABI
import Replay
import Session
import Settings
import TestKit
import Testing

/// Recovery of runs that traded on predictions: the answers of the journal go to the same calls, or somebody is told.
@Suite struct ModelRecoveryTests {
  private func recovered(_ run: ModelRun) throws -> JournalRecovery.Result { try JournalRecovery.read(folder: run.journal) }

  @Test func `A model that is published into an empty place is asked in a recovery on the seconds on which it was asked`() throws {
    let run = try ModelRun()
    run.seconds(55)
    run.publish("Late", ScriptedModel(pUp: 0.8))
    run.seconds(20)
    // The strategy's own features began with the first second, so that the model is asked as soon as they are whole.
    #expect(run.fills > 10)
    let state = run.state
    run.end()
    let result = try recovered(run)
    #expect(ModelRun.text(result.state.engine) == state && result.mismatch == nil && result.doubt == nil)
  }

  @Test func `Features that this host does not have are named`() throws {
    let run = try ModelRun(head: { $0.instances[0].featureSchema = "feat.v0" })
    run.end()
    let error = #expect(throws: JournalError.self) { try JournalRecovery.read(folder: run.journal) }
    #expect(error?.description.contains("S@BTCUSDT/0: was lent features of feat.v0") == true, "\(error as Any)")
  }

  /// The inputs at which models were asked, by the journal.
  private func predictions(_ run: ModelRun) throws -> [UInt64] {
    var reader = try JournalReader(folder: run.journal, checksChain: false)
    var inputs: [UInt64] = []
    while let record = try reader.next() { if record.kind == .prediction { inputs.append(record.sequence) } }
    return inputs
  }

  /// A journal whose head does not say what its strategy was lent, and the input of the first prediction.
  private func unfit(pUp: Double) throws -> (run: ModelRun, first: UInt64) {
    let run = try ModelRun(head: { $0.instances[0].featureSchema = nil })
    run.seconds(61)
    run.publish("Late", ScriptedModel(pUp: pUp))
    run.seconds(1)
    return (run, try #require(try predictions(run).first))
  }

  @Test(arguments: [true, false]) func `An answer that nobody asked for is a mismatch, wherever it stands`(isLast: Bool) throws {
    let (run, first) = try unfit(pUp: 0.2)
    #expect(first == run.lastInput)
    if !isLast {
      run.seconds(3)
      run.end()
    }
    let mismatch = try #require(try recovered(run).mismatch)
    #expect(mismatch.input == first && mismatch.what.contains("an answer of model binance.usdm.BTCUSDT/5, which was not asked"), "\(mismatch)")
    let doubt = try #require(try recovered(run).doubt)
    #expect(doubt.hasPrefix("from input \(first) on it does not fit this host: "), "\(doubt)")
  }

  @Test func `A strategy's answer to a call that is not made is a mismatch`() throws {
    let run = try ModelRun(first: ScriptedModel(pUp: 0.8), head: { $0.instances[0].events = 1 << UInt64(QE_EVENT_BAR) })
    run.seconds(65)
    #expect(run.fills > 0)
    run.end()
    #expect(try recovered(run).mismatch?.what == "it has an answer of a strategy to another call")
  }

  @Test func `An answer that is missing is a mismatch, but in the step in which the host was killed`() throws {
    // Nothing stood in the place, whatever the head says: with the 61st closed second a model would have been asked.
    func run(_ seconds: Int) throws -> ModelRun {
      let run = try ModelRun(head: { $0.models?[0].model = ModelRun.model("Never") })
      run.seconds(seconds)
      return run
    }
    let cut = try run(62)
    #expect(try recovered(cut).mismatch == nil)
    let first = cut.lastInput
    cut.end()
    for journal in [cut, try run(63)] {
      let mismatch = try #require(try recovered(journal).mismatch)
      #expect(mismatch.input == first && mismatch.what.hasPrefix("model binance.usdm.BTCUSDT/5 was asked"), "\(mismatch)")
    }
  }

  @Test func `The ledger and why say where a journal stops fitting`() throws {
    let (run, first) = try unfit(pUp: 0.8)
    run.seconds(3)
    run.end()
    let ledger = try Ledger(path: nil)
    try LedgerProjection.project(run.journal, name: "J", into: ledger, isFinal: true)
    var told: [[LedgerValue]] = []
    try ledger.forEach(.events) { values in
      if values.contains(where: { if case .text("mismatch") = $0 { true } else { false } }) { told.append(values) }
    }
    try #require(told.count == 1)
    #expect(told[0].contains { if case .text(let text) = $0 { text.contains("from input \(first) on") } else { false } }, "\(told)")
    // Up to the input before all fits.
    #expect(try Explanation.read(folder: run.journal, .input(first - 1)).mismatch == nil)
    for input in [first, first + 4] {
      let explanation = try Explanation.read(folder: run.journal, .input(input))
      #expect(explanation.mismatch?.input == first && explanation.lines[0].hasPrefix("the journal: from input \(first) on"), "\(explanation.lines)")
    }
  }

  @Test func `Why names the model that stood there then, once, whatever it was asked`() throws {
    let run = try ModelRun(first: ScriptedModel(pUp: 0.2))
    run.seconds(65)
    let before = run.lastInput
    run.publish("Second", ScriptedModel(pUp: 0.3))
    // One trade closes three seconds, and the model is asked about each.
    run.trade(afterMilliseconds: 3000)
    let after = run.lastInput
    run.end()
    let explanations = try [before, after].map { try Explanation.read(folder: run.journal, .input($0)) }
    #expect(explanations.map { $0.hops.count { $0.what == "model" } } == [1, 3])
    #expect(explanations.map { $0.features.map(\.model) } == [["First@BTCUSDT/5"], ["Second@BTCUSDT/5"]])
  }

  @Test(arguments: [true, false]) func `Filters hold in a recovery where they held in the host`(areInForce: Bool) throws {
    // Half of 0.8 less 0.2 is below it: with the filters nothing opens.
    let run = try ModelRun(
      first: ScriptedModel(pUp: 0.8), settings: { $0.decisionFilters = DecisionFilters(minimumEdge: 0.4) },
      engine: { if !areInForce { $0.filters = DecisionFilters() } }, head: { if !areInForce { $0.areFiltersInForce = nil } })
    run.seconds(66)
    #expect((run.fills > 2) != areInForce)
    let state = run.state
    run.end()
    #expect(try ModelRun.text(recovered(run).state.engine) == state)
  }
}
