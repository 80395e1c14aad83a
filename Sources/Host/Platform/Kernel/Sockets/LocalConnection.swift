import CKernel
import Glibc

/// One end of a connection between two programs of this machine; closed with the object.
public final class LocalConnection: Sendable {
  /// Who is at the other end, as the kernel knows.
  public struct Peer: Sendable, Hashable {
    public var user: UInt32
    public var process: Int32
  }

  /// What came of a read or a write.
  public enum Progress: Equatable, Sendable {
    case bytes(Int)
    /// Nothing now; on a blocking end the time is over.
    case none
    /// The other end is closed or the connection broken.
    case ended
  }

  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to `folder/name`. Reads and writes of this end wait for at most `timeoutMilliseconds`.
  ///
  /// - Throws: ENOENT when nothing is there, ECONNREFUSED when nobody listens any more, EACCES for another user's.
  public init(folder path: String, name: String, timeoutMilliseconds: Int64) throws(KernelError) {
    let folder = qe_open(path, O_RDONLY | O_DIRECTORY, 0)
    guard folder >= 0 else { throw KernelError("open", path) }
    defer { close(folder) }
    let connected = qe_connect("/proc/self/fd/\(folder)/\(name)")
    guard connected >= 0 else { throw KernelError("connect to", "\(path)/\(name)") }
    guard qe_timeout(connected, timeoutMilliseconds) == 0 else {
      let error = KernelError("bound the time of", "\(path)/\(name)")
      close(connected)
      throw error
    }
    descriptor = connected
  }

  /// Nil when the kernel does not tell.
  public func peer() -> Peer? {
    var (user, process): (UInt32, Int32) = (0, 0)
    return qe_peer(descriptor, &user, &process) == 0 ? Peer(user: user, process: process) : nil
  }

  /// Appends what has come, at most `limit` bytes.
  public func read(into bytes: inout [UInt8], limit: Int) -> Progress {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: limit))
    var count: Int
    repeat {
      // Unsafe: the kernel writes into the array's own storage, within the room just made.
      count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + before, limit) }
    } while count < 0 && errno == EINTR
    let isEmpty = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
    bytes.removeLast(limit - max(0, count))
    return count > 0 ? .bytes(count) : isEmpty ? .none : .ended
  }

  /// Sends what the kernel takes of `bytes` from `offset` on.
  public func write(_ bytes: [UInt8], from offset: Int) -> Progress {
    guard offset < bytes.count else { return .bytes(0) }
    var count: Int
    // Unsafe: only bytes of the array from `offset` to its end are read.
    repeat { count = bytes.withUnsafeBytes { qe_send(descriptor, $0.baseAddress! + offset, bytes.count - offset) } } while count < 0 && errno == EINTR
    if count >= 0 { return .bytes(count) }
    return errno == EAGAIN || errno == EWOULDBLOCK ? .none : .ended
  }
}
