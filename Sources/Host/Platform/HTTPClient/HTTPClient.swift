import CLibCurl

/// One request at a time over libcurl, for commands: it waits. Nothing is followed, nothing is retried.
public enum HTTPClient {
  /// Bytes of the longest body that is taken.
  public static let maximumBodyBytes = 1 << 20

  /// - Parameters:
  ///   - url: http or https, without a user or a password.
  ///   - timeoutMilliseconds: for all of it, from the name's lookup to the last byte; 1 or more.
  ///   - certificateAuthority: a PEM file in the place of the system's; nil = those.
  /// - Throws: by name, when there is no whole answer; a status of any kind is an answer.
  public static func get(
    _ url: String, timeoutMilliseconds: Int, certificateAuthority: String? = nil
  ) throws(HTTPError) -> HTTPResponse {
    let transfer = try Transfer(HTTPRequest(get: url, timeoutMilliseconds: timeoutMilliseconds), certificateAuthority: certificateAuthority)
    return try transfer.result(of: curl_easy_perform(transfer.handle))
  }
}
