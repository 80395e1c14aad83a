import Cryptography
import FoundationEssentials
import Kernel

/// Findings in SARIF 2.1.0, for code scanning services.
public struct SARIFLog: Encodable {
  private struct Run: Encodable {
    var tool: Tool
    var columnKind = "unicodeCodePoints"
    var originalUriBaseIds = ["SRCROOT": Base(description: Message(text: "The checked folder."))]
    var results: [Result]
    var invocations: [Invocation]
  }

  private struct Base: Encodable { var description: Message }
  private struct Tool: Encodable { var driver: Driver }
  private struct Message: Encodable { var text: String }

  private struct Driver: Encodable {
    var name = "quantumedge secrets check"
    var version: String
    var rules: [RuleRow]
  }

  private struct RuleRow: Encodable {
    var id: String
    var shortDescription: Message
    var defaultConfiguration = ["level": "error"]
  }

  private struct Result: Encodable {
    var ruleId: String
    var ruleIndex: Int
    var level = "error"
    var message: Message
    var locations: [Location]
    var partialFingerprints: [String: String]
  }

  private struct Location: Encodable { var physicalLocation: Physical }

  private struct Physical: Encodable {
    var artifactLocation: Artifact
    var region: Region
  }

  private struct Artifact: Encodable {
    var uri: String
    var uriBaseId = "SRCROOT"
  }

  private struct Region: Encodable {
    var startLine: Int
    var startColumn: Int
  }

  private struct Invocation: Encodable {
    var executionSuccessful: Bool
    var toolExecutionNotifications: [Notification]
  }

  private struct Notification: Encodable {
    var level: String
    var message: Message
  }

  private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  private let version = "2.1.0"
  private let runs: [Run]

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  /// - Parameter toolVersion: the host's.
  public init(_ report: GuardReport, toolVersion: String) {
    let rules = Rule.all
    let results = report.findings.map { finding in
      Result(
        ruleId: finding.rule.id, ruleIndex: rules.firstIndex(of: finding.rule) ?? -1,
        message: Message(text: finding.masked.isEmpty ? finding.what : "\(finding.what): \(finding.masked)"),
        locations: [
          Location(
            physicalLocation: Physical(
              artifactLocation: Artifact(uri: finding.path.uri), region: Region(startLine: finding.line, startColumn: finding.column)))
        ],
        partialFingerprints: ["secretGuard/v1": Self.fingerprint(finding)])
    }
    let notes =
      report.unreadable.map { Notification(level: "error", message: Message(text: "\($0.path.text): \($0.reason)")) }
      + report.skipped.map { Notification(level: "note", message: Message(text: "\($0.path.text): \($0.reason)")) }
      + report.warnings.map { Notification(level: "warning", message: Message(text: $0)) }
    runs = [
      Run(
        tool: Tool(driver: Driver(version: toolVersion, rules: rules.map { RuleRow(id: $0.id, shortDescription: Message(text: $0.summary)) })),
        results: results, invocations: [Invocation(executionSuccessful: report.unreadable.isEmpty, toolExecutionNotifications: notes)])
    ]
  }

  public func text() throws(GuardError) -> String { try JSONText.of(self) }

  public func write(to path: String) throws(GuardError) {
    let bytes = Array((try text() + "\n").utf8)
    do { try Files.writeAtomically(bytes, to: path) } catch { throw GuardError(.unavailable, "\(error)") }
  }

  /// The same as long as the value stays in the file, wherever it moves there; it tells nothing of a short value that the
  /// path does not.
  private static func fingerprint(_ finding: Finding) -> String {
    let parts = [finding.rule.id, finding.path.text, finding.digest ?? finding.masked]
    return SHA256Hasher.digest(of: Array(parts.joined(separator: "\0").utf8)).hex
  }
}
