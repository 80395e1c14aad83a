import Market
import Glibc
import Kernel
import Session

/// A file that a command makes for its user.
enum NewFile {
  /// Before work is done for it.
  ///
  /// - Throws: it is there and may not be overwritten.
  static func check(_ path: String, overwriting: Bool) throws(SessionError) {
    if !overwriting, Files.isPresent(path) { throw SessionError(.badData, "\(path): is there already; name another file, or give --force") }
  }

  /// Whole or not at all.
  ///
  /// - Throws: it is there and may not be overwritten, or it cannot be written.
  static func write(_ text: String, to path: String, mode: Int32 = 0o644, overwriting: Bool) throws(SessionError) {
    try check(path, overwriting: overwriting)
    do throws(KernelError) { try Files.writeAtomically(Array(text.utf8), to: path, mode: mode) } catch {
      throw SessionError(.unavailable, "\(error)")
    }
  }
}
