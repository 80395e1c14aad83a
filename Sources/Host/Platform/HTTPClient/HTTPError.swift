import CLibCurl

/// Why there is no answer.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    case addressInvalid, nameUnknown, refused, timedOut, tls, closed, tooLarge, malformed, ended, failed
  }

  public let kind: Kind
  /// One line, without the address.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ code: CURLcode, isTooLarge: Bool) {
    let words = String(cString: curl_easy_strerror(code))
    switch code {
    case _ where isTooLarge: self.init(.tooLarge, "the answer is longer than \(HTTPClient.maximumBodyBytes) bytes")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self.init(.nameUnknown, "the host's name is not known here")
    case CURLE_COULDNT_CONNECT: self.init(.refused, "nobody answers there")
    case CURLE_OPERATION_TIMEDOUT: self.init(.timedOut, "no answer in time")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      self.init(.tls, "TLS: \(words)")
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
      self.init(.closed, "the connection was closed before the answer was whole")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
      self.init(.malformed, "what answers there does not speak HTTP")
    case CURLE_URL_MALFORMAT: self.init(.addressInvalid, "the address is none")
    default: self.init(.failed, words)
    }
  }
}
