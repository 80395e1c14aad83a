import Compression
import Market

/// What is wrong with a tick file or a row of it: `file:line: reason`.
public struct TickFileError: Fault, Equatable {
  public var kind: FaultKind
  /// The user's file.
  public var path: String
  /// 1-based physical line, nil where the file as a whole is meant.
  public var line: Int?
  public var reason: String

  public init(_ kind: FaultKind, path: String, line: Int? = nil, reason: String) {
    self.kind = kind
    self.path = path
    self.line = line
    self.reason = reason
  }

  public var description: String { line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)" }

  /// - Parameter line: where the data stopped, for damaged compressed data.
  init(_ error: CompressionError, line: Int? = nil) {
    path = error.path
    reason = error.reason
    switch error.code {
    case .missing:
      kind = .missingInput
      self.line = nil
    case .truncated, .corrupt:
      kind = .badData
      self.line = line
    case .system:
      kind = .failed
      self.line = nil
    case .exists:
      kind = .usage
      self.line = nil
    }
  }
}
