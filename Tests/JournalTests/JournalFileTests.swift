import Foundation
import Journal
import Kernel
import TestKit
import Testing

@Suite("A journal on the disk")
struct JournalFileTests {
  private let sample: Sample

  init() throws { sample = try Sample() }

  @Test(arguments: [0, 1, 1000, 1168, 1169, 2338, 2339, 20_000], [JournalSync.none, .batch, .always])
  func `What was written is read back once and in order, over blocks and segments`(count: Int, sync: JournalSync) throws {
    let writer = try sample.writer(sync: sync)
    sample.write(count, to: writer)
    writer.beforeSend()
    sample.end(writer, after: count)
    let (numbers, ending) = try sample.read()
    #expect(numbers == Array(1..<UInt64(count + 1)) && ending == .sealed && writer.lostCount == 0 && writer.trouble == nil)
    // 1169 trades of 56 bytes fill a block but for the end's 24, two blocks a segment.
    #expect(try sample.segments.count == max(1, (count + 2337) / 2338))
    for name in try sample.segments { #expect(try sample.bytes(name).count % JournalFormat.blockSize == 0) }
  }

  @Test func `A journal that nobody closed is whole to its last record`() throws {
    let writer = try sample.writer()
    sample.write(5000, to: writer)
    // As a killed host leaves it: the mapping's bytes are the file's, sealed or not.
    let (numbers, ending) = try sample.read()
    #expect(numbers == Array(1...5000) && ending == .open)
    writer.close()
  }

  @Test func `A journal that nobody has written to yet was not ended in order`() throws {
    let writer = try sample.writer()
    let (numbers, ending) = try sample.read()
    #expect(numbers.isEmpty && ending == .open)
    sample.end(writer, after: 0)
    #expect(try sample.read().ending == .sealed)
  }

  /// Segments of two blocks, 1169 trades a block.
  @Test(arguments: [(4677, 2, 4676), (6000, 2, 4676), (6000, 1, 2338), (3000, 1, 2338)])
  func `An ended journal without its last segments has lost its end, and who proves every byte is told where`(
    count: Int, kept: Int, whole: Int
  ) throws {
    let writer = try sample.writer()
    sample.write(count, to: writer)
    sample.end(writer, after: count)
    #expect(try sample.read().ending == .sealed)
    for name in try sample.segments.dropFirst(kept) { try FileManager.default.removeItem(atPath: "\(sample.path)/\(name)") }
    let (numbers, ending) = try sample.read(checksChain: false)
    #expect(numbers == Array(1...UInt64(whole)) && ending == .lost)
    let error = #expect(throws: JournalError.self) { try sample.read() }
    #expect(error?.kind == .badData, "\(error as Any)")
    #expect(error?.description.contains("00000\(kept).qej: byte 131072: the end is missing") == true, "\(error as Any)")
  }

  @Test func `A journal that is cut at a block's edge has lost its end, one that is cut to nothing too`() throws {
    let writer = try sample.writer()
    sample.write(2000, to: writer)
    sample.end(writer, after: 2000)
    for (blocks, whole) in [(1, 1169), (0, 0)] {
      try sample.write(try sample.bytes("000001.qej").prefix(blocks * JournalFormat.blockSize), to: "000001.qej")
      let (numbers, ending) = try sample.read(checksChain: false)
      #expect(numbers.count == whole && ending == .lost, "\(blocks)")
      #expect(throws: JournalError.self) { try sample.read() }
    }
  }

  /// A killed host leaves the segment in work and one that was taken ahead of it.
  @Test func `A killed host's journal is whole without the room that was taken ahead, and lost without the segment in work`() throws {
    let writer = try sample.writer()
    defer { writer.close() }
    sample.write(3000, to: writer)
    let began = Clocks.monotonicNanoseconds()
    while !Files.isPresent("\(sample.path)/000003.qej"), Clocks.monotonicNanoseconds() - began < 20_000_000_000 { sched_yield() }
    #expect(try sample.segments == ["000001.qej", "000002.qej", "000003.qej"])
    #expect(try sample.read().ending == .open)
    let copy = sample.folder.path("killed")
    try FileManager.default.copyItem(atPath: sample.path, toPath: copy)
    try FileManager.default.removeItem(atPath: "\(copy)/000003.qej")
    #expect(try sample.read(copy).ending == .open)
    try FileManager.default.removeItem(atPath: "\(copy)/000002.qej")
    let (numbers, ending) = try sample.read(copy, checksChain: false)
    #expect(numbers == Array(1...2338) && ending == .lost)
    #expect(throws: JournalError.self) { try sample.read(copy) }
  }

  @Test func `Every byte that is not as it was written is named, by its segment and place`() throws {
    let writer = try sample.writer()
    sample.write(3000, to: writer)
    sample.end(writer, after: 3000)
    var chance = Chance.seeded("one byte of a journal")
    let names = try sample.segments + [JournalFormat.headName]
    for _ in 0..<400 {
      let name = names.randomElement(using: &chance)!
      let old = try sample.bytes(name)
      var data = old
      let place = Int.random(in: 0..<data.count, using: &chance)
      data[place] ^= 1 << UInt8.random(in: 0...7, using: &chance)
      try sample.write(data, to: name)
      let error = #expect(throws: (any Error).self, "\(name), byte \(place)") { try sample.read() }
      // The head is in the first block's chain; a segment names itself.
      #expect("\(error!)".contains(name) || name == JournalFormat.headName, "\(error!)")
      try sample.write(old, to: name)
    }
    #expect(try sample.read().numbers.count == 3000)
  }

  @Test func `A torn tail is where it stands, and what is before it is whole`() throws {
    let writer = try sample.writer()
    sample.write(2000, to: writer)
    let name = try #require(try sample.segments.first)
    let whole = try sample.bytes(name)
    // 831 records of 56 bytes stand in the second block, the last of this segment.
    let end = JournalFormat.blockSize + 831 * 56
    for cut in 1...56 {
      var data = whole
      for byte in end - cut..<end { data[byte] = 0 }
      // The last field's upper bytes are zeros anyway.
      if data == whole { continue }
      try sample.write(data, to: name)
      let (numbers, ending) = try sample.read()
      #expect(numbers.count == 1999, "\(cut)")
      if cut >= 56 {
        #expect(ending == .open)
      } else {
        guard case .torn = ending else { throw Sample.Failure("\(cut): \(String(describing: ending))") }
      }
    }
    // Behind the block in work there is nothing.
    var data = whole
    data[data.count - 1] = 1
    try sample.write(data, to: name)
    #expect(throws: (any Error).self) { try sample.read() }
    writer.close()
  }

  @Test func `A missing segment, and a folder that has a journal, are refused`() throws {
    let writer = try sample.writer()
    sample.write(6000, to: writer)
    writer.close()
    #expect(throws: (any Error).self) { try sample.writer() }
    try FileManager.default.removeItem(atPath: sample.path + "/000002.qej")
    let error = #expect(throws: (any Error).self) { try sample.read() }
    #expect("\(error!)".contains("000002.qej is missing, and 000003.qej is there"), "\(error!)")
    #expect(throws: (any Error).self) { _ = try JournalReader(folder: "/nowhere", checksChain: true) }
  }

  @Test(arguments: [false, true]) func `A disk that had no room is told by the journal itself, and nothing is written behind the gap`(isClosed: Bool)
    throws
  {
    let writer = try sample.writer()
    // In the place of the third segment stands something: it cannot be made.
    let obstacle = sample.path + "/000003.qej"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    sample.write(10_000, to: writer)
    #expect(writer.isLost && writer.lostCount == 10_000 - 2 * 2338 && writer.trouble?.contains("000003.qej") == true)
    try FileManager.default.removeItem(atPath: obstacle)
    // There is room again, and time to use it.
    for _ in 0..<2 {
      let began = Clocks.monotonicNanoseconds()
      while Clocks.monotonicNanoseconds() - began < 1_100_000_000 { sample.write(1, to: writer, from: 10_001) }
    }
    #expect(writer.isLost && writer.trouble?.contains("its end is lost") == true, "there is room, and nobody may take it for whole")
    if isClosed { writer.close() }
    let (numbers, ending) = try sample.read()
    #expect(numbers == Array(1...4676) && ending == .lost)
    #expect(try sample.segments == ["000001.qej", "000002.qej"])
    writer.close()
    #expect(try sample.read().ending == .lost)
    // The word that it is lost is in the chain: it cannot be taken away.
    var data = try sample.bytes("000002.qej")
    let used = data.count - JournalFormat.trailerSize + 4
    #expect(data[used + 3] & 0x80 != 0)
    data[used + 3] &= 0x7F
    try sample.write(data, to: "000002.qej")
    #expect(throws: (any Error).self) { try sample.read() }
  }

  @Test func `A start that fails leaves no journal`() throws {
    // The file of the head cannot be put there.
    try FileManager.default.createDirectory(atPath: sample.path + "/head.json", withIntermediateDirectories: true)
    #expect(throws: (any Error).self) { try sample.writer() }
    #expect(try sample.segments.isEmpty)
    try FileManager.default.removeItem(atPath: sample.path + "/head.json")
    let writer = try sample.writer()
    writer.discard()
    #expect(!FileManager.default.fileExists(atPath: sample.path))
  }

  @Test func `What comes after the end is lost and counted, and nothing breaks`() throws {
    let writer = try sample.writer()
    sample.write(10, to: writer)
    sample.end(writer, after: 10)
    sample.write(5000, to: writer, from: 12)
    writer.close()
    #expect(try sample.read().numbers.count == 10 && writer.lostCount > 0)
  }

  @Test(arguments: [0, 1, 32 << 10, (32 << 10) + 1, 200_003]) func `What a plugin kept is put together again, in any size`(size: Int) throws {
    let writer = try sample.writer()
    sample.write(10, to: writer)
    let state = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    writer.pluginState(state, instance: 3, sequence: 10, receiveNanoseconds: 1)
    sample.end(writer, after: 10)
    var reader = try JournalReader(folder: sample.path, checksChain: true)
    var kept = JournalPluginState()
    var pieces = 0
    while let record = try reader.next() {
      guard record.kind == .pluginState else { continue }
      if pieces == 1, size > 65_536 { #expect(kept[3] == nil, "not before all of it is there") }
      try kept.take(record)
      pieces += 1
    }
    #expect(kept[3] == state && kept[0] == nil && pieces == max(1, (size + 32_767) / 32_768))
  }

  @Test func `The checksum is CRC32C, by instruction and in software alike`() {
    let text = Array("123456789".utf8)
    #expect(text.withUnsafeBytes { CRC32C.value(of: $0.baseAddress!, 9) } == 0xE306_9283)
    var chance = Chance.seeded("crc32c")
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 1...300, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
      let (fast, slow) = bytes.withUnsafeBytes {
        (CRC32C.value(of: $0.baseAddress!, bytes.count), CRC32C.portable(of: $0.baseAddress!, bytes.count))
      }
      #expect(fast == slow)
    }
  }
}
