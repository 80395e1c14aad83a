import Foundation
import Glibc
import Testing

/// A raw client of a host's control socket: what `quantumedge risk` would never send can be sent, or not sent.
final class ControlSocket {
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let descriptor: Int32
  private var input: [UInt8] = []

  /// - Parameter deadlineSeconds: of each later read and write.
  init(_ path: String, deadlineSeconds: Int = 60) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var time = timeval(tv_sec: deadlineSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure(description: "\(path) is too long for this test") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard result == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Failure(description: "write: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// Sends for as long as the host takes it, without ever reading; true when its end is full.
  func fill(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    for _ in 0..<100_000 {
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, flags) }
      if count < 0 { return errno == EAGAIN }
    }
    return false
  }

  /// The next answer.
  func answer() throws -> [String: Any] {
    while true {
      if let end = input.firstIndex(of: 0x0A) {
        let line = Data(input[..<end])
        input.removeSubrange(...end)
        return try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { throw Failure(description: count == 0 ? "the host closed the connection" : String(cString: strerror(errno))) }
      input += buffer[..<count]
    }
  }

  func ask(_ line: String) throws -> [String: Any] {
    try send(line + "\n")
    return try answer()
  }

  func status() throws -> [String: Any] { try #require(try ask(#"{"command": "status"}"#)["status"] as? [String: Any]) }

  /// The first status that is as wanted: the host answers one as soon as it has something new.
  func status(deadlineSeconds: Double = 60, where isWanted: ([String: Any]) -> Bool) throws -> [String: Any] {
    let end = Date(timeIntervalSinceNow: deadlineSeconds)
    var last: [String: Any] = [:]
    while Date() < end {
      last = try status()
      if isWanted(last) { return last }
    }
    throw Failure(description: "\(deadlineSeconds) s passed without the status that was waited for; the last: \(last)")
  }
}
