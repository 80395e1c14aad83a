import Foundation
import Glibc
import HTTPClient
import TestKit
import Testing

/// libcurl against a server of one connection on the loopback.
@Suite struct HTTPClientTests {
  @Test func `A status of any kind is an answer, and its body comes whole`() throws {
    for status in [200, 404, 503] {
      let server = try OneAnswer("HTTP/1.1 \(status) Any\r\nContent-Length: 5\r\n\r\nhello")
      let response = try HTTPClient.get(server.url, timeoutMilliseconds: 5000)
      #expect(response.status == status && response.body == Array("hello".utf8))
      #expect(server.request.hasPrefix("GET /x HTTP/1.1\r\n"))
    }
  }

  @Test func `A redirect is an answer, and is not followed`() throws {
    let server = try OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    #expect(try HTTPClient.get(server.url, timeoutMilliseconds: 5000).status == 302)
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", HTTPError.Kind.closed), ("", .closed), ("nonsense\r\n\r\n", .malformed),
  ])
  func `What is no whole answer is named`(answer: String, kind: HTTPError.Kind) throws {
    let server = try OneAnswer(answer)
    let error = try #require(throws: HTTPError.self) { try HTTPClient.get(server.url, timeoutMilliseconds: 5000) }
    #expect(error.kind == kind, "\(error)")
  }

  @Test func `More than the bound is refused, and the bound itself is not`() throws {
    let most = HTTPClient.maximumBodyBytes
    for (count, isTaken) in [(most, true), (most + 1, false)] {
      let server = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count))
      if isTaken {
        #expect(try HTTPClient.get(server.url, timeoutMilliseconds: 20_000).body.count == most)
      } else {
        let error = try #require(throws: HTTPError.self) { try HTTPClient.get(server.url, timeoutMilliseconds: 20_000) }
        #expect(error.kind == .tooLarge)
      }
    }
  }

  @Test func `A server that says nothing ends at the time limit, and a port of nobody at once`() throws {
    let server = try OneAnswer(nil)
    let error = try #require(throws: HTTPError.self) { try HTTPClient.get(server.url, timeoutMilliseconds: 50) }
    #expect(error.kind == .timedOut)
    server.close()
    let refused = try #require(throws: HTTPError.self) { try HTTPClient.get("http://127.0.0.1:1/", timeoutMilliseconds: 5000) }
    #expect(refused.kind == .refused)
    let plain = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let tls = try #require(throws: HTTPError.self) {
      try HTTPClient.get(plain.url.replacing("http:", with: "https:"), timeoutMilliseconds: 5000)
    }
    #expect(tls.kind == .tls, "\(tls)")
  }

  @Test(arguments: ["", "ftp://h/", "file:///etc/passwd", "http://", "http://user:word@h/", "http://h/a b", "http://h/\n", "127.0.0.1"])
  func `Other addresses are refused before anything is sent`(url: String) throws {
    let error = try #require(throws: HTTPError.self) { try HTTPClient.get(url, timeoutMilliseconds: 100) }
    #expect(error.kind == .addressInvalid && !error.description.contains("word"))
  }
}

/// Listens on a port of its own, takes one connection, reads a request's head and gives one answer.
private final class OneAnswer: @unchecked Sendable {
  // Unchecked: `head` is written before the answer that its reader waits for.
  private let listener: Int32
  private let port: UInt16
  private var head = ""

  var url: String { "http://127.0.0.1:\(port)/x" }
  var request: String { head }

  /// - Parameter answer: nil = none, until `close`.
  init(_ answer: String?) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Unsafe: a sockaddr_in is lent as the sockaddr that it begins like.
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
    }
    try #require(bound && listen(descriptor, 1) == 0)
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      defer { _ = Glibc.close(connection) }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(connection, &buffer, buffer.count)
      head = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      guard let answer else {
        // Until the client has gone.
        while read(connection, &buffer, buffer.count) > 0 {}
        return
      }
      let bytes = Array(answer.utf8)
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return }
        sent += count
      }
    }
  }

  func close() { shutdown(listener, Int32(SHUT_RDWR)) }
  deinit { _ = Glibc.close(listener) }
}
