/// A JSON value as a file has it: numbers keep their digits, so that what is read and written again is the same.
public enum JSONNode: Sendable, Hashable {
  case null
  case boolean(Bool)
  /// Its text: `5`, `0.1`, `1e-05`; also `NaN`, `Infinity` and `-Infinity`, which Python writes.
  case number(String)
  case text(String)
  case array([JSONNode])
  case object([String: JSONNode])

  public static func integer(_ value: Int64) -> JSONNode { .number("\(value)") }

  /// The shortest text that reads back as the same double.
  public static func real(_ value: Double) -> JSONNode {
    guard value.isFinite else { return .number(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity") }
    return .number("\(value)")
  }

  // MARK: What it is; nil for another kind

  public var object: [String: JSONNode]? { if case .object(let members) = self { members } else { nil } }
  public var array: [JSONNode]? { if case .array(let elements) = self { elements } else { nil } }
  public var text: String? { if case .text(let text) = self { text } else { nil } }
  public var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
  public var isNull: Bool { self == .null }

  /// Not finite for Python's words, and for what no double holds.
  public var real: Double? {
    guard case .number(let text) = self else { return nil }
    switch text {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default: return Double(text)
    }
  }

  /// A whole number, also one written as `5.0`.
  public var integer: Int64? {
    guard case .number(let text) = self else { return nil }
    if let value = Int64(text) { return value }
    guard let real, real == real.rounded(), real.magnitude < 9_007_199_254_740_992 else { return nil }
    return Int64(real)
  }

  public subscript(_ name: String) -> JSONNode? { object?[name] }
}

extension JSONNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension JSONNode: ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONNode...) { self = .array(elements) }

  /// The last of equal names stands.
  public init(dictionaryLiteral elements: (String, JSONNode)...) { self = .object([String: JSONNode](elements) { $1 }) }
}
