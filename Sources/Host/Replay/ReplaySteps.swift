import Market
import Journal

/// One input with all that came of it, as the journal has it.
struct ReplayStep {
  struct Part {
    var kind: RecordKind
    /// In `bytes` of the reader.
    var range: Range<Int>
  }

  var input: JournalInput
  var kind: RecordKind
  var sequence: UInt64
  var answers: [Part] = []
  var actions: [Part] = []
  /// The host was killed while it was in work: what came of it may not have been written any more.
  var isCut = false
}

/// Reads a journal step by step.
struct ReplaySteps: ~Copyable {
  private var reader: JournalReader
  private(set) var bytes: [UInt8] = []
  private var next: (input: JournalInput, kind: RecordKind, sequence: UInt64)?
  private var hasBegun = false

  init(_ reader: consuming JournalReader) { self.reader = reader }

  var ending: JournalEnding? { reader.ending }

  /// Nil at the end.
  mutating func take() throws(JournalError) -> ReplayStep? {
    if !hasBegun {
      hasBegun = true
      try readInput()
    }
    guard let begun = next else { return nil }
    next = nil
    bytes.removeAll(keepingCapacity: true)
    var step = ReplayStep(input: begun.input, kind: begun.kind, sequence: begun.sequence)
    while let record = try reader.next() {
      if record.kind.isInput {
        next = (try record.input(), record.kind, record.sequence)
        break
      }
      guard record.sequence == begun.sequence else {
        throw JournalError(.badData, "\(reader.place): a record of input \(record.sequence) stands with input \(begun.sequence)")
      }
      if record.kind.isNote { continue }
      let start = bytes.count
      bytes.append(contentsOf: record.payload)
      let part = ReplayStep.Part(kind: record.kind, range: start..<bytes.count)
      if record.kind.isAnswer { step.answers.append(part) } else { step.actions.append(part) }
    }
    step.isCut = next == nil && reader.ending != nil && reader.ending != .sealed
    return step
  }

  private mutating func readInput() throws(JournalError) {
    guard let record = try reader.next() else { return }
    guard record.kind.isInput else { throw JournalError(.badData, "\(reader.place): a journal begins with an input") }
    next = (try record.input(), record.kind, record.sequence)
  }
}
