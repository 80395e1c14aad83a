import Cryptography
import Foundation
import Glibc
import Secrets
import Synchronization
import TestKit
import Testing

/// Where in this process's memory the bytes of a secret lie: the kernel's view of it, searched from end to end.
private struct MemorySearch {
  /// How often `needle` lies in writable memory that is not the region around `needle` itself, which is the secure heap.
  static func count(of needle: SecureBytes) throws -> Int {
    let own = needle.withBytes { UInt(bitPattern: $0.baseAddress) }
    let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    try #require(memory >= 0)
    defer { close(memory) }
    let size = 1 << 20
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    // Unsafe: scratch for pread(2), owned here. It is searched as well, and holds a needle only where one was found.
    defer { buffer.deallocate() }
    var found = 0
    for line in try Proc.maps() {
      let words = line.split(separator: " ")
      let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard words[1].hasPrefix("rw"), ends.count == 2, !(ends[0]..<ends[1]).contains(own) else { continue }
      var start = ends[0]
      while start < ends[1] {
        let count = pread(memory, buffer.baseAddress, min(size, Int(ends[1] - start)), off_t(start))
        // A part that others have given back since the kernel told of it; what follows may still be there.
        guard count > 0 else {
          start = (start & ~4095) + 4096
          continue
        }
        found += needle.withBytes { Self.count(of: $0, in: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        if found > 0 { SecureMemory.cleanse(buffer) }
        start += UInt(count)
        // A needle across two pieces.
        if start < ends[1], count > needle.count { start -= UInt(needle.count) }
      }
    }
    return found
  }

  private static func count(of needle: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Int {
    var (hits, place) = (0, 0)
    // Unsafe: neither call looks past the bytes.
    while bytes.count - place >= needle.count,
      let start = memchr(bytes.baseAddress! + place, Int32(needle[0]), bytes.count - place - needle.count + 1)
    {
      if memcmp(start, needle.baseAddress!, needle.count) == 0 { hits += 1 }
      place = UnsafeRawPointer(start) - bytes.baseAddress! + 1
    }
    return hits
  }
}

/// One after the other: the search takes every region but the secure heap's for one where a secret must not be, and a heap that
/// is used up sends secrets elsewhere.
@Suite(
  .serialized, .enabled(if: SecureMemory.state != .absent && ProcessInfo.processInfo.environment["QE_SANITIZE"] == nil, "no arena, or a sanitizer's"))
struct SecretMemoryTests {
  /// 64 letters that nothing but this memory has ever held.
  private func unique() throws -> SecureBytes {
    for _ in 0..<1_000_000 {
      let bytes = SecureBytes(capacity: 64) { space in
        for place in space.indices { space[place] = UInt8.random(in: 0x61...0x7A) }
        return space.count
      }
      // Other suites may have filled the arena for a moment: then it lies in the ordinary heap, which is what is searched.
      if bytes.isInArena { return bytes }
      sched_yield()
    }
    struct ArenaIsFull: Error {}
    throw ArenaIsFull()
  }

  @Test func `The search finds a copy that is there`() throws {
    let value = try unique()
    #expect(try MemorySearch.count(of: value) == 0)
    var copy = value.withBytes { Array($0) }
    #expect(try MemorySearch.count(of: value) >= 1)
    SecureMemory.cleanse(&copy)
    #expect(try MemorySearch.count(of: value) == 0)
  }

  /// A value and a passphrase, through all that is done with them: written, read, compared, shown, resolved, rotated.
  @Test func `No copy of a value or of a passphrase is left outside of the secure heap`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("secrets.enc")
    let (value, passphrase) = (try unique(), try unique())
    var contents = SecretContents()
    try contents.set("BINANCE_DEMO_API_KEY", to: Secret(value))
    try contents.set("BINANCE_DEMO_API_SECRET", to: Secret(value))
    try SecretFile.write(contents, to: path, passphrase: Secret(passphrase), scrypt: .cheap)
    let environment = SecretEnvironment([PassphraseSource.variable: Secret(passphrase)])
    let secrets = try SecretStore.resolve(
      SecretNeeds(mode: .demo, exchange: .binanceSpot, llmEnabled: false), containerPath: path,
      passphrase: PassphraseSource(environment: environment), environment: environment)
    #expect(secrets[.binanceDemoAPIKey] == Secret(value))
    #expect("\(secrets) \(contents)".contains("<redacted>"))
    try SecretFile.write(contents, to: path, passphrase: Secret(passphrase), scrypt: .cheap)
    #expect(throws: SecretsError.self) { try SecretFile.read(path).open(Secret(try unique())) }
    #expect(try MemorySearch.count(of: value) == 0)
    #expect(try MemorySearch.count(of: passphrase) == 0)
  }

  /// More than the arena holds at once: the rest lies in the ordinary heap and works the same, and OpenSSL has room for itself:
  /// the random numbers of a new thread begin in the arena.
  @Test func `A full arena is no failure`() throws {
    let all = (0..<40).map { filled(UInt8($0)) }
    for (index, bytes) in all.enumerated() { #expect(bytes.withBytes { $0.allSatisfy { $0 == UInt8(index) } }) }
    #expect(all.contains { !$0.isLocked })
    if SecureMemory.state == .locked { #expect(all.contains { $0.isLocked }) }
    let drawn = Mutex<Int>(0)
    for _ in 0..<4 {
      let thread = Thread { if let bytes = try? RandomBytes.make(32), bytes.count == 32 { drawn.withLock { $0 += 1 } } }
      thread.start()
      while !thread.isFinished { sched_yield() }
    }
    #expect(drawn.withLock { $0 } == 4)
  }

  private func filled(_ byte: UInt8) -> SecureBytes {
    SecureBytes(capacity: 64 << 10) { space in
      space.initializeMemory(as: UInt8.self, repeating: byte)
      return space.count
    }
  }
}
