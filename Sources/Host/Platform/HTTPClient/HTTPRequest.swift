public struct HTTPRequest: Sendable {
  /// http or https, without a user or a password.
  public var url: String
  /// Sent with POST, as JSON; nil: GET.
  public var body: [UInt8]?
  /// For all of it, from the name's lookup to the last byte; 1 or more.
  public var timeoutMilliseconds: Int

  public init(get url: String, timeoutMilliseconds: Int) {
    self.url = url
    self.timeoutMilliseconds = timeoutMilliseconds
  }

  public init(post body: [UInt8], to url: String, timeoutMilliseconds: Int) {
    self.url = url
    self.body = body
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

public struct HTTPResponse: Sendable {
  public var status: Int
  public var body: [UInt8]
  /// From the call on: when the request went out, after names, connection and TLS, and when the answer began.
  public var sentNanoseconds: Int64
  public var answeredNanoseconds: Int64
}
