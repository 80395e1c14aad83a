import CLibCurl
import Glibc

/// One request at a time over libcurl, for commands: it waits. Nothing is followed, nothing is retried.
public enum HTTPClient {
  /// Bytes of the longest body that is taken.
  public static let maximumBodyBytes = 1 << 20

  // Once, before any handle; libcurl wants that.
  private static let start = qe_curl_start()

  /// - Parameters:
  ///   - url: http or https, without a user or a password.
  ///   - timeoutMilliseconds: for all of it, from the name's lookup to the last byte; 1 or more.
  ///   - certificateAuthority: a PEM file in the place of the system's; nil = those.
  /// - Throws: by name, when there is no whole answer; a status of any kind is an answer.
  public static func get(
    _ url: String, timeoutMilliseconds: Int, certificateAuthority: String? = nil
  ) throws(HTTPError) -> HTTPResponse {
    guard Self.isAllowed(url) else { throw HTTPError(.addressInvalid, "write http://HOST[:PORT] or https://HOST[:PORT], without a user or spaces") }
    guard start == CURLE_OK, let handle = curl_easy_init() else { throw HTTPError(.failed, "libcurl does not start") }
    defer { curl_easy_cleanup(handle) }
    let body = Body()
    // Unsafe: libcurl calls back inside perform alone, and `body` lives until after it.
    let context = Unmanaged.passUnretained(body).toOpaque()
    var codes = [
      // No signals: there are other threads. No redirects: an answer of somebody else is none. Only the two protocols.
      qe_curl_set_long(handle, CURLOPT_NOSIGNAL, 1), qe_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      qe_curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, timeoutMilliseconds)),
      qe_curl_set_write(
        handle,
        { bytes, size, count, context in
          Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }, context),
    ]
    // A proxy is for others than this machine.
    // What the user says of others holds beside it: setting the option takes the place of the variable.
    codes.append(Self.directHosts.withCString { qe_curl_set_pointer(handle, CURLOPT_NOPROXY, $0) })
    codes.append("http,https".withCString { qe_curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, $0) })
    // Texts are copied by libcurl.
    codes.append(url.withCString { qe_curl_set_pointer(handle, CURLOPT_URL, $0) })
    if let certificateAuthority { codes.append(certificateAuthority.withCString { qe_curl_set_pointer(handle, CURLOPT_CAINFO, $0) }) }
    if let code = codes.first(where: { $0 != CURLE_OK }) { throw HTTPError(code, isTooLarge: false) }
    let code = curl_easy_perform(handle)
    guard code == CURLE_OK else { throw HTTPError(code, isTooLarge: body.isTooLarge) }
    var status = 0
    guard qe_curl_status(handle, &status) == CURLE_OK, status > 0 else { throw HTTPError(.malformed, "there is no status in it") }
    var (sent, answered): (curl_off_t, curl_off_t) = (0, 0)
    guard qe_curl_times(handle, &sent, &answered) == CURLE_OK else { throw HTTPError(.failed, "libcurl tells no times") }
    return HTTPResponse(status: status, body: body.bytes, sentNanoseconds: Int64(sent) * 1000, answeredNanoseconds: Int64(answered) * 1000)
  }

  private static let directHosts: String = {
    let own = "localhost,127.0.0.1,::1"
    for name in ["no_proxy", "NO_PROXY"] {
      guard let value = getenv(name), value[0] != 0 else { continue }
      let given = String(cString: value)
      // "*" means all only where it stands alone.
      return given == "*" ? given : "\(own),\(given)"
    }
    return own
  }()

  /// What libcurl would accept beyond this (files, user names in addresses) nobody means here.
  private static func isAllowed(_ url: String) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else { return false }
    let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
    return !authority.isEmpty && !authority.contains("@") && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  private final class Body {
    var bytes: [UInt8] = []
    var isTooLarge = false

    /// What is not taken ends the request.
    func take(_ chunk: UnsafeRawBufferPointer) -> Int {
      guard bytes.count + chunk.count <= HTTPClient.maximumBodyBytes else {
        isTooLarge = true
        return 0
      }
      bytes.append(contentsOf: chunk)
      return chunk.count
    }
  }
}

public struct HTTPResponse: Sendable {
  public var status: Int
  public var body: [UInt8]
  /// From the call on: when the request went out, after names, connection and TLS, and when the answer began.
  public var sentNanoseconds: Int64
  public var answeredNanoseconds: Int64
}
