import Foundation
import Glibc
import Testing

/// Speaks HTTP over a socket of its own, byte by byte where a test wants it so.
struct WireClient {
  struct Answer: CustomStringConvertible {
    var status: Int
    var head: String
    var body: String
    var description: String { "\(head)\n\n\(body)" }

    var json: [String: Any] { ((try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]) ?? [:] }
    var list: [[String: Any]] { ((try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [[String: Any]]) ?? [] }
    var risk: [String: Any] { json["risk"] as? [String: Any] ?? [:] }
    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }

  let port: UInt16
  var token: String?
  /// Seconds, of each reading.
  var patience = 60

  func open() throws -> Int32 {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Unsafe: a sockaddr_in is lent as the sockaddr that it begins like.
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard result == 0 else {
      close(connection)
      throw Failure(description: "port \(port): \(String(cString: strerror(errno)))")
    }
    return connection
  }

  static func send(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// To its end by length, or by the connection's.
  static func read(_ connection: Int32) throws -> Answer {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        let length = head.lowercased().range(of: "content-length: ").map { Int(head.lowercased()[$0.upperBound...].prefix { $0.isNumber }) ?? 0 } ?? 0
        let body = String(text[end.upperBound...])
        if body.utf8.count >= length { return Answer(status: status, head: head, body: body) }
      }
      let count = Glibc.read(connection, &buffer, buffer.count)
      guard count > 0 else { throw Failure(description: "closed after \(bytes.count) bytes: \(text)") }
      bytes += buffer[..<count]
    }
  }

  /// Whether the other side closes, without an answer or behind one.
  static func isClosed(_ connection: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(connection, &buffer, buffer.count)
      if count == 0 || count < 0 && errno == ECONNRESET { return true }
      if count < 0 { return false }
    }
  }

  func head(_ method: String, _ path: String, length: Int?, _ headers: [String] = []) -> String {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    if let token { lines.append("X-API-TOKEN: \(token)") }
    if let length { lines.append("Content-Length: \(length)") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  func call(_ method: String, _ path: String, _ body: String? = nil, headers: [String] = []) throws -> Answer {
    let connection = try open()
    defer { close(connection) }
    Self.send(head(method, path, length: body?.utf8.count, headers) + (body ?? ""), to: connection)
    return try Self.read(connection)
  }

  func get(_ path: String) throws -> Answer { try call("GET", path) }
  func post(_ path: String, _ body: String) throws -> Answer { try call("POST", path, body) }
}

/// The built `quantumedge-supervisor` with a folder of its own.
final class SupervisorProgram {
  let host: Host
  let child: Child
  let client: WireClient

  /// - Parameter host: whose folder it has; a second one of the same folder goes on from its state.
  init(in host: Host, _ settings: [String] = [], token: String? = nil) throws {
    self.host = host
    child = try Self.start(in: host, settings, token: token)
    try child.waitForError("listens on ")
    let port = child.errors.split(separator: "\n").last { $0.contains("listens on ") }.flatMap { $0.split(separator: ":").last }.flatMap {
      UInt16($0)
    }
    let file = host.runtime.appendingPathComponent("supervisor/token")
    client = WireClient(
      port: try #require(port, "\(child.errors)"),
      token: token ?? (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .newlines))
  }

  static func start(in host: Host, _ settings: [String] = [], token: String? = nil) throws -> Child {
    try host.start(
      (["heartbeat_port=0"] + settings).flatMap { ["--set", $0] }, environment: token.map { ["SUPERVISOR_API_TOKEN": $0] } ?? [:],
      executable: host.executable.deletingLastPathComponent().appendingPathComponent("quantumedge-supervisor"))
  }

  func stop() throws -> Outcome {
    child.signal(SIGTERM)
    return try child.finish(deadlineSeconds: 60)
  }

  func kill() throws {
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 60)
  }
}
