import Foundation
import Kernel
import TestKit
import Testing

@Suite struct LocalSocketTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func connect(_ path: String? = nil) throws -> LocalConnection {
    try LocalConnection(folder: path ?? folder.url.path, name: "s", timeoutMilliseconds: 20_000)
  }

  /// Waits for the client that is on its way.
  private func accept(_ listener: LocalListener) throws -> LocalConnection {
    var poll = Poll()
    poll.add(listener)
    poll.wait(milliseconds: 20_000)
    #expect(poll.isReady(0))
    return try #require(listener.accept())
  }

  @Test func `The socket is for its user alone, under any umask`() throws {
    let old = umask(0)
    defer { umask(old) }
    let listener = try LocalListener(folder: folder.url.path, name: "s")
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("s"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.type] as? FileAttributeType == .typeSocket)
    listener.remove()
    #expect(!Files.isPresent(folder.path("s")))
  }

  @Test func `Bytes go both ways and the peer is known`() throws {
    let listener = try LocalListener(folder: folder.url.path, name: "s")
    let client = try connect()
    let server = try accept(listener)
    let peer = try #require(server.peer())
    #expect(peer.user == geteuid() && peer.process == getpid())
    #expect(client.write(Array("hello".utf8), from: 1) == .bytes(4))
    var bytes: [UInt8] = [1]
    #expect(server.read(into: &bytes, limit: 100) == .bytes(4))
    #expect(bytes == [1] + Array("ello".utf8))
    #expect(server.read(into: &bytes, limit: 100) == .none)
    #expect(bytes.count == 5, "a read without bytes leaves the array as it was")
    #expect(server.write(Array("x".utf8), from: 0) == .bytes(1))
    var answer: [UInt8] = []
    #expect(client.read(into: &answer, limit: 1) == .bytes(1) && answer == Array("x".utf8))
  }

  @Test func `A folder of any length will do`() throws {
    let long = folder.path(String(repeating: "long/", count: 60))
    try Files.createFolders(long)
    let listener = try LocalListener(folder: long, name: "s")
    let client = try connect(long)
    let server = try accept(listener)
    #expect(client.write([7], from: 0) == .bytes(1))
    var bytes: [UInt8] = []
    #expect(server.read(into: &bytes, limit: 4) == .bytes(1) && bytes == [7])
  }

  @Test func `A stale socket gives way, anything else does not`() throws {
    var listener: LocalListener? = try LocalListener(folder: folder.url.path, name: "s")
    #expect(listener != nil)
    listener = nil
    #expect(Files.isPresent(folder.path("s")), "as after a crash")
    #expect { try connect() } throws: { ($0 as? KernelError)?.isRefused == true }
    let again = try LocalListener(folder: folder.url.path, name: "s")
    _ = try connect()
    _ = try accept(again)
    try folder.write("somebody's", to: "file")
    #expect { try LocalListener(folder: folder.url.path, name: "file") } throws: { ($0 as? KernelError)?.code == EEXIST }
    #expect(try Files.read(folder.path("file"), limit: 100) == Array("somebody's".utf8))
  }

  @Test func `Nobody there is missing, and an end is an end`() throws {
    #expect { try connect() } throws: { ($0 as? KernelError)?.isMissing == true }
    #expect { try connect(folder.path("nowhere")) } throws: { ($0 as? KernelError)?.isMissing == true }
    let listener = try LocalListener(folder: folder.url.path, name: "s")
    var client: LocalConnection? = try connect()
    let server = try accept(listener)
    #expect(client?.write([1, 2], from: 0) == .bytes(2))
    client = nil
    var bytes: [UInt8] = []
    #expect(server.read(into: &bytes, limit: 10) == .bytes(2), "what was written before is still there")
    #expect(server.read(into: &bytes, limit: 10) == .ended)
    #expect(server.write([1], from: 0) == .ended, "and no signal")
  }

  @Test func `A signal wakes a thread that waits`() throws {
    let signal = try WakeSignal()
    var poll = Poll()
    poll.add(signal)
    poll.wait(milliseconds: 0)
    #expect(!poll.isReady(0))
    signal.raise()
    signal.raise()
    poll.wait(milliseconds: 20_000)
    #expect(poll.isReady(0))
    signal.clear()
    poll.wait(milliseconds: 0)
    #expect(!poll.isReady(0))
  }
}
