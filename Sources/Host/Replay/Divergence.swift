import Session

/// The first place where a replay is not what the journal says.
public struct Divergence: Sendable {
  /// The input whose consequences differ.
  public var input: UInt64
  public var inputKind: String
  /// What differs: an answer of a plugin, or an action, with its kind.
  public var what: String
  /// Both sides; nil = there is nothing on this side.
  public var recorded: JSONValue?
  public var replayed: JSONValue?
  /// The fields that differ, `name: recorded, replayed`.
  public var fields: [String]
  /// The input itself, as `journal export` has it.
  public var event: JSONValue?
  /// What plugins wished for at this input, an object for each answer.
  public var recordedAnswers: [JSONValue] = []
  public var replayedAnswers: [JSONValue] = []
  /// Cash, positions and working orders after this input: with the journal's answers, and with the replay's.
  public var recordedState: JSONValue?
  public var replayedState: JSONValue?

  /// Members of the two states that differ.
  var stateFields: [(name: String, recorded: String, replayed: String)] {
    guard case .object(let recorded)? = recordedState, case .object(let replayed)? = replayedState else { return [] }
    return zip(recorded, replayed).compactMap { old, new in
      let (before, after) = (old.value.description, new.value.description)
      return before == after ? nil : (old.key, before, after)
    }
  }

  /// For people: what differs, then the event, the wishes of both sides and the state.
  public var lines: [String] {
    var lines = [text]
    if let event { lines.append("  event: \(event.description)") }
    if !recordedAnswers.isEmpty || !replayedAnswers.isEmpty {
      lines.append("  wished in the journal: \(JSONValue.array(recordedAnswers).description)")
      lines.append("  wished in the replay:  \(JSONValue.array(replayedAnswers).description)")
    }
    if recordedState != nil, replayedState != nil {
      let differing = stateFields
      lines.append(
        differing.isEmpty
          ? "  state after it, the same on both sides: \(replayedState?.description ?? "")" : "  state after it, journal and replay:")
      lines += differing.map { "    \($0.name) \($0.recorded), \($0.replayed)" }
    }
    return lines
  }

  /// One line for people.
  public var text: String {
    let sides =
      recorded == nil
      ? "the replay has one that the journal has not: \(replayed?.description ?? "")"
      : replayed == nil
        ? "the journal has one that the replay has not: \(recorded?.description ?? "")"
        : "\(fields.joined(separator: "; ")) (journal, replay)"
    return "input \(input) (\(inputKind)): \(what): \(sides)"
  }

  public var json: JSONValue {
    .object([
      ("input", .number("\(input)")), ("input_kind", .text(inputKind)), ("what", .text(what)), ("journal", recorded ?? .null),
      ("replay", replayed ?? .null), ("fields", .array(fields.map { .text($0) })),
      ("event", event ?? .null), ("journal_answers", .array(recordedAnswers)), ("replay_answers", .array(replayedAnswers)),
      ("state_fields", .array(stateFields.map { .text($0.name) })), ("journal_state", recordedState ?? .null),
      ("replay_state", replayedState ?? .null),
    ])
  }
}
