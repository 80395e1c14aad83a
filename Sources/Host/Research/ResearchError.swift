import Feeds
import Kernel
import Market
import XGBoostLibrary

/// Why a model was not trained. The message begins with the code's fixed name.
public struct ResearchError: Fault, Equatable {
  public enum Code: String, Sendable {
    /// No tick file of the symbol.
    case dataMissing = "data_missing"
    /// A tick file that cannot be used; the reason has file and line.
    case dataInvalid = "data_invalid"
    /// Too little data for what was asked for.
    case rowsTooFew = "rows_too_few"
    /// All labels of a part are equal: there is nothing to learn, or nothing to measure it by.
    case oneClass = "one_class"
    /// The rows and their models do not fit.
    case memoryTooSmall = "memory_too_small"
    /// libxgboost is not there.
    case libraryMissing = "library_missing"
    /// libxgboost was asked and said no.
    case trainingFailed = "training_failed"
    /// What was made cannot be written.
    case outputFailed = "output_failed"
  }

  public let code: Code
  /// What it is about, and what to do.
  public let text: String

  public init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  init(_ error: TickFileError) { self.init(error.kind == .missingInput ? .dataMissing : .dataInvalid, error.description) }

  init(_ error: KernelError) { self.init(.outputFailed, error.description) }

  public init(_ error: XGBoostError) {
    self.init(error.code == .unavailable ? .libraryMissing : .trainingFailed, error.description)
  }

  public var kind: FaultKind {
    switch code {
    case .dataMissing: .missingInput
    case .dataInvalid, .rowsTooFew, .oneClass: .badData
    case .libraryMissing, .memoryTooSmall: .unavailable
    case .trainingFailed, .outputFailed: .failed
    }
  }

  public var description: String { "\(code.rawValue): \(text)" }
}
