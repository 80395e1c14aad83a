import JSONTree

/// What goes back.
public struct APIAnswer: Sendable {
  public var status: Int
  public var contentType: String
  public var body: [UInt8]
  /// For pages: what a browser may do with it.
  public var policy: String?
  /// Of a method that is not one of its path's: those that are.
  public var allow: String?

  init(status: Int = 200, contentType: String, text: String, policy: String? = nil) {
    self.status = status
    self.contentType = contentType
    body = Array(text.utf8)
    self.policy = policy
  }

  init(_ node: JSONNode, status: Int = 200) {
    self.init(status: status, contentType: "application/json; charset=utf-8", text: node.compact)
  }

  /// In the reference's words: `bad_json`, `not_found`, …
  public static func refusal(_ status: Int, _ word: String, details: String? = nil, fields: [FieldFault] = []) -> APIAnswer {
    var members: [String: JSONNode] = ["error": .text(word)]
    if let details { members["details"] = .text(details) }
    if !fields.isEmpty { members["fields"] = .array(fields.map { ["field": .text($0.field), "problem": .text($0.problem)] }) }
    return APIAnswer(.object(members), status: status)
  }
}

/// What is wrong with a member of a request.
public struct FieldFault: Error, Sendable, Hashable {
  public var field: String
  public var problem: String
}
