import Foundation
import Journal
import Kernel
import Synchronization
import TestKit
import Testing

/// Disks that refuse, are slow, or lose what they were given.
@Suite("A journal and its disk")
struct JournalDiskTests {
  private let sample: Sample

  init() throws { sample = try Sample() }

  /// A disk whose faults a test turns on and off.
  private final class Faults: Sendable {
    let noRoom = Atomic<Bool>(false)
    let noSync = Atomic<Bool>(false)
    let makes = Atomic<Int>(0)

    var disk: JournalDisk {
      JournalDisk(
        make: { [self] path, size throws(KernelError) in
          makes.add(1, ordering: .relaxed)
          if noRoom.load(ordering: .relaxed) { throw KernelError("take room for", path, code: ENOSPC) }
          return try MappedFile(creating: path, size: size)
        },
        sync: { [self] file throws(KernelError) in
          if noSync.load(ordering: .relaxed) { throw KernelError("sync", file.path, code: EIO) }
          try file.sync()
        })
    }
  }

  private func wait(_ what: String, until condition: () -> Bool) throws {
    let end = Clocks.monotonicNanoseconds() + 20_000_000_000
    while !condition() {
      guard Clocks.monotonicNanoseconds() < end else { throw Sample.Failure("\(what): not within 20 s") }
      sched_yield()
    }
  }

  /// The crew may not have had a CPU yet: without room for the second one, what is written would be lost at once.
  private func waitForSecondSegment() throws { try wait("the second segment") { Files.isPresent("\(sample.path)/000002.qej") } }

  @Test(arguments: [JournalSync.batch, .always]) func `A sync that failed is trouble for good, and nothing is lost by it`(sync: JournalSync) throws {
    let faults = Faults()
    let writer = try sample.writer(sync: sync, disk: faults.disk)
    sample.write(10, to: writer)
    writer.beforeSend()
    #expect(writer.trouble == nil)
    faults.noSync.store(true, ordering: .relaxed)
    sample.write(10, to: writer, from: 11)
    // It comes back: nobody waits for what will not be.
    writer.beforeSend()
    try wait("trouble") { writer.trouble != nil }
    faults.noSync.store(false, ordering: .relaxed)
    // The disk says that all is well from here on, and it makes segments.
    sample.write(9980, to: writer, from: 21)
    writer.beforeSend()
    #expect(writer.isNotOnDisk && !writer.isLost && writer.lostCount == 0)
    #expect(writer.trouble?.contains("sync") == true && writer.trouble?.contains("power cut") == true, "\(writer.trouble ?? "")")
    sample.end(writer, after: 10_000)
    #expect(writer.trouble != nil)
    let (numbers, ending) = try sample.read()
    #expect(numbers == Array(1...10_000) && ending == .sealed)
  }

  @Test func `No room is trouble while it lasts, before anything is lost, with whatever is promised`() throws {
    let faults = Faults()
    faults.noRoom.store(false, ordering: .relaxed)
    let writer = try sample.writer(sync: .always, disk: faults.disk)
    try waitForSecondSegment()
    faults.noRoom.store(true, ordering: .relaxed)
    // The third segment is not there.
    sample.write(2400, to: writer)
    writer.beforeSend()
    try wait("trouble") { writer.trouble != nil }
    #expect(!writer.isLost && !writer.isNotOnDisk)
    faults.noRoom.store(false, ordering: .relaxed)
    try wait("room") { writer.trouble == nil }
    sample.write(7600, to: writer, from: 2401)
    writer.beforeSend()
    #expect(writer.lostCount == 0 && writer.trouble == nil)
    sample.end(writer, after: 10_000)
    #expect(try sample.read().numbers == Array(1...10_000))
  }

  @Test func `A failure that is old is tried once more before anything is given up`() throws {
    let faults = Faults()
    let writer = try sample.writer(disk: faults.disk)
    try waitForSecondSegment()
    faults.noRoom.store(true, ordering: .relaxed)
    sample.write(2400, to: writer)
    try wait("trouble") { writer.trouble != nil }
    faults.noRoom.store(false, ordering: .relaxed)
    // At once: within the second in which the crew does not try again by itself.
    sample.write(7600, to: writer, from: 2401)
    #expect(writer.lostCount == 0 && !writer.isLost)
    sample.end(writer, after: 10_000)
    #expect(try sample.read().numbers == Array(1...10_000))
  }

  @Test func `A segment that was not needed any more is no trouble at the end`() throws {
    let faults = Faults()
    let writer = try sample.writer(disk: faults.disk)
    try waitForSecondSegment()
    faults.noRoom.store(true, ordering: .relaxed)
    sample.write(2400, to: writer)
    try wait("trouble") { writer.trouble != nil }
    sample.end(writer, after: 2400)
    let (numbers, ending) = try sample.read()
    #expect(writer.trouble == nil && numbers == Array(1...2400) && ending == .sealed)
  }

  @Test func `A slow disk is waited for`() throws {
    let disk = JournalDisk(make: { path, size throws(KernelError) in
      // The disk's own time; the first segment is made at once.
      if !path.hasSuffix("000001.qej") { usleep(20_000) }
      return try MappedFile(creating: path, size: size)
    })
    let writer = try sample.writer(disk: disk)
    sample.write(10_000, to: writer)
    #expect(writer.lostCount == 0 && writer.trouble == nil)
    sample.end(writer, after: 10_000)
    #expect(try sample.read().numbers == Array(1...10_000))
  }

  /// What a power cut leaves: pages that the disk never got are zero, whatever was written behind them.
  @Test(arguments: [
    // A page of the block in work, the last page of one that was left, one amidst it, all of it.
    (65_536 + 8192, 4096), (65_536 - 4096, 4096), (16_384, 4096), (0, 65_536), (20_480, 65_536),
  ]) func `Pages that a power cut took are an end that is lost; who proves every byte is told where`(start: Int, count: Int) throws {
    let writer = try sample.writer()
    sample.write(2000, to: writer)
    let name = try #require(try sample.segments.first)
    var data = try sample.bytes(name)
    data.replaceSubrange(start..<start + count, with: Data(count: count))
    try sample.write(data, to: name)
    let (numbers, ending) = try sample.read(checksChain: false)
    #expect(ending == .lost)
    let whole = start >= 65_536 ? 1169 + (start - 65_536) / 56 : start / 56
    #expect(numbers == Array(1..<UInt64(whole + 1)), "\(numbers.count), not \(whole)")
    let error = #expect(throws: JournalError.self) { try sample.read() }
    #expect("\(error!)".contains(name), "\(error!)")
    writer.close()
  }

  @Test func `A byte that was changed is no power cut`() throws {
    let writer = try sample.writer()
    sample.write(2000, to: writer)
    let name = try #require(try sample.segments.first)
    var data = try sample.bytes(name)
    data[30_000] ^= 1
    try sample.write(data, to: name)
    #expect(throws: JournalError.self) { try sample.read(checksChain: false) }
    writer.close()
  }

  @Test func `A segment that was being made when the host was killed is no segment`() throws {
    let writer = try sample.writer()
    sample.write(10, to: writer)
    // Of a name that the writer does not make meanwhile.
    try waitForSecondSegment()
    let unfinished = sample.path + "/000003.qej" + MappedFile.unfinishedSuffix
    try Data(count: 1000).write(to: URL(fileURLWithPath: unfinished))
    #expect(try sample.read().numbers.count == 10)
    writer.discard()
    #expect(!FileManager.default.fileExists(atPath: sample.path), "it goes with its journal")
  }

  @Test func `A start that was killed before its journal had a head is cleaned away, and nothing else`() throws {
    let folder = sample.folder.path("journals")
    func put(_ name: String, _ files: [String], _ content: Data = Data(count: 100)) throws {
      try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
      for file in files { try content.write(to: URL(fileURLWithPath: folder + "/" + name + "/" + file)) }
    }
    try put("killed", ["000001.qej", "state.json"])
    try put("earlier", ["000001.qej.new"])
    try put("begun", ["000001.qej", "head.json"])
    try put("users", ["000001.qej", "notes.txt"])
    try put("empty", [])
    // Somebody took its head away, or the disk did: what was traded there must not be forgotten.
    try put("headless", ["000001.qej", "000002.qej", "state.json"], Data(count: 4) + Data([24, 0, 10, 0]) + Data(count: 100))
    try put("tail", ["000002.qej"], Data(repeating: 1, count: 24))
    #expect(try JournalFolder(folder).names() == ["begun"])
    #expect(try JournalFolder(folder).namesWithHeadless() == ["begun", "headless", "tail"])
    #expect(try JournalFolder(folder).removeUnfinished().sorted() == ["earlier", "killed"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["begun", "empty", "headless", "tail", "users"])
    #expect(try JournalFolder(folder + "/nowhere").removeUnfinished().isEmpty)
  }

  @Test(
    arguments: [
      // Behind it, the same moment, and a clock that was set back: a year, and over the end of a second.
      ("20260101-000000-000000000", "20260101-000000-000000001", nil),
      ("20260101-000000-000000001", "20260101-000000-000000002", "20260101-000000-000000001"),
      ("20270630-235959-000000041", "20270630-235959-000000042", "20270630-235959-000000041"),
      ("20270630-235959-999999999", "20270630-235960-000000000", "20270630-235959-999999999"),
    ] as [(String, String, String?)]) func `A new journal's name is behind all that are there`(last: String, next: String, behind: String?) throws
  {
    let folder = JournalFolder(sample.folder.path("journals"))
    let now: Int64 = 1_767_225_600_000_000_001
    #expect(try folder.nextName(nanoseconds: now).name == "20260101-000000-000000001", "where none is")
    for name in [last, "20250101-000000-000000000", "notes", "99999999-copy"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    let found = try folder.nextName(nanoseconds: now)
    #expect(found.name == next && found.behind == behind && found.name > last)
  }

  @Test func `A folder with any file of a journal is refused, so that nothing of somebody else's is taken away`() throws {
    try FileManager.default.createDirectory(atPath: sample.path, withIntermediateDirectories: true)
    let other = sample.path + "/000005.qej"
    try Data(count: 10).write(to: URL(fileURLWithPath: other))
    #expect(throws: JournalError.self) { try sample.writer() }
    #expect(FileManager.default.fileExists(atPath: other))
    #expect(try sample.segments == ["000005.qej"])
  }
}
