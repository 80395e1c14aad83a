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

  /// The kernel gives such a file a part at a time, at most a page of it here, and tells no size.
  @Test func readsAllOfAFileThatTheKernelMakes() throws {
    let page = 4096
    // Each in a region of its own, a line each: neighbours differ in what they allow.
    let regions = (0..<200).map { index in
      mmap(nil, page, index % 2 == 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    }
    // Unsafe: mapped above, used by nobody.
    defer { for region in regions { munmap(region, page) } }
    let maps = try Files.readUnsized("/proc/self/maps", limit: 1 << 26)
    #expect(maps.count > 2 * page && maps.last == UInt8(ascii: "\n"))
    let starts = Set(String(decoding: maps, as: UTF8.self).split(separator: "\n").compactMap { UInt($0.prefix { $0 != "-" }, radix: 16) })
    #expect(regions.filter { starts.contains(UInt(bitPattern: $0)) }.count >= 100)
    #expect { try Files.readUnsized("/proc/self/maps", limit: page) } throws: { ($0 as? KernelError)?.code == EFBIG }
    #expect { try Files.readUnsized(folder.path("none"), limit: 10) } throws: { ($0 as? KernelError)?.isMissing == true }
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

  @Test func aCopyHasTheBytesAndTheTimeOfItsOriginal() throws {
    let bytes = Data((0..<(1 << 20) + 3).map { UInt8(truncatingIfNeeded: $0 / 251) })
    try bytes.write(to: folder.url.appendingPathComponent("one"))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000), .posixPermissions: 0o666], ofItemAtPath: folder.path("one"))
    #expect(try Files.copyNew(folder.path("one"), to: folder.path("two")) == Int64(bytes.count))
    #expect(FileManager.default.contents(atPath: folder.path("two")) == bytes)
    #expect(try Files.modified(folder.path("two")) == 1_700_000_000)
    #expect(try Files.readWithMode(folder.path("two"), limit: 1 << 21).mode & 0o022 == 0)
  }

  @Test func aCopyReplacesNothingAndLeavesNothingWhereItFails() throws {
    try folder.write("one", to: "one")
    try folder.write("two", to: "two")
    #expect { try Files.copyNew(folder.path("one"), to: folder.path("two")) } throws: { ($0 as? KernelError)?.isThere == true }
    #expect { try Files.copyNew(folder.url.path, to: folder.path("three")) } throws: { ($0 as? KernelError)?.code == EISDIR }
    #expect { try Files.copyNew(folder.path("none"), to: folder.path("three")) } throws: { ($0 as? KernelError)?.isMissing == true }
    #expect(try Files.names(in: folder.url.path) == ["one", "two"])
    #expect(try Files.read(folder.path("two"), limit: 10) == Array("two".utf8))
  }

  @Test func anAtomicWriteReplacesNoPipeAndNoLink() throws {
    let (pipe, link) = (folder.path("pipe"), folder.path("link"))
    #expect(mkfifo(pipe, 0o600) == 0)
    let target = try folder.write("mine", to: "target")
    #expect(symlink(target, link) == 0)
    for path in [pipe, link] {
      #expect { try Files.writeAtomically([1], to: path) } throws: { "\($0)".hasPrefix("\(path): cannot replace what is no regular file") }
      #expect(throws: KernelError.self) { try Files.checkReplaceable(path) }
    }
    var status = stat()
    #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(Files.symlinkTarget(link) == target)
    #expect(try Files.read(target, limit: 10) == Array("mine".utf8))
    #expect(try Files.names(in: folder.url.path) == ["link", "pipe", "target"])
    #expect(throws: Never.self) { try Files.checkReplaceable(target) }
    #expect(throws: Never.self) { try Files.checkReplaceable(folder.path("none")) }
  }

  @Test func theLockOfAFolderIsNotThatOfAFileInIt() throws {
    let root = folder.url.path
    let held = try FileLock.tryAcquire(folder: root)
    let again = try FileLock.tryAcquire(folder: root)
    let file = try FileLock.tryAcquire("\(root)/lock")
    let (isHeld, isHeldAgain, hasFile) = (held != nil, again != nil, file != nil)
    #expect(isHeld && !isHeldAgain && hasFile)
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
