/// Text of an XHTML-compatible page. A literal is markup; an interpolated string is text and is escaped.
struct PageMarkup: ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  static func += (page: inout PageMarkup, part: PageMarkup) { page.text += part.text }

  /// Text of our own that is markup already: style, numbers of a path.
  static func verbatim(_ text: String) -> PageMarkup { PageMarkup(stringLiteral: text) }

  struct Interpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 16 * interpolationCount) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ part: PageMarkup) { text += part.text }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    mutating func appendInterpolation(_ plain: String) { text += PageMarkup.escaped(plain) }
  }

  /// For element content and quoted attributes alike; control characters, which XML forbids, become U+FFFD.
  private static func escaped(_ plain: String) -> String {
    var result = ""
    for scalar in plain.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where scalar.value < 0x20: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
