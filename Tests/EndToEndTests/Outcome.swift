import Foundation
import Testing

/// What a finished `quantumedge` left.
struct Outcome: CustomStringConvertible {
  /// 128 + n for a death by signal n.
  var exitCode: Int32
  var output: String
  var errors: String

  var errorLines: [Substring] { errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

  var description: String { "exit \(exitCode)\nstandard output:\n\(output)\nstandard error:\n\(errors)" }

  /// The one object on standard output.
  var json: [String: Any] {
    get throws {
      try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "not one JSON object: \(self)")
    }
  }

  func integer(_ key: String) throws -> Int { try #require(try json[key] as? Int, "\(key) in \(self)") }

  func text(_ key: String) throws -> String { try #require(try json[key] as? String, "\(key) in \(self)") }

  /// A number's own digits: a parsed one has been through a double.
  func decimal(_ key: String) throws -> Decimal18 {
    let start = try #require(output.range(of: "\"\(key)\": ")?.upperBound, "\(key) in \(self)")
    return try Decimal18(output[start...].prefix { "-0123456789.".contains($0) })
  }
}
