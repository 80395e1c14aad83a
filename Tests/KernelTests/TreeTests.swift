import Foundation
import Kernel
import TestKit
import Testing

@Suite struct TreeTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func `A folder and a link change places in one step, and a missing name is an error that changes nothing`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("real"), withIntermediateDirectories: true)
    try folder.write("a", to: "real/a")
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "elsewhere")
    try Files.exchange(folder.path("real"), folder.path("link"))
    #expect(Files.symlinkTarget(folder.path("real")) == "elsewhere")
    #expect(try Files.names(in: folder.path("link")) == ["a"])
    let missing = #expect(throws: KernelError.self) { try Files.exchange(folder.path("link"), folder.path("none")) }
    #expect(missing?.isMissing == true && missing?.isUnsupported == false)
    #expect(try Files.names(in: folder.path("link")) == ["a"])
  }

  @Test func `A tree is removed with its links, and what they lead to stays`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("tree/deep/er"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder.path("kept"), withIntermediateDirectories: true)
    try folder.write("x", to: "kept/x")
    try folder.write("y", to: "tree/deep/er/y")
    try FileManager.default.createSymbolicLink(atPath: folder.path("tree/deep/folder"), withDestinationPath: folder.path("kept"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("tree/nowhere"), withDestinationPath: "none")
    try Files.removeTree(folder.path("tree"))
    #expect(!Files.isPresent(folder.path("tree")))
    #expect(try Files.names(in: folder.path("kept")) == ["x"])
    #expect(throws: KernelError.self) { try Files.removeTree(folder.path("tree")) }
  }

  @Test func `A sealed file's bytes can be read through memory, an empty one has none`() throws {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
    let memory = try SealedMemoryFile(name: "test", bytes: bytes)
    #expect(Array(try memory.mapped(count: bytes.count)) == bytes)
    #expect(try SealedMemoryFile(name: "empty", bytes: []).mapped(count: 0).isEmpty)
  }
}
