import FoundationEssentials
import Kernel
import Market

/// Results for machines.
public enum ResultFile {
  private struct Report: Encodable {
    struct Row: Encodable {
      var id: String
      var status: String
      var seconds: Double
      var detail: String
    }
    struct Totals: Encodable {
      var passed: Int
      var failed: Int
      var warned: Int
      var skipped: Int
    }
    var plugin: String
    var file: String
    var digest: String
    var seed: UInt64
    var strictness: Int
    var parameters: [String: String]
    var totals: Totals
    var cases: [Row]
  }

  /// - Throws: `.failed` when the file cannot be written.
  public static func json(_ verdict: Verdict, to path: String) throws(ConformanceError) {
    let report = Report(
      plugin: verdict.pluginName, file: verdict.file.path, digest: verdict.file.digest.hex, seed: verdict.options.seed,
      strictness: verdict.options.strictness, parameters: verdict.options.parameters,
      totals: .init(
        passed: verdict.count(.pass), failed: verdict.count(.fail, .crash, .timeout), warned: verdict.count(.warn), skipped: verdict.count(.skip)),
      cases: verdict.results.map {
        .init(id: $0.id, status: $0.outcome.rawValue, seconds: ($0.seconds * 1e6).rounded() / 1e6, detail: printable($0.detail))
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do { bytes = Array(try encoder.encode(report)) } catch { throw ConformanceError(.internalError, "\(path): the results are no JSON: \(error)") }
    try write(bytes + [0x0A], to: path)
  }

  /// The dialect that CI servers agree on.
  public static func junit(_ verdict: Verdict, to path: String) throws(ConformanceError) {
    let failures = verdict.count(.fail, .timeout)
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="\(escaped(verdict.pluginName))" tests="\(verdict.results.count)" failures="\(failures)" errors="\(verdict.count(.crash))" \
      skipped="\(verdict.count(.skip))">

      """
    for result in verdict.results {
      text += "  <testcase classname=\"conformance\" name=\"\(result.id)\" time=\"\(fixed(result.seconds, 3))\">"
      let detail = escaped(printable(result.detail))
      switch result.outcome {
      case .pass: break
      case .warn: text += "<system-out>warning: \(detail)</system-out>"
      case .skip: text += "<skipped message=\"\(detail)\"/>"
      case .fail, .timeout: text += "<failure type=\"\(result.outcome.rawValue)\" message=\"\(detail)\"/>"
      case .crash: text += "<error type=\"crash\" message=\"\(detail)\"/>"
      }
      text += "</testcase>\n"
    }
    try write(Array((text + "</testsuite>\n").utf8), to: path)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(ConformanceError) {
    do { try Files.writeAtomically(bytes, to: path) } catch {
      throw ConformanceError(.failed, "\(error); name a file in a folder that exists and can be written")
    }
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
