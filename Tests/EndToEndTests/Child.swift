import Foundation
import Glibc

/// A running `quantumedge`, with what it has written so far.
///
/// Reader threads take both streams until they end, so a child never waits for us, and whoever waits is woken by a line,
/// not by a clock.
final class Child: @unchecked Sendable {
  // Unchecked: everything that changes is read and written under `condition`.
  struct Failure: Error, CustomStringConvertible { let description: String }

  let processID: pid_t
  private let condition = NSCondition()
  private var streams = [Data(), Data()]
  private var openStreams = 2
  private var status: Int32?

  /// - Parameters:
  ///   - environment: all of it; nothing is inherited.
  ///   - folder: the child's current folder.
  init(_ executable: URL, _ arguments: [String], environment: [String: String], folder: URL) throws {
    // Sockets and not pipes: they are made closing on exec in one call that Swift sees, and a sibling that is started at the
    // same time must not hold our ends open.
    var pair: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw Failure(description: "no socket: errno \(errno)") }
    let output = (ours: pair[0], theirs: pair[1])
    guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw Failure(description: "no socket: errno \(errno)") }
    let errors = (ours: pair[0], theirs: pair[1])
    defer {
      close(output.theirs)
      close(errors.theirs)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.theirs, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.theirs, 2)
    // The test's threads may block signals, and a mask is inherited.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // env changes the folder and becomes the program: glibc's own action for that is hidden from Swift.
    var words: [UnsafeMutablePointer<CChar>?] = (["env", "-C", folder.path, executable.path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var number: pid_t = 0
    let result = posix_spawn(&number, "/usr/bin/env", &actions, &attributes, &words, &variables)
    guard result == 0 else { throw Failure(description: "\(executable.path): \(String(cString: strerror(result))); build with --build-tests") }
    let processID = number
    self.processID = number
    Thread.detachNewThread { [self] in read(output.ours, into: 0) }
    Thread.detachNewThread { [self] in read(errors.ours, into: 1) }
    Thread.detachNewThread { [self] in
      var status: Int32 = 0
      while waitpid(processID, &status, 0) < 0, errno == EINTR {}
      note { $0.status = status }
    }
  }

  /// What was written to standard error so far.
  var errors: String { condition.withLock { String(decoding: streams[1], as: UTF8.self) } }

  func signal(_ number: Int32) { kill(processID, number) }

  /// Waits until standard error contains `text`.
  func waitForError(_ text: String, deadlineSeconds: Double = 60) throws {
    try wait(deadlineSeconds, "the words '\(text)' on standard error") { String(decoding: $0.streams[1], as: UTF8.self).contains(text) }
  }

  /// Waits until standard output contains `text`.
  func waitForOutput(_ text: String, deadlineSeconds: Double = 60) throws {
    try wait(deadlineSeconds, "the words '\(text)' on standard output") { String(decoding: $0.streams[0], as: UTF8.self).contains(text) }
  }

  /// Waits for its end and for that of its streams.
  func finish(deadlineSeconds: Double) throws -> Outcome {
    try wait(deadlineSeconds, "its end") { $0.status != nil && $0.openStreams == 0 }
    return condition.withLock {
      let status = status ?? 0
      // The macros WIFSIGNALED and WEXITSTATUS do not come over from C; a signal is told as a shell would.
      let code = status & 0x7F != 0 ? 128 + (status & 0x7F) : (status >> 8) & 0xFF
      return Outcome(
        exitCode: code, output: String(decoding: streams[0], as: UTF8.self), errors: String(decoding: streams[1], as: UTF8.self))
    }
  }

  private func wait(_ seconds: Double, _ what: String, until isDone: (Child) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while !isDone(self) {
      let hasEnded = status != nil && openStreams == 0
      guard !hasEnded, condition.wait(until: end) else {
        if status == nil { kill(processID, SIGKILL) }
        let text = String(decoding: streams[1], as: UTF8.self)
        throw Failure(description: "\(hasEnded ? "ended without" : "\(seconds) s passed without") \(what); standard error: \(text)")
      }
    }
  }

  private func read(_ descriptor: Int32, into stream: Int) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      note { $0.streams[stream].append(contentsOf: buffer[..<count]) }
    }
    close(descriptor)
    note { $0.openStreams -= 1 }
  }

  private func note(_ change: (Child) -> Void) {
    condition.withLock {
      change(self)
      condition.broadcast()
    }
  }
}
