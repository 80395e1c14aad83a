import CKernel
import Glibc

/// Asks a person at the terminal for what must not be shown.
public enum Question {
  /// Whether there is somebody to ask: standard input and standard error are the terminal in whose foreground the process is.
  public static var mayBeAsked: Bool { qe_may_ask() == 1 }

  /// The typed line, without its end, into a space. The terminal shows nothing of it, and is as before when this returns or a
  /// signal ends the process.
  ///
  /// - Parameter prompt: written to the terminal, not to standard error.
  /// - Returns: how many bytes; nil for a line longer than the space.
  public static func ask(_ prompt: String, into space: UnsafeMutableRawBufferPointer) throws(KernelError) -> Int? {
    // Unsafe: the space is the caller's, and no more than its size is written.
    let count = qe_ask(prompt, space.baseAddress?.assumingMemoryBound(to: CChar.self), space.count)
    if count < 0, errno == EMSGSIZE { return nil }
    guard count >= 0 else { throw KernelError("ask", "the terminal") }
    return count
  }
}
