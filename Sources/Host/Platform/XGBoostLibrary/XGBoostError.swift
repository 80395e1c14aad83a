/// libxgboost is absent, or a call to it failed.
public struct XGBoostError: Error, Equatable, CustomStringConvertible {
  public enum Code: Sendable {
    /// The library cannot be loaded.
    case unavailable
    /// It was asked and said no.
    case failed
  }

  public let code: Code
  /// One line.
  public let description: String

  static func unavailable(_ library: String, _ reason: String) -> XGBoostError {
    XGBoostError(
      code: .unavailable,
      description: "\(library): training needs libxgboost 1.7 or later: \(firstLine(reason)); install it with: apt-get install libxgboost-dev")
  }

  /// - Parameter text: of the library; its first line says what, the others are its stack.
  static func failed(_ action: String, _ text: String) -> XGBoostError {
    XGBoostError(code: .failed, description: "libxgboost cannot \(action): \(firstLine(text))")
  }

  private static func firstLine(_ text: String) -> String {
    let line = text.drop { $0.isNewline }.prefix { !$0.isNewline }
    return line.isEmpty ? "it gives no reason" : String(line)
  }
}
