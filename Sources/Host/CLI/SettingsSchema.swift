import Market
import Session
import Settings

/// JSON Schema (draft 2020-12) of settings.yaml, from the same table that reads it and the words of the manual.
enum SettingsSchema {
  static var json: JSONValue {
    var root = Node()
    for key in SettingsKey.all { root.insert(key, path: key.name.split(separator: ".").map(String.init)[...]) }
    guard case .object(let members) = root.json(description: nil) else { return .null }
    return .object(
      [
        ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("QuantumEdge settings.yaml")),
      ] + members)
  }

  private struct Node {
    var key: SettingsKey?
    var children: [(name: String, node: Node)] = []

    mutating func insert(_ key: SettingsKey, path: ArraySlice<String>) {
      guard let first = path.first else { return self.key = key }
      if let index = children.firstIndex(where: { $0.name == first }) {
        children[index].node.insert(key, path: path.dropFirst())
      } else {
        var node = Node()
        node.insert(key, path: path.dropFirst())
        children.append((first, node))
      }
    }

    func json(description: String?) -> JSONValue {
      if let key { return SettingsSchema.json(key) }
      return .object([
        // A section whose keys are all comments is empty in YAML, which is null.
        ("type", .array([.text("object"), .text("null")])), ("additionalProperties", .boolean(false)),
        ("properties", .object(children.map { (key: $0.name, value: $0.node.json(description: nil)) })),
      ])
    }
  }

  private static func json(_ key: SettingsKey) -> JSONValue {
    .object([("description", .text(key.summary)), ("default", value(key.standard, key.shape))] + members(key.shape))
  }

  private static func members(_ shape: ValueShape) -> [(key: String, value: JSONValue)] {
    switch shape {
    case .flag: [("type", .text("boolean"))]
    case .choice(let words): [("enum", .array(words.map { .text($0) }))]
    case .integer(let range):
      [("type", .text("integer")), ("minimum", .number("\(range.lowerBound)")), ("maximum", .number("\(range.upperBound)"))]
    case .number(let range, _):
      [("type", .text("number")), ("minimum", .number("\(range.lowerBound)")), ("maximum", .number("\(range.upperBound)"))]
    case .decimal(let range, let decimals):
      [("type", .text("number"))]
        + [("minimum", range.lowerBound), ("maximum", range.upperBound)].map {
          ($0, .number(DecimalText.formatShort(Int128($1), scale: decimals)))
        }
    case .address(let schemes): [("type", .text("string")), ("pattern", .text("^(\(schemes.joined(separator: "|")))://[^@?#]+$"))]
    case .text, .path: [("type", .text("string")), ("minLength", .integer(1))]
    case .confidential: [("type", .text("string"))]
    // One value may stand for a list of it.
    case .list:
      [
        ("type", .array([.text("array"), .text("string"), .text("number")])),
        ("items", .object([("type", .array([.text("string"), .text("number")]))])),
      ]
    case .optional(let inner, _): [("anyOf", .array([.object(members(inner)), .object([("type", .text("null"))])]))]
    }
  }

  /// A value in JSON, from its text as it could be written.
  static func value(_ text: String, _ shape: ValueShape) -> JSONValue {
    switch shape {
    case .flag: .boolean(text == "true")
    case .integer, .number, .decimal: .number(text)
    case .choice, .text, .path, .address, .confidential: .text(text)
    case .list: .array(text.split(separator: ",").map { .text(String($0)) })
    case .optional(let inner, _): text == "null" ? .null : value(text, inner)
    }
  }
}
