import Cryptography
import Engine

/// The decision hash: SHA-256 over one little-endian record per intent, for the run and for each instance.
///
/// A record is 55 bytes: input sequence u64, instance ordinal u32, tag u64, kind u32, side u32, price i64, quantity i64,
/// time in force u32, flags u32, risk code u16, outcome u8. No digests, names or wall time: two runs that decide alike
/// hash alike. In an instance's own hash the sequence counts its instrument's market inputs alone: so it does not change when
/// another instance orders, fails or is killed.
public struct DecisionHasher: ~Copyable {
  public struct Hashes: Sendable, Equatable {
    public var run: Digest
    public var instances: [Digest]
  }

  static let recordSize = 55
  private static let batch = 64

  private var run = Lane()
  private var lanes: [Lane]

  public init(instanceCount: Int) {
    lanes = (0..<instanceCount).map { _ in Lane() }
  }

  public mutating func add(_ decision: Decision) {
    run.add(decision, sequence: decision.sequence)
    lanes[Int(decision.instance)].add(decision, sequence: decision.instrumentSequence)
  }

  public func hashes() -> Hashes { Hashes(run: run.digest(), instances: lanes.map { $0.digest() }) }

  /// One hash with its buffer: records are hashed in batches, because a digest call per record costs more than hashing.
  private final class Lane {
    private var hasher = SHA256Hasher()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: recordSize * batch, alignment: 8)
    // Unsafe: scratch bytes owned here, freed in deinit; only the first `used` are read.
    private var used = 0

    deinit { buffer.deallocate() }

    func add(_ decision: Decision, sequence: UInt64) {
      if used == buffer.count { flush() }
      store(sequence)
      store(UInt32(bitPattern: decision.instance))
      store(decision.tag)
      store(decision.kind)
      store(decision.side)
      store(decision.price)
      store(decision.quantity)
      store(decision.timeInForce)
      store(decision.flags)
      store(decision.code.rawValue)
      store(decision.outcome.rawValue)
    }

    func digest() -> Digest {
      var copy = hasher.copy()
      copy.update(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
      return copy.finalize()
    }

    private func store(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes in
        UnsafeMutableRawBufferPointer(rebasing: buffer[used...]).copyMemory(from: bytes)
      }
      used += MemoryLayout.size(ofValue: value)
    }

    private func flush() {
      hasher.update(UnsafeRawBufferPointer(buffer))
      used = 0
    }
  }
}
