import Foundation
import Glibc
import TestKit

/// A program that has a terminal to itself: what it writes is read, and what a person would type is typed.
final class TerminalChild {
  struct Failure: Error, CustomStringConvertible { let description: String }

  let processID: pid_t
  private let terminal: Int32
  private(set) var text = ""
  private var hasEnded = false

  /// - Parameter entries: of the environment, each `NAME=value`; a name may come twice, as exec allows.
  init(_ executable: URL, _ arguments: [String], entries: [String], folder: URL) throws {
    // Glibc's module hides posix_openpt and its kin; on Linux they are this.
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, index): (Int32, Int32) = (0, 0)
    let (setLock, getIndex): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    guard terminal >= 0, ioctl(terminal, setLock, &locked) == 0, ioctl(terminal, getIndex, &index) == 0 else {
      throw Failure(description: "no terminal")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens becomes its own.
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(index)", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80 /* POSIX_SPAWN_SETSID, which Glibc's module hides */)
    var words: [UnsafeMutablePointer<CChar>?] = (["env", "-C", folder.path, executable.path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = entries.map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var number: pid_t = 0
    let result = posix_spawn(&number, "/usr/bin/env", &actions, &attributes, &words, &variables)
    guard result == 0 else { throw Failure(description: "\(executable.path): \(String(cString: strerror(result)))") }
    processID = number
  }

  deinit { close(terminal) }

  /// Whether what is typed is shown.
  var isEchoing: Bool {
    var settings = termios()
    return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(terminal, bytes, bytes.count)
  }

  /// Reads until `words` have come once more than before.
  func wait(for words: String, deadlineSeconds: Double = 60) throws {
    let before = text.components(separatedBy: words).count
    try read(deadlineSeconds, "the words '\(words)'") { $0.text.components(separatedBy: words).count > before }
  }

  /// Waits for its end; 128 + n for a death by signal n.
  func finish(deadlineSeconds: Double = 60) throws -> Int32 {
    try read(deadlineSeconds, "its end") { $0.hasEnded }
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F != 0 ? 128 + (status & 0x7F) : (status >> 8) & 0xFF
  }

  private func read(_ seconds: Double, _ what: String, until isDone: (TerminalChild) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !isDone(self) {
      var wait = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      let left = end.timeIntervalSinceNow
      guard !hasEnded, left > 0, poll(&wait, 1, Int32(left * 1000) + 1) > 0 else {
        if !hasEnded { kill(processID, SIGKILL) }
        throw Failure(description: "\(hasEnded ? "it ended" : "\(seconds) s passed") without \(what); the terminal: \(text)")
      }
      let count = Glibc.read(terminal, &buffer, buffer.count)
      // EIO: nobody has the other side open any more.
      if count <= 0 { hasEnded = true } else { text += String(decoding: buffer[..<count], as: UTF8.self) }
    }
  }
}
