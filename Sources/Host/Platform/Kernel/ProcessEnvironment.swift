import CKernel
import Glibc

/// The process's environment: the table that exec gave it, in the very bytes that /proc/PID/environ shows.
public enum ProcessEnvironment {
  /// Lends the value's bytes of every entry with the name (exec allows several) for writing, and takes the entries out.
  ///
  /// For a process with one thread: another one's `getenv` may hold what is changed here.
  public static func take(_ name: String, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    let wanted = Array(name.utf8)
    // Unsafe: the table ends with NULL and each entry with a zero; nobody else writes to it while there is one thread.
    guard var entry = qe_environment() else { return }
    while let text = entry.pointee {
      let length = strlen(text)
      let bytes = UnsafeMutableRawBufferPointer(start: text, count: length)
      if length > wanted.count, bytes[wanted.count] == UInt8(ascii: "="), bytes.prefix(wanted.count).elementsEqual(wanted) {
        body(UnsafeMutableRawBufferPointer(rebasing: bytes[(wanted.count + 1)...]))
      }
      entry += 1
    }
    unsetenv(name)
  }
}
