import CKernel
import Glibc

/// A file in which a process that crashes says in which call it did.
///
/// One per process: signal handlers are the process's.
public enum CrashNote {
  public struct Content: Sendable, Equatable {
    public var signal: Int32
    /// Since the epoch, UTC.
    public var seconds: Int64
    public var text: String
  }

  /// Largest text that is read back.
  private static let sizeLimit = 1 << 16
  // Unsafe: written by `arm` alone, on the one thread whose crashes the handler notes, while no call of it is under way.
  nonisolated(unsafe) private static var current: @Sendable () -> Int32 = { -1 }

  /// Empties the file and holds it open for a crash of the calling thread. The last call holds; all are of one thread.
  ///
  /// - Parameters:
  ///   - texts: what to write, by call.
  ///   - current: the call under way, below 0 for none; reads an atomic and nothing else, since a signal handler asks.
  public static func arm(_ path: String, texts: [String], current: @escaping @Sendable () -> Int32) throws(KernelError) {
    let descriptor = qe_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw KernelError("create", path) }
    self.current = current
    // Asked once here: what Swift makes ready at a first call must not be made in a signal handler.
    _ = self.current()
    guard qe_note_crashes(descriptor, { CrashNote.current() }, texts.count) == 0 else { throw KernelError("note crashes in", path) }
    for (call, text) in texts.enumerated() { try replace(call, by: text) }
  }

  /// Another text for a call; for the thread that armed.
  public static func replace(_ call: Int, by text: String) throws(KernelError) {
    guard qe_crash_text(call, text) == 0 else { throw KernelError("note call \(call)", "crashes") }
  }

  /// What the last process left; nil when it did not crash in a call.
  ///
  /// - Throws: when the file is there and cannot be read; EBADMSG for what no crash has written.
  public static func read(_ path: String) throws(KernelError) -> Content? {
    guard Files.isPresent(path) else { return nil }
    let words = String(decoding: try Files.read(path, limit: sizeLimit), as: UTF8.self)
    if words.isEmpty { return nil }
    guard let end = words.firstIndex(of: "\n") else { throw KernelError("understand", path, code: EBADMSG) }
    let head = words[..<end].split(separator: " ")
    guard head.count == 2, let signal = Int32(head[0]), let seconds = Int64(head[1]) else { throw KernelError("understand", path, code: EBADMSG) }
    return Content(signal: signal, seconds: seconds, text: String(words[words.index(after: end)...]))
  }

  public static func name(ofSignal signal: Int32) -> String {
    switch signal {
    case SIGSEGV: "SIGSEGV"
    case SIGBUS: "SIGBUS"
    case SIGILL: "SIGILL"
    case SIGFPE: "SIGFPE"
    case SIGTRAP: "SIGTRAP"
    case SIGABRT: "SIGABRT"
    default: "signal \(signal)"
    }
  }
}
