import Daemon
import Session

/// What one look of the doctor found.
struct Finding {
  enum Status: String {
    case pass = "PASS"
    case warn = "WARN"
    case fail = "FAIL"
  }

  let status: Status
  /// What was looked at, in one word.
  let check: String
  let message: String
  /// What to do about it; nil for a pass.
  let cure: String?

  static func pass(_ check: String, _ message: String) -> Finding { Finding(status: .pass, check: check, message: message, cure: nil) }
  static func warn(_ check: String, _ message: String, cure: String) -> Finding { Finding(status: .warn, check: check, message: message, cure: cure) }
  static func fail(_ check: String, _ message: String, cure: String) -> Finding { Finding(status: .fail, check: check, message: message, cure: cure) }

  var line: String { "\(check): \(message)" + (cure.map { "; \($0)" } ?? "") }

  /// One line for people.
  func tell() {
    let colour = status == .pass ? "32" : status == .warn ? "33" : "31"
    let word = Console.usesColour ? "\u{1B}[\(colour)m\(status.rawValue)\u{1B}[0m" : status.rawValue
    Console.write("\(word) \(Console.printable(line))\n")
  }

  var json: JSONValue {
    .object([("status", .text(status.rawValue)), ("check", .text(check)), ("message", .text(message)), ("cure", .optional(cure))])
  }
}
