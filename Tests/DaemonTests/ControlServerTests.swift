import Foundation
import Kernel
import TestKit
import Testing

@testable import Daemon

/// The control socket with the test in the engine's place.
@Suite struct ControlServerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A server and an engine that does what it is asked, or nothing.
  private final class Bench: Sendable {
    let server: ControlServer
    private let engine: Engine

    /// Answers on a thread of its own, woken by the server.
    final class Engine: Sendable {
      let wake: WakeSignal
      init() throws { wake = try WakeSignal() }
    }

    init(_ folder: TemporaryFolder, bounds: ControlServer.Bounds = .init(), answers: Bool = true) throws {
      let engine = try Engine()
      self.engine = engine
      server = try ControlServer(folder: folder.url.path, bounds: bounds, wakeEngine: { engine.wake.raise() }, note: { _ in })
      guard answers else { return }
      let mailbox = server.mailbox
      try BackgroundThread.start {
        var poll = Poll()
        var sequence: UInt64 = 0
        poll.add(engine.wake)
        for _ in 0..<100_000 {
          poll.wait(milliseconds: 1000)
          engine.wake.clear()
          while let request = mailbox.take() {
            sequence += 1
            let done = ControlAnswer.Done(
              sequence: sequence, message: request.command.name, blocked: nil, openOrdersBefore: 3, openOrdersAfter: 1, positions: [])
            mailbox.answer(request.id, ControlAnswer(content: .done(done)))
          }
        }
      }
    }
  }

  private struct Client {
    let connection: LocalConnection
    private var input: [UInt8] = []

    init(_ folder: TemporaryFolder) throws {
      connection = try LocalConnection(folder: folder.url.path, name: "control.sock", timeoutMilliseconds: 30_000)
    }

    func send(_ text: String) throws {
      let bytes = Array(text.utf8)
      var sent = 0
      while sent < bytes.count {
        guard case .bytes(let count) = connection.write(bytes, from: sent) else { throw CocoaError(.fileWriteUnknown) }
        sent += count
      }
    }

    /// The next line; nil at the end.
    mutating func line() throws -> [String: Any]? {
      while true {
        if let end = input.firstIndex(of: 0x0A) {
          let line = Data(input[..<end])
          input.removeSubrange(...end)
          return try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        }
        switch connection.read(into: &input, limit: 1 << 16) {
        case .bytes: continue
        case .ended: return nil
        case .none: throw CocoaError(.fileReadUnknown, userInfo: [NSDebugDescriptionErrorKey: "30 s without an answer"])
        }
      }
    }

    mutating func ask(_ text: String) throws -> [String: Any] {
      try send(text + "\n")
      return try #require(try line())
    }
  }

  @Test func `Lines are answered in their order, one at a time`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    var client = try Client(folder)
    let count = 1000
    let words = (0..<count).map { $0 % 2 == 0 ? #"{"command": "halt"}"# : #"{"command": "resume"}"# }
    try client.send(words.joined(separator: "\n") + "\n")
    for index in 0..<count {
      let answer = try #require(try client.line())
      #expect(answer["sequence"] as? Int == index + 1 && answer["command"] as? String == (index % 2 == 0 ? "halt" : "resume"))
      #expect(answer["orders_cancelled"] as? Int == 2)
    }
  }

  @Test func `Bad lines are answered, empty ones are not, and the connection goes on`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    var client = try Client(folder)
    for garbage in ["nonsense", "{}", "\u{0}\u{1}", #"{"command": "fly"}"#, String(repeating: "x", count: 60_000)] {
      let answer = try client.ask("\r\n  \n" + garbage)
      #expect(answer["ok"] as? Bool == false && answer["error"] as? String != nil)
    }
    #expect(try client.ask(#"{"command": "halt"}"# + "\r")["ok"] as? Bool == true)
  }

  @Test func `A line without an end is cut off`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    var client = try Client(folder)
    // The server may close while we still write: that is the point.
    try? client.send(String(repeating: "x", count: 65 * 1024 + 16 * 1024))
    #expect((try client.line()?["error"] as? String)?.contains("65536 bytes") == true)
    #expect(try client.line() == nil)
  }

  @Test func `What came before the client went is still done`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    var gone: Client? = try Client(folder)
    try gone?.send("{\"command\": \"halt\"}\n{\"command\": \"resume\"}\n{\"command\": \"reset-peak\"}\n")
    gone = nil
    var client = try Client(folder)
    // Fair play between clients may put ours before the last of theirs.
    var last = 0
    while last < 4 { last = try #require(try client.ask(#"{"command": "halt"}"#)["sequence"] as? Int) }
  }

  @Test func `Clients that say nothing make room for one that does`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    var idle = try (0..<16).map { _ in try Client(folder) }
    for index in idle.indices { try idle[index].send("{\"command\":") }
    // All sixteen are known before the seventeenth comes.
    for index in idle.indices { #expect(try idle[index].ask("1}")["ok"] as? Bool == false) }
    var late = try Client(folder)
    #expect(try late.ask(#"{"command": "halt"}"#)["ok"] as? Bool == true)
    #expect(try idle[0].line() == nil, "the one that was silent longest was let go")
    #expect(try idle[15].ask(#"{"command": "halt"}"#)["ok"] as? Bool == true)
  }

  @Test func `A client that never reads holds up nobody`() throws {
    let bench = try Bench(folder)
    defer { bench.server.stop() }
    let deaf = try Client(folder)
    let request = Array(String(repeating: "{\"command\": \"halt\"}\n", count: 1000).utf8)
    var other = try Client(folder)
    // Written until the server takes no more of it: our end waits for room, so a thread does it.
    let thread = Thread {
      for _ in 0..<200 { guard case .bytes(request.count) = deaf.connection.write(request, from: 0) else { return } }
    }
    thread.start()
    for _ in 0..<200 { #expect(try other.ask(#"{"command": "resume"}"#)["ok"] as? Bool == true) }
  }

  @Test func `Silence ends a connection`() throws {
    var bounds = ControlServer.Bounds()
    bounds.idleNanoseconds = 300_000_000
    let bench = try Bench(folder, bounds: bounds)
    defer { bench.server.stop() }
    var client = try Client(folder)
    #expect(try client.ask(#"{"command": "halt"}"#)["ok"] as? Bool == true)
    #expect(try client.line() == nil)
  }

  @Test func `An engine that does not answer does nothing later`() throws {
    var bounds = ControlServer.Bounds()
    bounds.answerNanoseconds = 100_000_000
    let bench = try Bench(folder, bounds: bounds, answers: false)
    defer { bench.server.stop() }
    var client = try Client(folder)
    let answer = try client.ask(#"{"command": "flatten"}"#)
    #expect(answer["ok"] as? Bool == false)
    #expect((answer["error"] as? String)?.contains("nothing was done") == true, "\(answer)")
    #expect(bench.server.mailbox.take() == nil, "it was taken back")
    // Taken and not answered: nobody knows, and that is what is said.
    try client.send("{\"command\": \"flatten\"}\n")
    while bench.server.mailbox.take() == nil { sched_yield() }
    let late = try #require(try client.line())
    #expect((late["error"] as? String)?.contains("may still be done") == true, "\(late)")
  }

  @Test func `After the end nobody answers and nothing is left`() throws {
    let bench = try Bench(folder)
    var client = try Client(folder)
    #expect(try client.ask(#"{"command": "halt"}"#)["ok"] as? Bool == true)
    bench.server.stop()
    #expect(!Files.isPresent(folder.path("control.sock")))
    #expect(try client.line() == nil)
  }
}
