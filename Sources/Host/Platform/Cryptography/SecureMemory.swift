import CLibCrypto

/// OpenSSL's secure heap: one arena for all `SecureBytes`, locked into memory, left out of core dumps, between guard pages.
public enum SecureMemory {
  /// Bytes of the arena. Locked memory counts against RLIMIT_MEMLOCK (8 MiB on Linux 5.16 and later, 64 KiB before).
  public static let arenaByteCount = 1 << 20

  /// How much of it `SecureBytes` take at most. OpenSSL's own random numbers live there too, and a full arena ends them.
  public static let shareByteCount = arenaByteCount / 4 * 3

  public enum State: String, Sendable {
    /// The arena is there and never reaches swap or a core dump.
    case locked
    /// The arena is there, but the kernel did not lock or guard all of it: the limit of locked memory is too low.
    case unlocked
    /// There is no arena: secrets lie in the ordinary heap. They are zeroed when freed all the same.
    case absent
  }

  /// Made once, at the first use.
  public static let state: State = {
    // Somebody else in the process may have made it; what it is like is then not known to be good.
    if CRYPTO_secure_malloc_initialized() == 1 { return .unlocked }
    return switch CRYPTO_secure_malloc_init(arenaByteCount, 32) {
    case 1: .locked
    case 2: .unlocked
    default: .absent
    }
  }()

  /// Memory in the arena while our share lasts, then in the ordinary heap.
  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    // The arena gives powers of two.
    let taken = byteCount <= 1 ? 1 : 1 << (Int.bitWidth - (byteCount - 1).leadingZeroBitCount)
    guard state != .absent, Int(CRYPTO_secure_used()) + taken <= shareByteCount else { return CRYPTO_malloc(byteCount, nil, 0) }
    guard let memory = CRYPTO_secure_malloc(byteCount, nil, 0) else {
      // In pieces that are too small: no complaint for a later call to find.
      ERR_clear_error()
      return CRYPTO_malloc(byteCount, nil, 0)
    }
    return memory
  }

  /// Overwrites bytes with zeros in a way that no compiler leaves out.
  public static func cleanse(_ bytes: UnsafeMutableRawBufferPointer) {
    if let start = bytes.baseAddress { OPENSSL_cleanse(start, bytes.count) }
  }

  /// Overwrites an array and empties it. The array must be the only holder of its storage: a copy keeps its own bytes.
  public static func cleanse(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { cleanse($0) }
    bytes = []
  }
}
