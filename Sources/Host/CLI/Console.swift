import Glibc

/// Where words for people go: standard error. Standard output carries results alone.
enum Console {
  /// One line, with the program's name.
  static func error(_ text: String) { write("quantumedge: \(text)\n") }

  static func warning(_ text: String) { write("quantumedge: warning: \(text)\n") }

  static func line(_ text: String) { write(text + "\n") }

  /// Whether standard error is a terminal: the only place where colour and rewritten lines are used.
  static let isTerminal = isatty(2) == 1
  static let usesColour = isTerminal && getenv("NO_COLOR") == nil

  static func write(_ text: String) {
    var copy = text
    copy.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = Glibc.write(2, bytes.baseAddress! + offset, bytes.count - offset)
        if written <= 0 { return }
        offset += written
      }
    }
  }
}
