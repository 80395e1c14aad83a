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
    ])
  }
}
