import Glibc
import Market

/// Where words for people go: standard error. Standard output carries results alone.
enum Console {
  /// One line of a result on standard output.
  ///
  /// - Throws: when it cannot be written: a result that nobody gets is a failure.
  static func result(_ text: String) throws(OutputError) {
    guard write(text + "\n", to: 1) else { throw OutputError(code: errno) }
  }

  /// One line of many on standard output. Whoever reads the first ones alone, as head, is no failure: the rest is not written.
  static func row(_ text: String) throws(OutputError) {
    do throws(OutputError) { try result(text) } catch {
      guard error.code == EPIPE else { throw error }
      // As a program that the signal ends.
      Glibc.exit(128 + SIGPIPE)
    }
  }

  /// One line, with the program's name.
  static func error(_ text: String) { write("quantumedge: \(printable(text))\n") }

  static func warning(_ text: String) { write("quantumedge: warning: \(printable(text))\n") }

  /// One or several lines.
  static func line(_ text: String) { write(printable(text, keepsLines: true) + "\n") }

  /// What others wrote (a path, a plugin, a kill file) must not steer the reader's terminal.
  static func printable(_ text: String, keepsLines: Bool = false) -> String {
    let isHarmless = { (scalar: Unicode.Scalar) in
      (scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)) || (keepsLines && scalar == "\n")
    }
    if text.unicodeScalars.allSatisfy(isHarmless) { return text }
    return text.unicodeScalars.map { isHarmless($0) ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
  }

  /// Whether standard error is a terminal: the only place where colour and rewritten lines are used.
  static let isTerminal = isatty(2) == 1
  static let usesColour = isTerminal && getenv("NO_COLOR") == nil

  static func write(_ text: String) { _ = write(text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var copy = text
    return copy.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if written < 0 && errno == EINTR { continue }
        if written <= 0 { return false }
        offset += written
      }
      return true
    }
  }
}

/// Standard output does not take the result.
struct OutputError: Fault {
  let code: Int32
  var kind: FaultKind { .failed }
  var description: String { "standard output: the result cannot be written: \(String(cString: strerror(code)))" }
}
