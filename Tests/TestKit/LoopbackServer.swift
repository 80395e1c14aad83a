import Foundation
import Glibc

/// A port of its own on the loopback; each connection that comes is served and closed, one after the other.
public final class LoopbackServer: Sendable {
  public struct Failure: Error {}

  private let listener: Int32
  public let port: UInt16

  /// - Parameter serve: with the connection's descriptor, on a thread of the server's.
  public init(_ serve: @escaping @Sendable (Int32) -> Void) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Unsafe: a sockaddr_in is lent as the sockaddr that it begins like.
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
    }
    guard isBound, listen(descriptor, 8) == 0 else { throw Failure() }
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          // Closed by whoever waits on it: the number might be another server's listener by the next wait.
          Glibc.close(descriptor)
          return
        }
        serve(connection)
        Glibc.close(connection)
      }
    }
  }

  deinit {
    // Ends the wait for the next connection, and with it the thread.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// What has come of a request so far.
  public static func read(_ connection: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(connection, &buffer, buffer.count)
    return Array(buffer.prefix(max(0, count)))
  }

  /// A request with its body, which may come behind its head; empty where the other side has gone.
  public static func readRequest(_ connection: Int32) -> String {
    var request = ""
    while true {
      let part = read(connection)
      if part.isEmpty { return "" }
      request += String(decoding: part, as: UTF8.self)
      guard let end = request.range(of: "\r\n\r\n") else { continue }
      let length = request.range(of: "Content-Length: ").map { Int(request[$0.upperBound...].prefix { $0.isNumber }) ?? 0 } ?? 0
      if request[end.upperBound...].utf8.count >= length { return request }
    }
  }

  /// All of it, or as much as the other side takes.
  public static func write(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      sent += count
    }
  }
}
