/// One row of a plugin's parameter table. The host checks values against it before an instance is made.
public struct Parameter: Sendable {
  let name: String
  let summary: String
  let type: UInt32
  let defaultValue: Double
  let minimum: Double
  let maximum: Double
  let defaultText: String?

  /// A whole number. Bounds cross the ABI as doubles: keep them within +-2^53.
  public static func integer(_ name: String, default value: Int64, in range: ClosedRange<Int64>, _ summary: String = "") -> Parameter {
    number(name, QE_PARAMETER_INTEGER, Double(value), Double(range.lowerBound)...Double(range.upperBound), summary)
  }

  public static func real(_ name: String, default value: Double, in range: ClosedRange<Double>, _ summary: String = "") -> Parameter {
    number(name, QE_PARAMETER_REAL, value, range, summary)
  }

  public static func boolean(_ name: String, default value: Bool, _ summary: String = "") -> Parameter {
    number(name, QE_PARAMETER_BOOLEAN, value ? 1 : 0, 0...1, summary)
  }

  /// An amount of the base asset, here in decimal units; `Configuration.quantity` gives it raw.
  public static func quantity(_ name: String, default value: Double, in range: ClosedRange<Double>, _ summary: String = "") -> Parameter {
    number(name, QE_PARAMETER_QUANTITY, value, range, summary)
  }

  /// A price, here in decimal units; `Configuration.price` gives it raw.
  public static func price(_ name: String, default value: Double, in range: ClosedRange<Double>, _ summary: String = "") -> Parameter {
    number(name, QE_PARAMETER_PRICE, value, range, summary)
  }

  public static func text(_ name: String, default value: String, _ summary: String = "") -> Parameter {
    Parameter(
      name: name, summary: summary, type: QE_PARAMETER_TEXT, defaultValue: 0, minimum: 0, maximum: 0, defaultText: value)
  }

  private static func number(
    _ name: String, _ type: UInt32, _ value: Double, _ range: ClosedRange<Double>, _ summary: String
  ) -> Parameter {
    Parameter(
      name: name, summary: summary, type: type, defaultValue: value, minimum: range.lowerBound, maximum: range.upperBound,
      defaultText: nil)
  }

  /// What is wrong with the row; nil if nothing.
  var defect: String? {
    guard Name.isParameter(name) else { return "parameter name '\(name)' is not [a-z][a-z0-9_]*" }
    if type == QE_PARAMETER_TEXT { return nil }
    guard minimum.isFinite, maximum.isFinite, defaultValue >= minimum, defaultValue <= maximum else {
      return "parameter '\(name)': default \(defaultValue) is not in \(minimum)...\(maximum)"
    }
    return nil
  }
}

enum Name {
  /// [a-z][a-z0-9_]*
  static func isParameter(_ text: String) -> Bool {
    guard let first = text.utf8.first, case 0x61...0x7A = first else { return false }
    return text.utf8.allSatisfy { isDigitOrUnderscore($0) || (0x61...0x7A).contains($0) }
  }

  /// [A-Za-z][A-Za-z0-9_]*, at most 64.
  static func isPlugin(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isDigitOrUnderscore($0) || isLetter($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
  private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == 0x5F }
}
