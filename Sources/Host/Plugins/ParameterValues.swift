import Market
import PluginABI

/// A plugin's parameters, checked against its table.
struct ParameterValues {
  struct Value {
    var row: ParameterRow
    var integer: Int64
    var real: Double
    var text: String
  }

  /// In the order of the table.
  let values: [Value]

  /// - Throws: `parameter_invalid` for a name the table does not have, text that is no value of its type, or a value
  ///   out of bounds.
  init(_ given: [String: String], table: [ParameterRow], spec: InstrumentSpec, subject: String) throws(PluginError) {
    let names = table.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      let hint = names.isEmpty ? "it has no parameters" : "it has \(names.joined(separator: ", "))"
      throw PluginError(.parameterInvalid("\(name): unknown"), subject, hint)
    }
    var values: [Value] = []
    for row in table { values.append(try Self.value(row, given[row.name], spec, subject)) }
    self.values = values
  }

  private static func value(_ row: ParameterRow, _ given: String?, _ spec: InstrumentSpec, _ subject: String) throws(PluginError) -> Value {
    func invalid(_ what: String) -> PluginError { PluginError(.parameterInvalid("\(row.name): \(what)"), subject, Self.range(row)) }
    if row.type == QE_PARAMETER_TEXT {
      let text = given ?? row.defaultText
      // Crosses as a C string: a zero byte would silently cut it.
      guard text.utf8.count <= textLimit, !text.utf8.contains(0) else { throw invalid("the text has a zero byte or over \(textLimit) bytes") }
      return Value(row: row, integer: 0, real: 0, text: text)
    }
    let text = given ?? Self.shortest(row.defaultValue)
    if row.type == QE_PARAMETER_BOOLEAN {
      switch text {
      case "true", "1": return Value(row: row, integer: 1, real: 1, text: "true")
      case "false", "0": return Value(row: row, integer: 0, real: 0, text: "false")
      default: throw invalid("'\(text)' is neither true nor false")
      }
    }
    let scale: Int
    switch row.type {
    case QE_PARAMETER_QUANTITY: scale = Int(spec.quantityScale)
    case QE_PARAMETER_PRICE: scale = Int(spec.priceScale)
    default: scale = 0
    }
    var integer: Int64 = 0
    if row.type != QE_PARAMETER_REAL {
      do throws(DecimalText.Failure) { integer = try DecimalText.parse(text, scale: scale) } catch {
        switch error {
        case .malformed: throw invalid("'\(text)' is no number")
        case .tooPrecise: throw invalid("'\(text)' has more than \(scale) decimals")
        case .overflow: throw invalid("'\(text)' is too large")
        }
      }
    }
    // Double reads hexadecimal and words too; a parameter is a decimal number.
    guard text.utf8.allSatisfy(isDecimal), let real = Double(text), real.isFinite else { throw invalid("'\(text)' is no finite number") }
    guard real >= row.minimum, real <= row.maximum else { throw invalid("\(text) is out of range") }
    return Value(row: row, integer: integer, real: real, text: text)
  }

  private static let textLimit = 4096

  private static func isDecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte | 0x20 == 0x65
  }

  private static func range(_ row: ParameterRow) -> String {
    switch row.type {
    case QE_PARAMETER_BOOLEAN: "write true or false"
    case QE_PARAMETER_TEXT: "write a text"
    default: "write a number from \(shortest(row.minimum)) to \(shortest(row.maximum))"
    }
  }

  /// The shortest decimal text that reads back as the same double, without a needless `.0`.
  private static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
