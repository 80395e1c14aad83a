import CKernel
import Glibc

extension SealedMemoryFile {
  /// Its bytes, readable for the life of the process.
  ///
  /// - Parameter count: as many as were put in.
  public func mapped(count: Int) throws(KernelError) -> UnsafeRawBufferPointer {
    guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    // Unsafe: MAP_FAILED is the address -1; anything else is `count` mapped bytes, of a file whose size cannot change.
    guard let memory, Int(bitPattern: memory) != -1 else { throw KernelError("map", path) }
    return UnsafeRawBufferPointer(start: memory, count: count)
  }
}
