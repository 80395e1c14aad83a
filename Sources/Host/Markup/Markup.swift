/// Text of an XHTML-compatible page. A literal is markup; an interpolated string is text and is escaped.
public struct Markup: ExpressibleByStringInterpolation, Sendable {
  public private(set) var text: String

  public init(stringLiteral value: String) { text = value }
  public init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  public static func += (page: inout Markup, part: Markup) { page.text += part.text }

  /// Text of our own that is markup already: style, script, numbers of a path.
  public static func verbatim(_ text: String) -> Markup { Markup(stringLiteral: text) }

  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 16 * interpolationCount) }

    public mutating func appendLiteral(_ literal: String) { text += literal }
    public mutating func appendInterpolation(_ part: Markup) { text += part.text }
    public mutating func appendInterpolation(_ number: Int) { text += String(number) }
    public mutating func appendInterpolation(_ plain: String) { text += Markup.escaped(plain) }
  }

  /// For element content and quoted attributes alike. What XML forbids becomes U+FFFD.
  public static func escaped(_ plain: String) -> String {
    var result = ""
    result.reserveCapacity(plain.utf8.count)
    for scalar in plain.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
