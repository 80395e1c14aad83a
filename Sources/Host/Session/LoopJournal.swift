import Engine
import Journal
import Market
import PluginABI
import Risk

/// The journal as a loop writes it: actions and answers belong to the input in work.
final class LoopJournal: AnswerJournal {
  private let writer: JournalWriter
  private var sequence: UInt64 = 0
  private var receiveNanoseconds: Int64 = 0
  /// By index of the model.
  private let horizonSeconds: [Int64]

  init(_ writer: JournalWriter, horizonSeconds: [Int64]) {
    self.writer = writer
    self.horizonSeconds = horizonSeconds
  }

  var trouble: String? { writer.trouble }
  var isLost: Bool { writer.isLost }
  var isNotOnDisk: Bool { writer.isNotOnDisk }

  @inline(__always)
  private func begin(_ time: EventTime) {
    sequence = time.sequence
    receiveNanoseconds = time.receiveNanoseconds
  }

  @inline(__always)
  func input(_ time: EventTime, _ trade: Trade, instrument: Int32) {
    begin(time)
    writer.input(time, trade, instrument: instrument)
  }

  @inline(__always)
  func input(_ time: EventTime, _ quote: Quote, instrument: Int32) {
    begin(time)
    writer.input(time, quote, instrument: instrument)
  }

  func input(_ time: EventTime, depth: qe_depth, instrument: Int32) {
    begin(time)
    writer.input(time, depth: depth, instrument: instrument)
  }

  func input(_ time: EventTime, _ mark: MarkPrice, instrument: Int32) {
    begin(time)
    writer.input(time, mark, instrument: instrument)
  }

  func input(_ time: EventTime, _ report: ExecutionReport, instrument: Int32) {
    begin(time)
    writer.input(time, report, instrument: instrument)
  }

  /// - Parameter instrument: of an execution report.
  func input(_ event: Event, instrument: Int32) {
    begin(event.time)
    writer.input(event, instrument: instrument)
  }

  func input(_ time: EventTime, tighten limits: RiskLimits, symbolNotional: [Money?]) {
    begin(time)
    writer.input(time, tighten: limits, symbolNotional: symbolNotional)
  }

  func input(_ time: EventTime, replacing instance: Int32, warmUntilNanoseconds: Int64, with description: JournalHead.Instance) {
    begin(time)
    writer.input(time, replacing: instance, warmUntilNanoseconds: warmUntilNanoseconds, with: description)
  }

  func input(restore time: EventTime) {
    begin(time)
    writer.input(restore: time)
  }

  func action(_ action: UnsafePointer<Action>) { writer.action(action, sequence: sequence, receiveNanoseconds: receiveNanoseconds) }

  func answered(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>) {
    writer.answer(answer, intents, sequence: sequence, receiveNanoseconds: receiveNanoseconds)
  }

  func predicted(_ answer: ModelAnswer) {
    writer.prediction(
      answer, horizonSeconds: horizonSeconds[Int(answer.model)], sequence: sequence, receiveNanoseconds: receiveNanoseconds)
  }

  func input(_ time: EventTime, replacingModel model: Int32, with place: JournalHead.ModelPlace) {
    begin(time)
    writer.input(time, replacingModel: model, with: place)
  }

  func keep(_ state: [UInt8], of instance: Int32) {
    writer.pluginState(state, instance: instance, sequence: sequence, receiveNanoseconds: receiveNanoseconds)
  }

  func sent(_ action: UnsafePointer<Action>, decidedNanoseconds: Int64, sentNanoseconds: Int64) {
    writer.sent(
      action, decidedNanoseconds: decidedNanoseconds, sentNanoseconds: sentNanoseconds, sequence: sequence, receiveNanoseconds: receiveNanoseconds)
  }

  func snapshot(after sequence: UInt64, content: @escaping @Sendable () -> [UInt8]) -> Bool { writer.snapshot(after: sequence, content: content) }
  var snapshotTrouble: String? { writer.snapshotTrouble }

  func beforeSend() { writer.beforeSend() }

  func awaited() -> Int { writer.awaited() }
  func standing(of position: Int) -> JournalWriter.Standing { writer.standing(of: position) }
  func wait(for position: Int) { writer.wait(for: position) }

  func end(_ time: EventTime) {
    writer.input(end: time)
    writer.close()
  }
}
