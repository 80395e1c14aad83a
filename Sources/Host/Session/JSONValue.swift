import Market

/// JSON with the order and the digits that the caller chose: money never passes through a double.
public enum JSONValue: Sendable {
  case text(String)
  case integer(Int)
  /// A number's own text, already valid JSON.
  case number(String)
  case boolean(Bool)
  case null
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// An amount with 8 decimals.
  public static func money(_ amount: Money) -> JSONValue { .number(DecimalText.format(amount, decimals: 8)) }

  /// Seconds, with microseconds.
  public static func seconds(_ nanoseconds: Int64) -> JSONValue { .number(DecimalText.format(max(0, nanoseconds) / 1000, scale: 6)) }

  public var description: String {
    var output = ""
    write(to: &output)
    return output
  }

  private func write(to output: inout String) {
    switch self {
    case .text(let text): JSONText.quote(text, into: &output)
    case .integer(let value): output += String(value)
    case .number(let text): output += text
    case .boolean(let value): output += value ? "true" : "false"
    case .null: output += "null"
    case .array(let values):
      output += "["
      for (index, value) in values.enumerated() {
        if index > 0 { output += ", " }
        value.write(to: &output)
      }
      output += "]"
    case .object(let members):
      output += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { output += ", " }
        JSONText.quote(member.key, into: &output)
        output += ": "
        member.value.write(to: &output)
      }
      output += "}"
    }
  }
}
