/// A request as it came, read from its connection already.
public struct APIRequest: Sendable {
  public var method: String
  /// As it was sent, without what stands behind a question mark.
  public var path: String
  /// Behind the question mark; nil = there is none.
  public var query: String?
  public var body: [UInt8]
  /// Who asks, for the audit: an address.
  public var peer: String

  public init(method: String, path: String, query: String? = nil, body: [UInt8] = [], peer: String = "") {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.peer = peer
  }

  /// A value of the query, as it was sent; the first one of a name.
  func parameter(_ name: String) -> String? {
    for part in (query ?? "").split(separator: "&", maxSplits: 64) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair[0] == name { return pair.count > 1 ? String(pair[1]) : "" }
    }
    return nil
  }
}
