import FoundationEssentials

extension GuardReport {
  /// One JSON object; never a value.
  public func json() throws(GuardError) -> String { try JSONText.of(Document(self)) }

  private struct Document: Encodable {
    struct Entry: Encodable {
      var path: String
      var line: Int
      var column: Int
      var rule: String
      var what: String
      var masked: String
      var sha256Prefix: String?

      enum CodingKeys: String, CodingKey {
        case path, line, column, rule, what, masked
        case sha256Prefix = "sha256_prefix"
      }
    }

    struct Left: Encodable {
      var path: String
      var reason: String
    }

    var source: String
    var filesScanned: Int
    var bytesScanned: Int
    var findings: [Entry]
    var allowed: Int
    var skipped: [Left]
    var unreadable: [Left]
    var warnings: [String]

    enum CodingKeys: String, CodingKey {
      case source, findings, allowed, skipped, unreadable, warnings
      case filesScanned = "files_scanned"
      case bytesScanned = "bytes_scanned"
    }

    init(_ report: GuardReport) {
      source = report.source.rawValue
      (filesScanned, bytesScanned, allowed, warnings) = (report.files, report.bytes, report.allowed, report.warnings)
      findings = report.findings.map {
        Entry(path: $0.path.text, line: $0.line, column: $0.column, rule: $0.rule.id, what: $0.what, masked: $0.masked, sha256Prefix: $0.digest)
      }
      skipped = report.skipped.map { Left(path: $0.path.text, reason: $0.reason) }
      unreadable = report.unreadable.map { Left(path: $0.path.text, reason: $0.reason) }
    }
  }
}

enum JSONText {
  static func of(_ value: some Encodable) throws(GuardError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
      throw GuardError(.internalError, "the report cannot be encoded: \(error)")
    }
  }
}
