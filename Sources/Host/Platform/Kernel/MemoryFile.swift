import CKernel
import Glibc

/// An anonymous file in memory, to get bytes from a child that may die at any point.
public final class MemoryFile: Sendable {
  public let descriptor: Int32

  public init(name: String) throws(KernelError) {
    descriptor = qe_memory_file(name)
    guard descriptor >= 0 else { throw KernelError("make the memory file", name) }
  }

  deinit { close(descriptor) }

  /// The last `limit` bytes of what was written.
  public func tail(_ limit: Int) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
    let count = min(limit, Int(status.st_size))
    var bytes = [UInt8](repeating: 0, count: count)
    let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, status.st_size - off_t(count)) }
    return read > 0 ? Array(bytes.prefix(read)) : []
  }

  /// Replaces all of an open memory file; false when it cannot be written.
  public static func replace(_ descriptor: Int32, with bytes: [UInt8]) -> Bool {
    ftruncate(descriptor, 0) == 0 && bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } == bytes.count
  }
}
