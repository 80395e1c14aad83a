import Foundation
import Kernel
import Testing

@Suite struct MachineMemoryTests {
  @Test func `there is some memory to be had, and less than the machine has`() throws {
    let available = try #require(MachineMemory.availableBytes)
    #expect(available > 0 && UInt64(available) < ProcessInfo.processInfo.physicalMemory)
  }
}
