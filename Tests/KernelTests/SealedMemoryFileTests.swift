import Foundation
import Kernel
import TestKit
import Testing

@Suite struct SealedMemoryFileTests {
  @Test func holdsItsBytesAndRefusesEveryChange() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try SealedMemoryFile(name: "test", bytes: bytes)
    #expect(try Files.read(file.path, limit: 1 << 20) == bytes)
    var byte: UInt8 = 1
    #expect(pwrite(file.descriptor, &byte, 1, 0) == -1)
    #expect(errno == EPERM)
    #expect(ftruncate(file.descriptor, 10) == -1)
    #expect(errno == EPERM)
    #expect(ftruncate(file.descriptor, 200_000) == -1)
    #expect(errno == EPERM)
    #expect(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0) == MAP_FAILED)
  }

  @Test func reopeningItForWritingDoesNotBreakTheSeal() throws {
    let file = try SealedMemoryFile(name: "test", bytes: [1, 2, 3])
    let other = open(file.path, O_RDWR)
    if other >= 0 {
      var byte: UInt8 = 9
      #expect(write(other, &byte, 1) == -1)
      #expect(errno == EPERM)
      close(other)
    }
    #expect(try Files.read(file.path, limit: 10) == [1, 2, 3])
  }

  @Test func twoFilesHaveNumbersOfTheirOwnWhileTheProcessLives() throws {
    let numbers = try (0..<20).map { _ in try SealedMemoryFile(name: "test", bytes: [0]).descriptor }
    #expect(Set(numbers).count == 20)
  }
}
