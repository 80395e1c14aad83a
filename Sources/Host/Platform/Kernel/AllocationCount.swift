import CKernel
import Glibc

/// How often this process has asked for memory, where a counter was preloaded (the fixture AllocationCounter).
public enum AllocationCount {
  /// nil without a counter.
  public static func now() -> UInt64? {
    // Unsafe: the fixture gives its one function this type; a NULL handle looks through everything that is loaded.
    guard let symbol = dlsym(nil, "qe_allocation_count") else { return nil }
    return unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)()
  }

  /// Bytes that are allocated now.
  public static func heapBytes() -> Int { Int(clamping: qe_heap_bytes()) }
}
