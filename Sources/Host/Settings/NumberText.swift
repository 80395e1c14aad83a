import Market

/// A decimal number of a settings file, read exactly.
enum NumberText {
  enum Reading {
    case value(Int64)
    /// What is wrong, without what to write.
    case problem(String)
  }

  /// `text * 10^scale`, held to `range`, which is scaled likewise.
  static func read(_ text: String, scale: Int, in range: ClosedRange<Int64>) -> Reading {
    do throws(DecimalText.Failure) {
      let raw = try DecimalText.parse(text, scale: scale)
      return range.contains(raw) ? .value(raw) : .problem("\(Excerpt.quoted(text)) is out of range")
    } catch {
      switch error {
      case .malformed: return .problem("\(Excerpt.quoted(text)) is not a number")
      case .tooPrecise: return .problem("\(Excerpt.quoted(text)) " + (scale == 0 ? "is not a whole number" : "has more than \(scale) decimals"))
      case .overflow: return .problem("\(Excerpt.quoted(text)) is out of range")
      }
    }
  }
}
