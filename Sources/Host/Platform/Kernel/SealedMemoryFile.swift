import CKernel
import Glibc

/// Bytes in a memory file that nobody can change any more, this process included.
///
/// Kept open for the life of the process on purpose: when a descriptor's number is used again, the dynamic loader takes
/// `/proc/self/fd/N` for the library that it had there before.
public struct SealedMemoryFile: Sendable {
  public let descriptor: Int32
  /// What dlopen is given.
  public var path: String { "/proc/self/fd/\(descriptor)" }

  /// - Parameter name: shown in /proc/self/maps.
  public init(name: String, bytes: [UInt8]) throws(KernelError) {
    let descriptor = qe_memory_file(name)
    guard descriptor >= 0 else { throw KernelError("make the memory file", name) }
    do throws(KernelError) {
      try Files.writeAll(bytes, descriptor, name)
      guard qe_seal(descriptor) == 0 else { throw KernelError("seal the memory file", name) }
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  /// For one that was never loaded in this process: its number may be used again.
  public func close() { Glibc.close(descriptor) }
}
