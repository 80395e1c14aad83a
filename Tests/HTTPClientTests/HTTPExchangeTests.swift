import Foundation
import HTTPClient
import Synchronization
import TestKit
import Testing

/// Many requests over one thread, against servers on the loopback.
@Suite struct HTTPExchangeTests {
  @Test func `Posts go over one kept connection, with the headers of the exchange, and each has its answer`() async throws {
    let seen = Mutex<(connections: Int, requests: [String])>((0, []))
    let server = try LoopbackServer { connection in
      seen.withLock { $0.connections += 1 }
      while true {
        let request = LoopbackServer.readRequest(connection)
        if request.isEmpty { return }
        seen.withLock { $0.requests.append(request) }
        let body = request.components(separatedBy: "\r\n\r\n").dropFirst().joined()
        LoopbackServer.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", to: connection)
      }
    }
    let exchange = try HTTPExchange(headers: HTTPExchangeTests.headers("marked"))
    // The next goes out where the one before is answered: behind a test's own waiting, which may take minutes, libcurl gives a connection up.
    for (number, answer) in await exchange.answers(20, from: server.url).enumerated() {
      let response = try answer.get()
      #expect(response.status == 200 && response.body == Array("{\"n\":\(number)}".utf8))
    }
    exchange.stop()
    let (connections, requests) = seen.withLock { $0 }
    #expect(connections == 1 && requests.count == 20)
    for request in requests {
      #expect(request.hasPrefix("POST /x HTTP/1.1\r\n") && request.contains("\r\nX-Test: marked\r\n"), "\(request)")
      #expect(request.contains("\r\nContent-Type: application/json\r\n") && !request.contains("Expect:"), "\(request)")
    }
  }

  @Test func `One that is not answered ends at its own time and keeps no other from its answer`() async throws {
    let silent = try LoopbackServer { connection in while !LoopbackServer.read(connection).isEmpty {} }
    let server = try LoopbackServer { connection in
      _ = LoopbackServer.read(connection)
      LoopbackServer.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", to: connection)
    }
    let exchange = try HTTPExchange(headers: HTTPHeaders())
    async let none = exchange.answer(HTTPRequest(post: [], to: silent.url, timeoutMilliseconds: 200))
    async let refused = exchange.answer(HTTPRequest(get: "http://127.0.0.1:1/", timeoutMilliseconds: 10_000))
    async let invalid = exchange.answer(HTTPRequest(get: "file:///etc/passwd", timeoutMilliseconds: 10_000))
    #expect(try await exchange.answer(HTTPRequest(get: server.url, timeoutMilliseconds: 10_000)).get().status == 503)
    #expect(await HTTPExchangeTests.kind(none) == .timedOut)
    #expect(await HTTPExchangeTests.kind(refused) == .refused)
    #expect(await HTTPExchangeTests.kind(invalid) == .addressInvalid)
    exchange.stop()
  }

  @Test func `There is a bound, and the end answers what is open`() async throws {
    let silent = try LoopbackServer { connection in while !LoopbackServer.read(connection).isEmpty {} }
    let exchange = try HTTPExchange(headers: HTTPHeaders(), maximumOpen: 2)
    let request = HTTPRequest(get: silent.url, timeoutMilliseconds: 60_000)
    let answers = AsyncStream<HTTPError.Kind?>.makeStream()
    let note: HTTPExchange.Completion = { answers.continuation.yield(HTTPExchangeTests.kind($0)) }
    #expect(exchange.send(request, completion: note) && exchange.send(request, completion: note))
    #expect(!exchange.send(request, completion: note), "two are open")
    exchange.stop()
    var kinds = answers.stream.makeAsyncIterator()
    for _ in 0..<2 { #expect(await kinds.next() == .some(.ended)) }
    #expect(!exchange.send(request, completion: note), "it has ended")
  }

  static func kind(_ result: Result<HTTPResponse, HTTPError>) -> HTTPError.Kind? {
    if case .failure(let error) = result { return error.kind }
    return nil
  }

  static func headers(_ value: String) -> HTTPHeaders {
    var value = value
    return value.withUTF8 { HTTPHeaders(name: "X-Test", value: UnsafeRawBufferPointer($0)) }
  }
}

extension HTTPExchange {
  fileprivate func answer(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPError> {
    await withCheckedContinuation { continuation in
      if !send(request, completion: { continuation.resume(returning: $0) }) { Issue.record("it was not taken") }
    }
  }

  /// One after the other.
  fileprivate func answers(_ count: Int, from url: String) async -> [Result<HTTPResponse, HTTPError>] {
    let answers = Mutex<[Result<HTTPResponse, HTTPError>]>([])
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      @Sendable func ask(_ number: Int) {
        let request = HTTPRequest(post: Array("{\"n\":\(number)}".utf8), to: url, timeoutMilliseconds: 60_000)
        let isTaken = send(request) { answer in
          answers.withLock { $0.append(answer) }
          if number + 1 < count { ask(number + 1) } else { continuation.resume() }
        }
        if !isTaken {
          Issue.record("it was not taken")
          continuation.resume()
        }
      }
      ask(0)
    }
    return answers.withLock { $0 }
  }
}

extension LoopbackServer {
  fileprivate var url: String { "http://127.0.0.1:\(port)/x" }
}
