import Foundation
import Glibc
import Kernel
import Logging
import TestKit
import Testing

@testable import LogOutput

/// Where records go, and what becomes of them when they cannot.
@Suite struct LogOutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Both ends of a pipe.
  private func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    let result = Glibc.pipe(&ends)
    try #require(result == 0)
    return (ends[0], ends[1])
  }

  private func lines(_ path: String) throws -> [Substring] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.isEmpty || text.hasSuffix("\n"), "\(path) ends in the middle of a line")
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  private static func readAll(_ descriptor: Int32) -> String {
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    return String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
  }

  private func options(_ name: String = "q.log", maximumBytes: Int = 1 << 20, kept: Int = 3) -> LogOutput.Options {
    var options = LogOutput.Options()
    options.filePath = folder.path(name)
    options.maximumFileBytes = maximumBytes
    options.keptFiles = kept
    return options
  }

  @Test func `Several threads' records are all there, once, in order, over rotations`() throws {
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    let (threads, each, bound) = (6, 1500, 16_384)
    let output = try LogOutput(options(maximumBytes: bound, kept: 100), descriptor: null)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let log = output.logger("t\(thread)")
      for number in 0..<each {
        log.info("record \(number)")
        // Never more on their way than the queue holds.
        if number % 100 == 99 { #expect(output.flush(milliseconds: 60_000)) }
      }
    }
    #expect(output.flush(milliseconds: 60_000))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    let old = names.compactMap { $0.hasPrefix("q.log.") ? Int($0.dropFirst("q.log.".count)) : nil }.sorted(by: >)
    #expect(old == Array((1...max(1, old.count)).reversed()) && old.count > 10, "\(names)")
    var next = Array(repeating: 0, count: threads)
    for name in old.map({ "q.log.\($0)" }) + ["q.log"] {
      let size = try #require(try FileManager.default.attributesOfItem(atPath: folder.path(name))[.size] as? Int)
      #expect(size <= bound && size > 0)
      for line in try lines(folder.path(name)) {
        let match = try #require(line.wholeMatch(of: /\S+Z INFO  t(\d+): record (\d+)/), "\(line)")
        let thread = try #require(Int(match.1))
        #expect(Int(match.2) == next[thread])
        next[thread] += 1
      }
    }
    #expect(next == Array(repeating: each, count: threads))
  }

  @Test func `Records below warning go first`() throws {
    let queue = try LogQueue(capacity: 4)
    func add(_ message: String, _ level: Logger.Level) {
      queue.add(LogRecord(nanoseconds: 0, level: level, logger: "x", message: message))
    }
    for (message, level) in [("a", Logger.Level.info), ("b", .warning), ("c", .debug), ("d", .error)] { add(message, level) }
    add("e", .notice)
    add("f", .warning)
    add("g", .critical)
    add("h", .error)
    let batch = queue.take()
    #expect(batch.records.map(\.message) == ["b", "d", "f", "g"] && batch.dropped == 4)
    #expect(!queue.flush(milliseconds: 1), "taken is not written")
    queue.done()
    #expect(queue.flush(milliseconds: 1))
    add("i", .info)
    #expect(queue.take().records.map(\.message) == ["i"])
  }

  @Test func `A terminal that is stopped holds up nobody, and what was dropped is told`() throws {
    let (read, write) = try pipe()
    let output = try LogOutput(options(maximumBytes: 1 << 30), descriptor: write)
    let log = output.logger("x")
    let total = 3 * LogQueue.capacity
    // Nobody reads: the pipe is full long before, and logging goes on.
    for number in 0..<total {
      log.info("\(number) \(String(repeating: "-", count: 100))")
      if number % 1000 == 999 { _ = output.flush(milliseconds: 1) }
    }
    log.error("the end")
    #expect(!output.flush(milliseconds: 50), "it cannot have been written")
    let (box, semaphore) = (Box(), DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      box.text = Self.readAll(read)
      semaphore.signal()
    }
    while !output.flush(milliseconds: 1000) {}
    close(write)
    semaphore.wait()
    let lines = box.text.split(separator: "\n")
    let dropped = lines.compactMap { (line: Substring) -> Int? in
      line.firstMatch(of: #/ WARNING log: (\d+) records? dropped: /#).flatMap { Int($0.1) }
    }
    let told = lines.count { $0.contains(" INFO  x: ") }
    #expect(!dropped.isEmpty && told + dropped.reduce(0, +) == total && lines.contains { $0.hasSuffix(" ERROR x: the end") })
  }

  private final class Box: @unchecked Sendable {
    // Unchecked: written before the semaphore is raised, read after.
    var text = ""
  }

  @Test func `Whom nobody reads goes on, and its file is whole`() throws {
    let (read, write) = try pipe()
    close(read)
    let output = try LogOutput(options(), descriptor: write)
    let log = output.logger("x")
    for number in 0..<100 { log.info("\(number)") }
    #expect(output.flush(milliseconds: 60_000))
    #expect(try lines(folder.path("q.log")).count == 100)
  }

  @Test func `The level holds for all loggers and changes under way`() throws {
    let (read, write) = try pipe()
    var options = LogOutput.Options()
    options.level = .warning
    let output = try LogOutput(options, descriptor: write)
    let log = output.logger("x")
    log.notice("no")
    log.warning("yes")
    output.level = .debug
    log.trace("no")
    log.debug("too", metadata: ["k": "v"])
    #expect(output.flush(milliseconds: 60_000))
    close(write)
    #expect(Self.readAll(read).split(separator: "\n").map { $0.dropFirst(25) } == ["WARNING x: yes", "DEBUG x: too k=v"])
  }

  @Test func `The status line of a terminal is taken back before a record`() throws {
    let (read, write) = try pipe()
    var options = LogOutput.Options()
    options.isTerminal = true
    let output = try LogOutput(options, descriptor: write)
    output.show(status: "mock 1s \u{1B}")
    // No record: written when the next one is.
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = Glibc.read(read, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == "\r\u{1B}[Kmock 1s \\u{1b}")
    output.logger("host").notice("halted")
    output.logger("host").notice("again")
    #expect(output.flush(milliseconds: 60_000))
    close(write)
    #expect(Self.readAll(read) == "\r\u{1B}[Khalted\nagain\n")
  }

  // MARK: Files

  @Test func `The oldest goes`() throws {
    for (kept, expected) in [(0, ["5"]), (1, ["4", "5"]), (2, ["3", "4", "5"])] {
      let path = folder.path("k\(kept).log")
      var file = try LogFile(.init(path: path, maximumBytes: 2, kept: kept))
      for number in 1...5 {
        let trouble = try file.append("\(number)")
        #expect(trouble == nil)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasPrefix("k\(kept).log") }.sorted()
      let found = try (names.dropFirst().reversed() + names.prefix(1)).flatMap { try lines(folder.path($0)).map(String.init) }
      #expect(found == expected)
    }
  }

  @Test func `A second host is refused, also after a rotation, and let in when the first has ended`() throws {
    let path = folder.path("q.log")
    do {
      var file = try LogFile(.init(path: path, maximumBytes: 2, kept: 1))
      #expect(throws: LogFileError.self) { _ = try LogFile(.init(path: path, maximumBytes: 2, kept: 1)) }
      _ = try file.append("1")
      _ = try file.append("2")
      #expect(throws: LogFileError.self) { _ = try LogFile(.init(path: path, maximumBytes: 2, kept: 1)) }
    }
    _ = try LogFile(.init(path: path, maximumBytes: 2, kept: 1))
  }

  @Test func `What is no file of ours is refused by name`() throws {
    let pipe = folder.path("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let file = try folder.write("", to: "file")
    for path in [pipe, "\(file)/q.log", folder.url.path] {
      let error = #expect(throws: LogFileError.self) { _ = try LogFile(.init(path: path, maximumBytes: 2, kept: 1)) }
      #expect(error?.description.hasPrefix("app.log_file: \(path): ") == true && error?.description.contains("\n") == false)
    }
    let made = folder.path("a/b/q.log")
    _ = try LogFile(.init(path: made, maximumBytes: 2, kept: 1))
    let mode = try #require(try FileManager.default.attributesOfItem(atPath: made)[.posixPermissions] as? Int)
    #expect(mode & ~0o640 == 0)
  }

  @Test func `A rotation that fails is told once, and no record is lost`() throws {
    // A folder that is not empty, in the old file's place.
    try FileManager.default.createDirectory(atPath: folder.path("q.log.1/x"), withIntermediateDirectories: true)
    let (read, write) = try pipe()
    let output = try LogOutput(options(maximumBytes: 60, kept: 1), descriptor: write)
    let log = output.logger("x")
    for number in 0..<20 { log.info("\(number)") }
    #expect(output.flush(milliseconds: 60_000))
    close(write)
    #expect(try lines(folder.path("q.log")).map { $0.dropFirst(34) } == (0..<20).map { "\($0)"[...] })
    #expect(Self.readAll(read).split(separator: "\n").count { $0.contains("ERROR log: app.log_file: ") } == 1)
  }
}
