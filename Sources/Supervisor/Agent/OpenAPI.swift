import JSONTree

/// The interface's own description, made of the table of routes: what is not in the one is not in the other.
enum OpenAPI {
  /// What a request's body holds.
  struct Body: Sendable {
    var name: String
    var members: [Member]
  }

  struct Member: Sendable {
    enum Kind: Sendable {
      /// A line of 1...`limit` characters.
      case text(limit: Int)
      case word([String])
      /// Of magnitude below 10^15; a text that holds one, too.
      case number
      case count
      case flag
      case objects([Member], limit: Int)
      case anything
      /// Any text: what it does not name is not found.
      case line
    }

    var name: String
    var kind: Kind
    var isRequired = false
    var help: String

    init(_ name: String, _ kind: Kind, isRequired: Bool = false, _ help: String) {
      (self.name, self.kind, self.isRequired, self.help) = (name, kind, isRequired, help)
    }

    fileprivate var schema: JSONNode {
      var schema: [String: JSONNode] =
        switch kind {
        case .text(let limit):
          // No blank at its beginning, and no control characters.
          ["type": ["string", "null"], "minLength": 1, "maxLength": .integer(Int64(limit)), "pattern": "^[!-~][ -~]*$"]
        case .word(let words): ["type": "string", "enum": .array(words.map(JSONNode.text))]
        case .number: ["type": ["number", "null"], "exclusiveMinimum": -1e15, "exclusiveMaximum": 1e15]
        case .count: ["type": ["integer", "null"], "minimum": 0, "maximum": 9_007_199_254_740_991]
        case .flag: ["type": ["boolean", "null"]]
        case .objects(let members, let limit):
          ["type": ["array", "null"], "maxItems": .integer(Int64(limit)), "items": OpenAPI.object(members)]
        case .anything: ["type": ["object", "null"]]
        case .line: ["type": "string"]
        }
      if isRequired, case .array(let types)? = schema["type"] { schema["type"] = types.first }
      schema["description"] = .text(help)
      return .object(schema)
    }
  }

  fileprivate static func object(_ members: [Member]) -> JSONNode {
    var schema: [String: JSONNode] = [
      "type": "object", "properties": .object(Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.schema) })), "additionalProperties": true,
    ]
    let required = members.filter(\.isRequired).map { JSONNode.text($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }

  static func document(_ routes: [Agent.Route]) -> JSONNode {
    var paths: [String: JSONNode] = [:]
    var schemas: [String: JSONNode] = ["Fault": fault]
    for route in routes {
      var operation: [String: JSONNode] = ["summary": .text(route.summary), "operationId": .text(identifier(route))]
      var answers: [String: JSONNode] = ["200": answer("Done.", route.contentType)]
      for (status, words) in statuses(route) { answers[status] = answer(words, "application/json", schema: "Fault") }
      operation["responses"] = .object(answers)
      if let body = route.body {
        schemas[body.name] = object(body.members)
        operation["requestBody"] = [
          "required": .boolean(body.members.contains(where: \.isRequired)),
          "content": ["application/json": ["schema": ["$ref": .text("#/components/schemas/\(body.name)")]]],
        ]
      }
      if route.hasParameters {
        operation["parameters"] = .array(
          route.parameters.map { ["name": .text($0.name), "in": "query", "required": false, "schema": .object($0.schema.object ?? [:])] })
      }
      if Agent.isOpen(APIRequest(method: route.method, path: route.path)) { operation["security"] = .array([]) }
      var operations = paths[route.path]?.object ?? [:]
      operations[route.method.lowercased()] = .object(operation)
      paths[route.path] = .object(operations)
    }
    return [
      "openapi": "3.1.0", "info": ["title": "QuantumEdge Supervisor", "version": "1"], "paths": .object(paths),
      "security": [["token": .array([])], ["bearer": .array([])]],
      "components": [
        "schemas": .object(schemas),
        "securitySchemes": ["token": ["type": "apiKey", "in": "header", "name": "X-API-TOKEN"], "bearer": ["type": "http", "scheme": "bearer"]],
      ],
    ]
  }

  private static func identifier(_ route: Agent.Route) -> String {
    route.method.lowercased()
      + route.path.split(whereSeparator: { $0 == "/" || $0 == "." }).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func answer(_ words: String, _ type: String, schema: String? = nil) -> JSONNode {
    let content: JSONNode = schema.map { ["schema": ["$ref": .text("#/components/schemas/\($0)")]] } ?? .object([:])
    return ["description": .text(words), "content": .object([type: content])]
  }

  private static let fault = object([
    Member("error", .text(limit: 64), isRequired: true, "A word for programs."), Member("details", .text(limit: 1000), "For people."),
    Member(
      "fields",
      .objects(
        [
          Member("field", .text(limit: 200), isRequired: true, "Its name."), Member("problem", .text(limit: 500), isRequired: true, "What is wrong."),
        ],
        limit: 10_000), "Members that are not what they must be."),
  ])

  private static func statuses(_ route: Agent.Route) -> [(String, String)] {
    var all = [("429", "Too many wrong tokens from there, or too many hosts.")]
    if !Agent.isOpen(APIRequest(method: route.method, path: route.path)) { all.append(("401", "Without the token.")) }
    if route.method == "POST" {
      all += [
        ("400", "It cannot be read, or a member is not what it must be."), ("404", "What it names is not there."),
        ("408", "Its body did not come in time."), ("413", "Its body is too large."), ("503", "What was done is not on the disk."),
      ]
    } else {
      all.append(("404", "With a query that it does not take."))
    }
    return all
  }
}
