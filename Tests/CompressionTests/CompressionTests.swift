import Compression
import Foundation
import Testing

private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// All unpacked bytes, asked for in pieces of `chunk`.
private func unpack(_ path: String, chunk: Int = 4096, buffer: Int = 1 << 20) throws -> [UInt8] {
  let reader = try ByteReader(path: path, bufferBytes: buffer)
  var result: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: chunk)
  while true {
    let count = try piece.withUnsafeMutableBytes { try reader.read(into: $0) }
    if count == 0 { return result }
    result += piece[..<count]
  }
}

private func pack(_ content: [UInt8], _ path: String, encoding: ContentEncoding? = nil, pieces: Int = 1, replaces: Bool = false) throws {
  let writer = try ByteWriter(path: path, encoding: encoding, replaces: replaces)
  let step = max(1, content.count / pieces)
  var offset = 0
  while offset < content.count {
    let end = min(offset + step, content.count)
    try content[offset..<end].withUnsafeBytes { try writer.write($0) }
    offset = end
  }
  try writer.commit()
}

/// Text that packs, with numbers that do not repeat.
private func sample(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  var text: [UInt8] = []
  while text.count < count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    text += Array("1704067200046,\(state >> 40),buy\n".utf8)
  }
  return Array(text[..<count])
}

@Suite struct CompressionTests {
  @Test(arguments: ContentEncoding.allCases) func `what is written is read back, whatever the sizes`(encoding: ContentEncoding) throws {
    let folder = try Folder()
    for (index, count) in [0, 1, 3, 4, 5, 100, 65_536, 1_500_003].enumerated() {
      let content = sample(count, seed: UInt64(index))
      let path = folder.file("\(encoding)-\(count)")
      try pack(content, path, encoding: encoding, pieces: 7)
      for (chunk, buffer) in [(4096, 1 << 20), (333, 17), (2_000_000, 16)] {
        #expect(try unpack(path, chunk: chunk, buffer: buffer) == content, "\(count) bytes, chunk \(chunk), buffer \(buffer)")
      }
      #expect(try ByteReader(path: path).encoding == encoding)
    }
  }

  @Test func `equal input gives equal packed files`() throws {
    let folder = try Folder()
    for name in ["a.gz", "b.gz", "a.zst", "b.zst"] { try pack(sample(50_000, seed: 9), folder.file(name)) }
    #expect(try bytes(folder.file("a.gz")) == bytes(folder.file("b.gz")))
    #expect(try bytes(folder.file("a.zst")) == bytes(folder.file("b.zst")))
    #expect(try bytes(folder.file("a.gz")).count < 40_000)
  }

  @Test(arguments: ["gz", "zst"]) func `several members or frames are one stream`(name: String) throws {
    let folder = try Folder()
    let (first, second) = (sample(70_000, seed: 1), sample(30_000, seed: 2))
    try pack(first, folder.file("1.\(name)"))
    try pack(second, folder.file("2.\(name)"))
    try pack([], folder.file("3.\(name)"))
    let joined = try bytes(folder.file("1.\(name)")) + bytes(folder.file("3.\(name)")) + bytes(folder.file("2.\(name)"))
    for buffer in [16, 1 << 20] {
      #expect(try unpack(folder.write(joined, "joined.\(name)"), buffer: buffer) == first + second)
    }
  }

  @Test func `padding after gzip is passed over, other bytes are not`() throws {
    let folder = try Folder()
    try pack(sample(1000, seed: 1), folder.file("a.gz"))
    let packed = try bytes(folder.file("a.gz"))
    #expect(try unpack(folder.write(packed + [0, 0, 0, 0, 0], "padded.gz")) == sample(1000, seed: 1))
    let error = #expect(throws: CompressionError.self) { try unpack(folder.write(packed + Array("junk that is no member".utf8), "junk.gz")) }
    #expect(error?.code == .corrupt)
  }

  @Test func `a zstd file may begin with a skippable frame`() throws {
    let folder = try Folder()
    try pack(sample(1000, seed: 1), folder.file("a.zst"))
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    #expect(try unpack(folder.write(skippable + bytes(folder.file("a.zst")), "b.zst")) == sample(1000, seed: 1))
  }

  @Test(arguments: ["gz", "zst"]) func `a file cut anywhere is truncated, with its name`(name: String) throws {
    let folder = try Folder()
    try pack(sample(300, seed: 5), folder.file("whole.\(name)"))
    let packed = try bytes(folder.file("whole.\(name)"))
    for length in 0..<packed.count {
      let path = try folder.write(Array(packed[..<length]), "cut.\(name)")
      for buffer in [16, 1 << 20] {
        let error = #expect(throws: CompressionError.self, "cut at \(length)") { try unpack(path, buffer: buffer) }
        #expect(error?.code == .truncated, "cut at \(length): \(String(describing: error))")
        #expect(error?.description.hasPrefix(path) == true)
      }
    }
  }

  @Test(arguments: ["gz", "zst"]) func `a damaged byte never gives other data`(name: String) throws {
    let folder = try Folder()
    let content = sample(300, seed: 6)
    try pack(content, folder.file("whole.\(name)"))
    let packed = try bytes(folder.file("whole.\(name)"))
    var refused = 0
    for index in packed.indices {
      var damaged = packed
      damaged[index] ^= 0x55
      let path = try folder.write(damaged, "damaged.\(name)")
      // Without its magic the file is refused by its name; time and system in gzip's head mean nothing.
      do { #expect(try unpack(path) == content, "byte \(index)") } catch { refused += 1 }
    }
    #expect(refused > packed.count / 2)
  }

  @Test func `the first bytes decide, the name is a promise`() throws {
    let folder = try Folder()
    try pack(sample(500, seed: 1), folder.file("really-gzip.csv"), encoding: .gzip)
    #expect(try unpack(folder.file("really-gzip.csv")) == sample(500, seed: 1))
    try pack(sample(500, seed: 1), folder.file("really-zstd.gz"), encoding: .zstd)
    #expect(try unpack(folder.file("really-zstd.gz")) == sample(500, seed: 1))
    let error = #expect(throws: CompressionError.self) { try unpack(folder.write(Array("ts,price\n".utf8), "plain.zst")) }
    #expect(error?.code == .corrupt)
  }

  @Test func `a folder and a missing file are missing input`() throws {
    let folder = try Folder()
    for path in [folder.path, folder.file("nothing")] {
      let error = #expect(throws: CompressionError.self) { try ByteReader(path: path) }
      #expect(error?.code == .missing)
    }
  }

  @Test func `a file appears whole or not at all`() throws {
    let folder = try Folder()
    do {
      let writer = try ByteWriter(path: folder.file("a.csv"))
      try sample(100_000, seed: 1).withUnsafeBytes { try writer.write($0) }
      #expect(try folder.names.contains("a.csv") == false)
    }
    #expect(try folder.names == [])
  }

  @Test func `an existing file is replaced only when asked, even one that appears late`() throws {
    let folder = try Folder()
    let path = try folder.write([1, 2, 3], "a.csv")
    let error = #expect(throws: CompressionError.self) { try pack([9], path) }
    #expect(error?.code == .exists)
    try pack([4, 5], path, replaces: true)
    #expect(try bytes(path) == [4, 5])

    let writer = try ByteWriter(path: folder.file("late.csv"))
    _ = try folder.write([7], "late.csv")
    let late = #expect(throws: CompressionError.self) { try writer.commit() }
    #expect(late?.code == .exists)
    #expect(try bytes(folder.file("late.csv")) == [7])
  }

  @Test func `a folder that does not exist is a named failure`() throws {
    let folder = try Folder()
    let error = #expect(throws: CompressionError.self) { try ByteWriter(path: folder.file("no/such/a.csv")) }
    #expect(error?.code == .system)
  }
}
