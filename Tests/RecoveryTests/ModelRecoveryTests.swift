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
    #expect(ModelRun.text(result.state.engine) == state)
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
}
