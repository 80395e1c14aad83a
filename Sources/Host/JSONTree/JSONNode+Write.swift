import Market

extension JSONNode {
  /// Two spaces a level, sorted names, a newline at the end: equal values are equal files. Lists of plain values stand on one line.
  ///
  /// What is no finite number is written as null: JSON has no word for it.
  public var indented: String {
    var output = ""
    write(to: &output, level: 0)
    return output + "\n"
  }

  /// On one line.
  public var compact: String {
    var output = ""
    write(to: &output, level: nil)
    return output
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(to output: inout String, level: Int?) {
    switch self {
    case .null: output += "null"
    case .boolean(let flag): output += flag ? "true" : "false"
    case .number(let text): output += real.map(\.isFinite) == true ? text : "null"
    case .text(let text): JSONText.quote(text, into: &output)
    case .array(let elements):
      // A list of figures a line each would be longer than all the rest.
      let level = elements.allSatisfy(\.isPlain) ? nil : level
      Self.write(elements.count, "[", "]", to: &output, level: level) { index, output, level in elements[index].write(to: &output, level: level) }
    case .object(let members):
      let names = members.keys.sorted()
      Self.write(names.count, "{", "}", to: &output, level: level) { index, output, level in
        JSONText.quote(names[index], into: &output)
        output += ": "
        (members[names[index]] ?? .null).write(to: &output, level: level)
      }
    }
  }

  private static func write(
    _ count: Int, _ begin: String, _ end: String, to output: inout String, level: Int?, _ element: (Int, inout String, Int?) -> Void
  ) {
    output += begin
    let inner = level.map { $0 + 1 }
    for index in 0..<count {
      if index > 0 { output += inner == nil ? ", " : "," }
      if let inner { output += "\n" + String(repeating: "  ", count: inner) }
      element(index, &output, inner)
    }
    if let level, count > 0 { output += "\n" + String(repeating: "  ", count: level) }
    output += end
  }
}
