import Foundation
import Glibc
import HTTPClient
import Logging
import Market
import Risk
import Session
import Supervision
import Synchronization
import TestKit
import Testing

/// Every way in which a Supervisor fails to answer, over a real socket: what becomes of an opening order, with bypass and with block, and
/// of a reducing one, which has gone out already.
@Suite struct GatewayMatrixTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var serve: Serve
    /// What the engine is told about an opening order.
    var bypass: [RefusalCode]
    var block: [RefusalCode]
    /// What is counted about a reducing one; nil: nothing but that it was allowed.
    var reducing: String?
    var testDescription: String { name }
  }

  enum Serve: Sendable {
    case refused
    case reset
    case silence
    /// A byte now and then.
    case drip
    case answer(status: Int, String)
    /// As it is, and the connection's end.
    case raw(String)
    /// Once the order has gone out without it.
    case late(String)
  }

  private static let unreachable = RefusalCode.supervisorUnreachable.name

  static let rows: [Row] = [
    Row(name: "allowed", serve: .answer(status: 200, #"{"allowed": true, "code": "OK", "reason": "", "risk": {}}"#), bypass: [.none], block: [.none]),
    Row(
      name: "denied", serve: .answer(status: 200, #"{"allowed": false, "code": "HALTED", "reason": "no"}"#), bypass: [.supervisorDenied],
      block: [.supervisorDenied], reducing: "denied"),
    Row(name: "refused", serve: .refused, bypass: [.none], block: [.supervisorUnreachable], reducing: unreachable),
    Row(name: "reset", serve: .reset, bypass: [.none], block: [.supervisorUnreachable], reducing: unreachable),
    Row(name: "time-out", serve: .silence, bypass: [.none], block: [.supervisorUnreachable], reducing: unreachable),
    Row(name: "slow drip", serve: .drip, bypass: [.none], block: [.supervisorUnreachable], reducing: unreachable),
    row("401", 401, #"{"error": "unauthorized"}"#, .supervisorRejected),
    row("404", 404, #"{"error": "not_found"}"#, .supervisorRejected),
    row("an allowed 400", 400, #"{"allowed": true}"#, .supervisorRejected),
    row("500", 500, #"{"error": "internal_error"}"#, .supervisorFailed),
    row("an allowed 500", 500, #"{"allowed": true}"#, .supervisorFailed),
    row("a redirect", 302, #"{"allowed": true}"#, .supervisorFailed),
    row("201", 201, #"{"allowed": true}"#, .supervisorFailed),
    row("HTML", 200, "<html><body>It works!</body></html>", .supervisorMalformed),
    row("truncated JSON", 200, #"{"allowed": tr"#, .supervisorMalformed),
    row("nothing", 200, "", .supervisorMalformed),
    row("allowed missing", 200, #"{"code": "OK", "reason": "fine"}"#, .supervisorMalformed),
    row("allowed as a word", 200, #"{"allowed": "true"}"#, .supervisorMalformed),
    row("allowed as a number", 200, #"{"allowed": 1}"#, .supervisorMalformed),
    row("allowed as null", 200, #"{"allowed": null}"#, .supervisorMalformed),
    row("a code of another type", 200, #"{"allowed": true, "code": {"a": 1}}"#, .supervisorMalformed),
    row("a list", 200, #"[{"allowed": true}]"#, .supervisorMalformed),
    row("deep nesting", 200, #"{"allowed": true, "code": "# + String(repeating: "[", count: 100_000) + "}", .supervisorMalformed),
    row("huge body", 200, #"{"allowed": true, "reason": ""# + String(repeating: "x", count: 1 << 20) + #""}"#, .supervisorMalformed),
    Row(
      name: "no HTTP", serve: .raw("allowed\r\n\r\n"), bypass: [.supervisorMalformed], block: [.supervisorMalformed],
      reducing: RefusalCode.supervisorMalformed.name),
    // Bypassed, and then: nothing more to say. A denial takes back what has not filled.
    Row(name: "late answer", serve: .late(#"{"allowed": true}"#), bypass: [.none], block: [.none]),
    Row(
      name: "late denial", serve: .late(#"{"allowed": false, "code": "HALTED"}"#), bypass: [.none, .supervisorDenied], block: [.supervisorDenied],
      reducing: "denied"),
  ]

  private static func row(_ name: String, _ status: Int, _ body: String, _ code: RefusalCode) -> Row {
    Row(name: name, serve: .answer(status: status, body), bypass: [code], block: [code], reducing: code.name)
  }

  @Test(arguments: rows) func `an opening order with bypass, with block, and a reducing one`(row: Row) throws {
    for bypasses in [true, false] {
      let desk = try Desk(row.serve, bypasses: bypasses)
      desk.client.ask(Desk.question(7, isReducing: false))
      let expected = bypasses ? row.bypass : row.block
      if expected.count == 1, case .late = row.serve {
        if bypasses { #expect(desk.verdicts(1) == [RefusalCode.none]) }
        desk.letAnswer()
        // What nobody waits for is no news: the count tells that it has come.
        desk.wait { $0.allowed + $0.denied == 1 }
        #expect(desk.verdicts(1) == expected, "bypass \(bypasses)")
      } else {
        if case .late = row.serve {
          if bypasses { #expect(desk.verdicts(1) == [RefusalCode.none]) }
          desk.letAnswer()
        }
        #expect(desk.verdicts(expected.count) == expected, "bypass \(bypasses)")
      }
      let status = desk.client.status
      #expect(status.asked == 1 && status.bypasses == bypasses)
      #expect(status.bypassed == (bypasses && expected.first == RefusalCode.none && row.name != "allowed" ? 1 : 0), "\(status)")
      desk.client.stop()
    }
    let desk = try Desk(row.serve, bypasses: false)
    desk.client.tell(Desk.question(8, isReducing: true))
    desk.letAnswer()
    if let reducing = row.reducing {
      desk.wait { reducing == "denied" ? $0.deniedReducing == 1 : $0.failures == [reducing: 1] }
    } else {
      desk.waitForAnswer()
    }
    #expect(desk.client.takeNews().isEmpty, "it has gone out, and nobody waits")
    desk.client.stop()
  }

  @Test func `Many questions at once have each its own answer`() throws {
    let server = try LoopbackServer { connection in
      while true {
        let request = LoopbackServer.readRequest(connection)
        if request.isEmpty { return }
        // Even orders are denied.
        let isOdd = (0..<200).contains { $0 % 2 == 1 && request.contains("\"order_seq\": \($0)}") }
        let body = "{\"allowed\": \(isOdd)}"
        LoopbackServer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", to: connection)
        return
      }
    }
    let desk = try Desk(port: server.port, bypasses: false, timeoutMilliseconds: 600_000)
    for number in 1...100 { desk.client.ask(Desk.question(UInt64(number), isReducing: false)) }
    var codes: [UInt64: RefusalCode] = [:]
    desk.collect(100) { codes[$0] = $1 }
    #expect(codes.count == 100 && codes.allSatisfy { $1 == ($0 % 2 == 1 ? RefusalCode.none : .supervisorDenied) }, "\(codes)")
    desk.client.stop()
  }

  @Test func `A question has the reference's eight members and ours, with exact figures`() throws {
    let seen = Mutex("")
    let server = try LoopbackServer { connection in
      let request = LoopbackServer.readRequest(connection)
      seen.withLock { $0 = request }
      LoopbackServer.write("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"allowed\": true}", to: connection)
    }
    let desk = try Desk(port: server.port, bypasses: false, timeoutMilliseconds: 600_000)
    desk.client.ask(Desk.question(41, isReducing: false))
    #expect(desk.verdicts(1) == [RefusalCode.none])
    let request = seen.withLock { $0 }
    #expect(request.hasPrefix("POST /api/v1/risk/evaluate HTTP/1.1\r\n") && request.contains("\r\nX-API-TOKEN: word\r\n"), "\(request)")
    let body = request.components(separatedBy: "\r\n\r\n").dropFirst().joined()
    #expect(
      body
        == #"{"symbol": "BTCUSDT", "side": "BUY", "order_type": "MARKET", "quantity": 0.003, "price": 60000.1, "notional": 180.0003, "leverage": null, "#
        + #""is_reduce_only": false, "host_id": "here/paper", "client_order_id": "run-41", "market": "binance.usdm.BTCUSDT", "position_before": -0.002, "#
        + #""order_seq": 41}"#)
    desk.client.stop()
  }
}

/// A client, and the Supervisor that it meets.
private final class Desk {
  let client: SupervisorClient
  private let server: LoopbackServer?
  private let gate = DispatchSemaphore(value: 0)
  private let news = DispatchSemaphore(value: 0)
  private let answers: AnswerCount

  /// Answers that were written.
  final class AnswerCount: Sendable {
    let written = DispatchSemaphore(value: 0)
  }

  private static let deadline = DispatchTime.now() + 600

  init(port: UInt16, bypasses: Bool, timeoutMilliseconds: Int64) throws {
    server = nil
    answers = AnswerCount()
    client = try Self.client(port, bypasses, timeoutMilliseconds, age: 600_000, news)
  }

  init(_ serve: GatewayMatrixTests.Serve, bypasses: Bool) throws {
    let (gate, answers) = (gate, AnswerCount())
    self.answers = answers
    var port: UInt16 = 1
    if case .refused = serve {
      server = nil
    } else {
      let server = try LoopbackServer { connection in
        _ = LoopbackServer.readRequest(connection)
        func write(_ status: Int, _ body: String) {
          LoopbackServer.write("HTTP/1.1 \(status) Word\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", to: connection)
          answers.written.signal()
        }
        switch serve {
        case .refused: break
        case .reset:
          var linger = linger(l_onoff: 1, l_linger: 0)
          setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        case .silence: while !LoopbackServer.read(connection).isEmpty {}
        case .drip:
          LoopbackServer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", to: connection)
          // Until the client goes.
          var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
          while poll(&entry, 1, 10) == 0 { LoopbackServer.write(" ", to: connection) }
        case .answer(let status, let body): write(status, body)
        case .raw(let text):
          LoopbackServer.write(text, to: connection)
          answers.written.signal()
        case .late(let body):
          gate.wait()
          write(200, body)
        }
      }
      port = server.port
      self.server = server
    }
    // Nobody who answers is cut off by a machine that is slow; nobody who does not is waited for.
    switch serve {
    case .silence, .drip: client = try Self.client(port, bypasses, 150, age: 600_000, news)
    case .late: client = try Self.client(port, bypasses, 600_000, age: 250, news)
    default: client = try Self.client(port, bypasses, 600_000, age: 600_000, news)
    }
  }

  private static func client(_ port: UInt16, _ bypasses: Bool, _ timeout: Int64, age: Int64, _ news: DispatchSemaphore) throws -> SupervisorClient {
    var options = SupervisorOptions(baseURL: "http://127.0.0.1:\(port)/", hostID: "here/paper", runID: "run")
    options.reports = false
    options.bypasses = bypasses
    options.timeoutMilliseconds = timeout
    options.maximumDecisionAgeMilliseconds = age
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .trace
    let headers = Array("word".utf8).withUnsafeBytes { HTTPHeaders(name: "X-API-TOKEN", value: $0) }
    return try SupervisorClient(options, headers: headers, log: logger) { news.signal() }
  }

  func letAnswer() { gate.signal() }

  func waitForAnswer() { #expect(answers.written.wait(timeout: Self.deadline) == .success) }

  /// The verdicts, once there are so many.
  func verdicts(_ count: Int) -> [RefusalCode] {
    collect(count) { _, _ in }
    return all.map(\.1)
  }

  private var all: [(UInt64, RefusalCode)] = []

  func collect(_ count: Int, _ note: (UInt64, RefusalCode) -> Void) {
    while true {
      for case .verdict(let order, let code) in client.takeNews() {
        all.append((order, code))
        note(order, code)
      }
      if all.count >= count { return }
      guard news.wait(timeout: Self.deadline) == .success else {
        Issue.record("\(all.count) of \(count) verdicts")
        return
      }
    }
  }

  func wait(until isThere: (SupervisorStatus) -> Bool) {
    while !isThere(client.status) {
      guard DispatchTime.now() < Self.deadline else {
        Issue.record("\(client.status)")
        return
      }
      sched_yield()
    }
  }

  static func question(_ id: UInt64, isReducing: Bool) -> OrderQuestion {
    let request = OrderRequest(
      instrument: 0, instance: 0, side: .buy, type: .market, quantity: Quantity(raw: 3), price: .zero, reduceOnly: isReducing)
    return OrderQuestion(
      orderID: id, instrument: Samples.perpetual(), request: request,
      market: OrderMarket(bid: Price(raw: 600_000), ask: Price(raw: 600_001), last: Price(raw: 600_000), position: -2), isReducing: isReducing)
  }
}
