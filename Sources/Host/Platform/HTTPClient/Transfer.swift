import CLibCurl
import Glibc

/// One request as libcurl has it, until its answer.
final class Transfer {
  // Once, before any handle; libcurl wants that.
  private static let start = qe_curl_start()

  let handle: UnsafeMutableRawPointer
  private let request: HTTPRequest
  private let headers: HTTPHeaders?
  // Unsafe: what is sent, read by libcurl while the transfer is under way; owned here, freed in deinit.
  private let sent: UnsafeMutableBufferPointer<UInt8>
  private var bytes: [UInt8] = []
  private var isTooLarge = false

  /// - Parameter certificateAuthority: a PEM file in the place of the system's; nil = those.
  init(_ request: HTTPRequest, headers: HTTPHeaders? = nil, certificateAuthority: String?) throws(HTTPError) {
    guard Self.isAllowed(request.url) else {
      throw HTTPError(.addressInvalid, "write http://HOST[:PORT] or https://HOST[:PORT], without a user or spaces")
    }
    guard Self.start == CURLE_OK, let handle = curl_easy_init() else { throw HTTPError(.failed, "libcurl does not start") }
    self.handle = handle
    self.request = request
    self.headers = headers
    sent = .allocate(capacity: max(1, request.body?.count ?? 0))
    _ = sent.initialize(from: request.body ?? [])
    // Unsafe: libcurl calls back while the transfer is under way alone, and whoever runs it holds it until after that.
    let context = Unmanaged.passUnretained(self).toOpaque()
    var codes = [
      // No signals: there are other threads. No redirects: an answer of somebody else is none. Only the two protocols.
      qe_curl_set_long(handle, CURLOPT_NOSIGNAL, 1), qe_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      qe_curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds)), qe_curl_set_long(handle, CURLOPT_TCP_NODELAY, 1),
      qe_curl_set_write(
        handle,
        { bytes, size, count, context in
          Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }, context),
    ]
    // A proxy is for others than this machine.
    // What the user says of others holds beside it: setting the option takes the place of the variable.
    codes.append(Self.directHosts.withCString { qe_curl_set_pointer(handle, CURLOPT_NOPROXY, $0) })
    codes.append("http,https".withCString { qe_curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, $0) })
    // Texts are copied by libcurl; the headers and what is posted are not.
    codes.append(request.url.withCString { qe_curl_set_pointer(handle, CURLOPT_URL, $0) })
    if let certificateAuthority { codes.append(certificateAuthority.withCString { qe_curl_set_pointer(handle, CURLOPT_CAINFO, $0) }) }
    if let headers { codes.append(qe_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers.list)) }
    if let body = request.body {
      codes += [
        qe_curl_set_long(handle, CURLOPT_POST, 1), qe_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count),
        qe_curl_set_pointer(handle, CURLOPT_POSTFIELDS, sent.baseAddress),
      ]
    }
    if let code = codes.first(where: { $0 != CURLE_OK }) { throw HTTPError(code, isTooLarge: false) }
  }

  deinit {
    curl_easy_cleanup(handle)
    sent.deallocate()
  }

  /// - Throws: by name, when there is no whole answer; a status of any kind is an answer.
  func result(of code: CURLcode) throws(HTTPError) -> HTTPResponse {
    guard code == CURLE_OK else { throw HTTPError(code, isTooLarge: isTooLarge) }
    var status = 0
    guard qe_curl_status(handle, &status) == CURLE_OK, status > 0 else { throw HTTPError(.malformed, "there is no status in it") }
    var (sent, answered): (curl_off_t, curl_off_t) = (0, 0)
    guard qe_curl_times(handle, &sent, &answered) == CURLE_OK else { throw HTTPError(.failed, "libcurl tells no times") }
    return HTTPResponse(status: status, body: bytes, sentNanoseconds: Int64(sent) * 1000, answeredNanoseconds: Int64(answered) * 1000)
  }

  /// What is not taken ends the request.
  private func take(_ chunk: UnsafeRawBufferPointer) -> Int {
    guard bytes.count + chunk.count <= HTTPClient.maximumBodyBytes else {
      isTooLarge = true
      return 0
    }
    bytes.append(contentsOf: chunk)
    return chunk.count
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
}
