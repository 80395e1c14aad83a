import Glibc
import Market

/// Why a report cannot be written; one line for people.
public struct ReportError: Fault, Equatable {
  public enum Code: String, Sendable {
    /// The folder holds something that no report wrote.
    case foreignFolder
    /// The path is empty, or exists and is no folder.
    case notAFolder
    /// A folder or file cannot be made, read, written or renamed.
    case inputOutput
  }

  public var code: Code
  public var kind: FaultKind
  public var description: String

  static func foreign(_ path: String, entry: String) -> ReportError {
    ReportError(
      code: .foreignFolder, kind: .usage,
      description: "\(path): is no report of ours (it holds '\(entry)'), so it is not replaced; name another folder for --report")
  }

  static func notAFolder(_ path: String) -> ReportError {
    ReportError(code: .notAFolder, kind: .usage, description: "\(path): exists and is not a folder; name another folder for --report")
  }

  static let nameless = ReportError(code: .notAFolder, kind: .usage, description: "--report: names no folder; give it a path")

  /// - Parameter number: `errno` of the failed call.
  static func system(_ verb: String, _ path: String, _ number: Int32) -> ReportError {
    let reason = String(cString: strerror(number))
    return ReportError(
      code: .inputOutput, kind: .failed,
      description: "\(path): cannot \(verb): \(reason); no report was written, check the path, its permissions and the disk's space")
  }
}
