import CKernel
import Glibc

/// The process's environment: the table that exec gave it, in the very bytes that /proc/PID/environ shows.
public enum ProcessEnvironment {
  /// All entries now, by name; of several with one name the first, as for getenv. What is no UTF-8 is repaired.
  public static var variables: [String: String] {
    var result: [String: String] = [:]
    for entry in entries {
      guard let entry else { continue }
      let text = String(cString: entry)
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { continue }
      let name = String(text[..<equals])
      if result[name] == nil { result[name] = String(text[text.index(after: equals)...]) }
    }
    return result
  }

  /// The table itself, without its end. For the thread that changes it, and for as long as nobody does.
  static var entries: [UnsafeMutablePointer<CChar>?] {
    var result: [UnsafeMutablePointer<CChar>?] = []
    guard var entry = qe_environment() else { return [] }
    while let text = entry.pointee {
      result.append(text)
      entry += 1
    }
    return result
  }

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
