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
    /// That were read again.
    public var inputs: Int
    /// Killed, or ended in order.
    public var ending: JournalEnding
    public var head: JournalHead
    public var instruments: [Instrument]
    /// Nil: every answer that was read fits. Else the state may be another than what the host knew.
    public var mismatch: JournalMismatch?
    /// The input behind which it was begun to read; nil = its beginning.
    public var snapshot: UInt64?
    /// Snapshots that are of no use, and why.
    public var passedOver: [String] = []

    /// Why what is held may be another thing than the state says; nil where it is certain.
    public var doubt: String? { ending == .lost ? "its end is lost" : mismatch?.text }
  }

  /// - Parameter usesSnapshots: false = all of it is read, from its beginning.
  /// - Throws: the journal cannot be read, or another host wrote it.
  public static func read(folder: String, usesSnapshots: Bool = true) throws -> Result {
    var passedOver: [String] = []
    for name in usesSnapshots ? JournalSnapshot.names(in: folder) : [] {
      // The journal has all that it says: one that is of no use costs time alone.
      guard let result = try read(after: "\(folder)/\(name)", in: folder, &passedOver) else { continue }
      return result
    }
    var reading = try Reading.beginning(of: folder)
    return try reading.result(passedOver)
  }

  /// Nil where the snapshot is of no use.
  private static func read(after path: String, in folder: String, _ passedOver: inout [String]) throws -> Result? {
    var reading: Reading
    do { reading = try Reading.after(path, in: folder) } catch let fault as any Fault {
      passedOver.append("\(fault)")
      return nil
    }
    return try reading.result(passedOver)
  }
}

/// A journal on its way through an engine.
private struct Reading: ~Copyable {
  private let folder: String
  private var records: JournalReader
  private var repeated: RepeatedEngine
  private let saved: SavedCheckpoint?

  private init(_ folder: String, _ records: consuming JournalReader, _ repeated: consuming RepeatedEngine, _ saved: SavedCheckpoint?) {
    self.folder = folder
    self.records = records
    self.repeated = repeated
    self.saved = saved
  }

  static func beginning(of folder: String) throws -> Reading {
    let records = try JournalReader(folder: folder, checksChain: false)
    let head = records.head
    return Reading(folder, records, try RepeatedEngine(head, in: folder), nil)
  }

  static func after(_ path: String, in folder: String) throws -> Reading {
    var records = try JournalReader(folder: folder, checksChain: false)
    let head = records.head
    let snapshot = try JournalSnapshot.read(path, headDigest: records.headDigest)
    let saved = try SavedCheckpoint(snapshot.content, in: path)
    guard saved.engine.sequence == snapshot.sequence else { throw JournalError(.badData, "\(path): is of two inputs") }
    try records.begin(after: snapshot)
    return Reading(folder, records, try RepeatedEngine(head, in: folder, from: saved), saved)
  }

  mutating func result(_ passedOver: [String]) throws -> JournalRecovery.Result {
    let head = records.head
    var inputs = 0
    let step = Step()
    var kept = JournalPluginState()
    // Something has come since the snapshot that a plugin may have taken into its state: what it kept then is not how things stand.
    var isTouched = false
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
      switch record.kind {
      case .trade, .quote, .depth, .mark, .health, .clock, .end, .prediction, .pluginState, .sent: break
      // Another input, an answer, or something that came of one: an order's news, a stop.
      default: isTouched = true
      }
    }
    try repeated.run(step, isCut: records.ending != .sealed, in: folder)
    let ending = records.ending ?? .open
    // A host that was killed before its first input had taken over what it was given, and nothing else.
    if inputs == 0, saved == nil, let state = repeated.state {
      var result = JournalRecovery.Result(state: state, inputs: 0, ending: ending, head: head, instruments: repeated.instruments)
      result.passedOver = passedOver
      return result
    }
    var state = SavedState(
      instruments: repeated.instruments.map(\.id.description),
      instances: zip(head.instances, repeated.digests).map { SavedState.Instance(id: $0.id, instrument: $0.instrument, digest: $1) },
      engine: repeated.snapshot)
    for index in state.instances.indices {
      if ending == .sealed {
        state.instances[index].pluginState = kept[index].map { Data($0) }
      } else if let saved, ending != .lost, !isTouched, repeated.mismatch == nil {
        state.instances[index].pluginState = saved.pluginStates[index]
        state.instances[index].keptNanoseconds = saved.engine.snapshot.receiveNanoseconds
      }
      if state.instances[index].pluginState != nil { state.instances[index].parameters = repeated.parameters[index] }
    }
    var result = JournalRecovery.Result(
      state: state, inputs: inputs, ending: ending, head: head, instruments: repeated.instruments, mismatch: repeated.mismatch)
    (result.snapshot, result.passedOver) = (saved?.engine.sequence, passedOver)
    return result
  }
}
