import Foundation
import Glibc
import Kernel
import Synchronization
import TestKit
import Testing

@Suite struct ObservedThreadTests {
  /// A thread that does `body` until it is told to end.
  private func observe(_ body: @escaping @Sendable (borrowing Atomic<Bool>) -> Void, _ look: (ObservedThread) throws -> Void) throws {
    final class Shared: Sendable {
      let thread = Mutex<ObservedThread?>(nil)
      let isOver = Atomic<Bool>(false)
    }
    let shared = Shared()
    try BackgroundThread.start {
      let thread = try? ObservedThread.current()
      shared.thread.withLock { $0 = thread }
      body(shared.isOver)
    }
    while shared.thread.withLock({ $0 }) == nil { sched_yield() }
    defer { shared.isOver.store(true, ordering: .releasing) }
    try look(try #require(shared.thread.withLock { $0 }))
  }

  @Test func `A thread that computes uses its processor, one that waits does not`() throws {
    try observe({ isOver in while !isOver.load(ordering: .acquiring) {} }) { thread in
      let before = try #require(thread.cpuNanoseconds())
      // It ends with the processor that it gets: 1 ms of it.
      while try #require(thread.cpuNanoseconds()) < before + 1_000_000 { sched_yield() }
      #expect(thread.state() == .running)
    }
    try observe({ isOver in while !isOver.load(ordering: .acquiring) { _ = poll(nil, 0, 60_000) } }) { thread in
      while thread.state() != .sleeping { sched_yield() }
      let before = try #require(thread.cpuNanoseconds())
      for _ in 0..<1000 { _ = thread.state() }
      #expect(thread.cpuNanoseconds() == before)
    }
  }

  @Test func `A crash note is read as it was written, and nothing else is`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("crash.note")
    #expect(try CrashNote.read(path) == nil, "no file")
    try folder.write("", to: "crash.note")
    #expect(try CrashNote.read(path) == nil, "no crash")
    try folder.write("11 1767225600\nabc A A@BTCUSDT/0", to: "crash.note")
    let note = try #require(try CrashNote.read(path))
    #expect(note.signal == 11 && note.seconds == 1_767_225_600 && note.text == "abc A A@BTCUSDT/0")
    for words in ["11 17", "x 5\nA", "11\nA", "11 5 6\nA"] {
      try folder.write(words, to: "crash.note")
      #expect(throws: KernelError.self, "\(words)") { try CrashNote.read(path) }
    }
    #expect(CrashNote.name(ofSignal: SIGSEGV) == "SIGSEGV" && CrashNote.name(ofSignal: 63) == "signal 63")
  }
}
