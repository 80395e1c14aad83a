import CLibCrypto

/// Bytes that nobody else should see: in the secure heap, zeroed when the last holder lets go, never shown.
///
/// Where our share of the arena is used up they lie in the ordinary heap (`isLocked` tells); the bytes are zeroed when freed in either.
public final class SecureBytes: @unchecked Sendable {
  // Unchecked: the memory is written before init ends and only read from then on.

  /// How many bytes there are.
  public let count: Int
  // Unsafe: owned here from init to deinit; OpenSSL gives and takes it.
  private let memory: UnsafeMutableRawPointer
  private let capacity: Int

  /// - Parameters:
  ///   - capacity: the most that `fill` writes.
  ///   - fill: writes from the start and returns how many bytes it wrote.
  public init<Failure: Error>(capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int) throws(Failure) {
    precondition(capacity >= 0, "a negative size")
    let size = max(capacity, 1)
    guard let memory = SecureMemory.allocate(size) else { preconditionFailure("no memory for \(size) bytes") }
    OPENSSL_cleanse(memory, size)
    let count: Int
    do throws(Failure) { count = try fill(UnsafeMutableRawBufferPointer(start: memory, count: capacity)) } catch {
      CRYPTO_secure_clear_free(memory, size, nil, 0)
      throw error
    }
    precondition(count >= 0 && count <= capacity, "more was written than there is room for")
    self.memory = memory
    self.capacity = size
    self.count = count
  }

  deinit { CRYPTO_secure_clear_free(memory, capacity, nil, 0) }

  /// A copy; the source stays as it is.
  public convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(capacity: bytes.count) { space in
      space.copyMemory(from: bytes)
      return bytes.count
    }
  }

  /// A copy of an array that is overwritten and emptied; see `SecureMemory.cleanse` for what that can do.
  public convenience init(taking bytes: inout [UInt8]) {
    let count = bytes.count
    self.init(capacity: count) { space in
      bytes.withUnsafeBytes { space.copyMemory(from: $0) }
      return count
    }
    SecureMemory.cleanse(&bytes)
  }

  public var isEmpty: Bool { count == 0 }

  /// Whether the bytes lie in the arena, and the arena is locked.
  public var isLocked: Bool { isInArena && SecureMemory.state == .locked }

  /// Whether the bytes lie in the arena, locked or not.
  public var isInArena: Bool { CRYPTO_secure_allocated(memory) == 1 }

  /// Lends the bytes for the call.
  public func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// Compares in a time that depends on the counts alone.
  public func isEqual(to other: SecureBytes) -> Bool {
    count == other.count && CRYPTO_memcmp(memory, other.memory, count) == 0
  }

  /// A part of it, in secure memory of its own.
  public func part(_ range: Range<Int>) -> SecureBytes { withBytes { SecureBytes(copying: UnsafeRawBufferPointer(rebasing: $0[range])) } }
}

extension SecureBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<redacted>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
