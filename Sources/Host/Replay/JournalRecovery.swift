import Engine
import FoundationEssentials
import Journal
import Market
import PluginABI
import Session
import Settings

/// What a host knew at the end of its journal: its inputs run through the engine once more, with the answers that its plugins gave.
///
/// No plugin is called: the one that ended the host would end this one too.
public struct JournalRecovery {
  public struct Result: Sendable {
    public var state: SavedState
    public var inputs: Int
    /// Killed, or ended in order.
    public var ending: JournalEnding
    public var head: JournalHead
    public var instruments: [Instrument]
    /// Nil: every answer fits. Else the state may be another than what the host knew.
    public var mismatch: JournalMismatch?

    /// Why what is held may be another thing than the state says; nil where it is certain.
    public var doubt: String? { ending == .lost ? "its end is lost" : mismatch?.text }
  }

  /// - Throws: the journal cannot be read, or another host wrote it.
  public static func read(folder: String) throws -> Result {
    let reader = try JournalReader(folder: folder, checksChain: false)
    let head = reader.head
    var repeated = try RepeatedEngine(head, in: folder)
    var records = reader
    var inputs = 0
    let step = Step()
    var kept = JournalPluginState()
    // What the host did comes of it again, and is passed over.
    while let record = try records.next() {
      if record.kind.isInput {
        try repeated.run(step, in: folder)
        step.hold(record)
        if record.kind != .end { inputs += 1 }
      } else if record.kind.isAnswer {
        try step.take(answer: record)
      } else if record.kind == .pluginState {
        try kept.take(record)
      }
    }
    try repeated.run(step, isCut: records.ending != .sealed, in: folder)
    // A host that was killed before its first input had taken over what it was given, and nothing else.
    if inputs == 0, let state = repeated.state {
      return Result(state: state, inputs: 0, ending: records.ending ?? .open, head: head, instruments: repeated.instruments)
    }
    var saved = SavedState(
      instruments: repeated.instruments.map(\.id.description),
      instances: zip(head.instances, repeated.digests).map { SavedState.Instance(id: $0.id, instrument: $0.instrument, digest: $1) },
      engine: repeated.snapshot)
    if records.ending == .sealed {
      for index in saved.instances.indices {
        saved.instances[index].pluginState = kept[index].map { Data($0) }
        saved.instances[index].parameters = repeated.parameters[index]
      }
    }
    return Result(
      state: saved, inputs: inputs, ending: records.ending ?? .open, head: head, instruments: repeated.instruments, mismatch: repeated.mismatch)
  }
}
