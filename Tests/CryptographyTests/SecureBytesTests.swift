import Cryptography
import Foundation
import Glibc
import TestKit
import Testing

@Suite struct SecureBytesTests {
  @Test func `It holds what it was given, and the source is overwritten`() {
    var source = Array("a value".utf8)
    let bytes = SecureBytes(taking: &source)
    #expect(source.isEmpty && bytes.count == 7 && bytes.array == Array("a value".utf8))
    #expect(bytes.part(2..<7).array == Array("value".utf8))
    #expect(SecureBytes([]).isEmpty && SecureBytes([]).array == [])
    // The storage itself, and not the variable alone.
    var other = [UInt8](repeating: 7, count: 64)
    other.withUnsafeMutableBytes { SecureMemory.cleanse($0) }
    #expect(other == [UInt8](repeating: 0, count: 64))
  }

  @Test func `It is equal to the same bytes alone`() {
    #expect(SecureBytes("abc").isEqual(to: SecureBytes("abc")))
    #expect(SecureBytes([]).isEqual(to: SecureBytes([])))
    for other in ["abd", "bbc", "ab", "abcd", ""] { #expect(!SecureBytes("abc").isEqual(to: SecureBytes(other)), "\(other)") }
  }

  @Test func `It is never shown`() {
    let bytes = SecureBytes("abcdef-canary")
    var dumped = ""
    dump(bytes, to: &dumped)
    for text in ["\(bytes)", String(describing: bytes), String(reflecting: bytes), String(reflecting: [bytes]), dumped] {
      #expect(text.contains("<redacted>") && !text.contains("canary"), "\(text)")
    }
    #expect(Mirror(reflecting: bytes).children.isEmpty)
  }

  struct Stop: Error {}

  @Test func `What fails while it is filled leaves nothing`() {
    #expect(throws: Stop.self) { _ = try SecureBytes(capacity: 100) { _ throws(Stop) in throw Stop() } }
    #expect(SecureBytes(capacity: 100) { _ in 3 }.array == [0, 0, 0], "memory that was somebody's before is zeroed")
  }

  /// The arena stays mapped for ever, so that what lies at an address that was given back can be read, by the kernel's view of
  /// our memory and not through a pointer.
  @Test(.enabled(if: SecureMemory.state != .absent, "the kernel gives no arena here"))
  func `Freed bytes are zeroed`() throws {
    let marker = (0..<64).map { _ in UInt8.random(in: 1...255) }
    var bytes: SecureBytes? = SecureBytes(marker)
    let address = try #require(bytes).withBytes { UInt(bitPattern: $0.baseAddress) }
    let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    try #require(memory >= 0)
    defer { close(memory) }
    func look() -> [UInt8] {
      var seen = [UInt8](repeating: 0, count: 64)
      let count = pread(memory, &seen, 64, off_t(address))
      return count == 64 ? seen : []
    }
    #expect(look() == marker)
    bytes = nil
    // A test beside this one may have the place by now, with bytes of its own: ours are gone from all of it.
    let after = look()
    #expect(after.count == 64)
    for start in stride(from: 0, to: 64, by: 8) { #expect(after[start..<start + 8] != marker[start..<start + 8], "bytes \(start)…") }
  }
}
