import CKernel

/// CRC32C (Castagnoli), by the processor's own instruction where it has one.
public enum CRC32C {
  /// - Parameter seed: the value of what came before; 0 at the beginning.
  @inline(__always)
  public static func value(of bytes: UnsafeRawPointer, _ count: Int, seed: UInt32 = 0) -> UInt32 { qe_crc32c(seed, bytes, count) }

  /// In software, to compare with.
  public static func portable(of bytes: UnsafeRawPointer, _ count: Int) -> UInt32 { qe_crc32c_portable(0, bytes, count) }
}
