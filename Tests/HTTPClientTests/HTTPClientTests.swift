import Foundation
import HTTPClient
import TestKit
import Testing

/// libcurl against a server on the loopback.
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

/// Gives each request the same answer, and keeps the last head.
private final class OneAnswer: Sendable {
  private let head: Head
  private let server: LoopbackServer

  private final class Head: @unchecked Sendable {
    // Unchecked: written before the answer that its reader waits for.
    var text = ""
  }

  var url: String { "http://127.0.0.1:\(server.port)/x" }
  var request: String { head.text }

  /// - Parameter answer: nil = none, until the client has gone.
  init(_ answer: String?) throws {
    let head = Head()
    self.head = head
    server = try LoopbackServer { connection in
      head.text = String(decoding: LoopbackServer.read(connection), as: UTF8.self)
      guard let answer else {
        while !LoopbackServer.read(connection).isEmpty {}
        return
      }
      LoopbackServer.write(answer, to: connection)
    }
  }
}
