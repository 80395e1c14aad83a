import Foundation
import Kernel
import TestKit
import Testing

@Suite struct FilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func readsAFileUpToItsLimitAndNoFurther() throws {
    let path = try folder.write("0123456789", to: "digits")
    #expect(try Files.read(path, limit: 10) == Array("0123456789".utf8))
    #expect { try Files.read(path, limit: 9) } throws: { ($0 as? KernelError)?.code == EFBIG }
    #expect(try Files.read(try folder.write("", to: "empty"), limit: 0) == [])
  }

  @Test func saysWhetherAFileIsMissingOrNoFile() throws {
    #expect { try Files.read(folder.path("none"), limit: 10) } throws: { ($0 as? KernelError)?.isMissing == true }
    #expect { try Files.read(folder.url.path, limit: 10) } throws: { ($0 as? KernelError)?.code == EISDIR }
    #expect { try Files.read("/dev/zero", limit: 10) } throws: { $0 is KernelError }
  }

  @Test func anAtomicWriteReplacesTheWholeAndLeavesNothingBeside() throws {
    let path = try folder.write("a long first text", to: "file")
    try Files.writeAtomically(Array("short".utf8), to: path)
    #expect(try Files.read(path, limit: 100) == Array("short".utf8))
    #expect(try Files.names(in: folder.url.path) == ["file"])
  }

  @Test func anAtomicWriteThatFailsLeavesTheOldFileAndNothingBeside() throws {
    let path = folder.path("folder")
    try Files.createFolders("\(path)/inside")
    #expect(throws: KernelError.self) { try Files.writeAtomically([1], to: path) }
    #expect(Files.isFolder(path))
    #expect(try Files.names(in: folder.url.path) == ["folder"])
  }

  @Test func readersOfASwappedLinkAlwaysFindOneOfItsTargets() async throws {
    let root = folder.url.path
    for name in ["a", "b"] {
      try Files.createFolders("\(root)/\(name)")
      try Files.writeAtomically(Array(name.utf8), to: "\(root)/\(name)/file")
    }
    try Files.swapSymlink(at: "\(root)/current", to: "a")
    await withTaskGroup(of: Void.self) { group in
      for target in ["a", "b"] {
        group.addTask { for _ in 0..<200 { #expect(throws: Never.self) { try Files.swapSymlink(at: "\(root)/current", to: target) } } }
      }
      group.addTask {
        for _ in 0..<400 {
          let bytes = try? Files.read("\(root)/current/file", limit: 10)
          #expect(bytes == [0x61] || bytes == [0x62])
        }
      }
    }
    #expect(["a", "b"].contains(Files.symlinkTarget("\(root)/current") ?? ""))
    #expect(try Files.names(in: root) == ["a", "b", "current"])
  }

  @Test func aLockIsHeldUntilItsValueEnds() throws {
    let path = folder.path("lock")
    func isFree() throws -> Bool {
      switch try FileLock.tryAcquire(path) {
      case .none: false
      case .some: true
      }
    }
    let first = try FileLock.acquire(path)
    #expect(try !isFree())
    _ = consume first
    #expect(try isFree())
    #expect(try isFree())
  }

  @Test func clocksAndFiguresMove() {
    let start = Clocks.monotonicNanoseconds()
    let cpu = ProcessFigures.cpuSeconds()
    var sum: UInt64 = 0
    while ProcessFigures.cpuSeconds() - cpu < 0.01 { sum &+= 1 }
    #expect(Clocks.monotonicNanoseconds() - start >= 1_000_000)
    #expect(abs(Double(Clocks.realtimeNanoseconds()) / 1e9 - Date().timeIntervalSince1970) < 5)
    #expect(ProcessFigures.peakResidentBytes() > 1 << 20)
    #expect(sum > 0)
  }

  @Test func aPipeIsNoFileAndHoldsNobody() throws {
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(throws: KernelError.self) { try Files.read(folder.path("pipe"), limit: 10) }
  }

  @Test func thePeakIsThisProgramsOwn() {
    let before = ProcessFigures.peakResidentBytes()
    let bytes = [UInt8](repeating: 1, count: 64 << 20)
    #expect(bytes.reduce(0) { $0 + Int($1) } == 64 << 20)
    #expect(before > 1 << 20)
    #expect(ProcessFigures.peakResidentBytes() >= max(before, 64 << 20))
  }
}
