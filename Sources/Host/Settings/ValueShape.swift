import Market

/// What the value of a key may be: for checks, messages and the JSON Schema of editors.
public indirect enum ValueShape: Sendable, Hashable {
  /// true or false.
  case flag
  /// One of these words.
  case choice([String])
  case integer(ClosedRange<Int64>)
  /// Bounds in units of 1, with at most so many decimals.
  case number(ClosedRange<Int64>, decimals: Int)
  /// Bounds in units of the last of so many decimals.
  case decimal(ClosedRange<Int64>, decimals: Int)
  /// One line.
  case text
  case path
  /// `scheme://host[:port][/path]` with one of these schemes, and nobody's name and password in it.
  case address([String])
  /// A text that reports, logs and `config show` never print.
  case confidential
  /// A list of words of this form.
  case list(example: String)
  /// The same, or `null` for what `none` says.
  case optional(ValueShape, none: String)

  /// The value as it could be written, or what is wrong and what to write.
  enum Reading {
    case value(String)
    case problem(String)
  }

  var isNumber: Bool {
    switch self {
    case .integer, .number, .decimal: true
    case .optional(let shape, _): shape.isNumber
    default: false
    }
  }

  func read(_ written: WrittenValue) -> Reading {
    switch self {
    case .optional(let shape, let none):
      if case .null = written { return .value("null") }
      guard case .problem(let text) = shape.read(written) else { return shape.read(written) }
      return .problem("\(text), or null for \(none)")
    case .flag:
      if case .text(let text) = written, text == "true" || text == "false" { return .value(text) }
      return .problem("\(written.quoted) is neither; write true or false")
    case .choice(let words):
      if case .text(let text) = written, words.contains(text) { return .value(text) }
      return .problem("\(written.quoted) is not known; write one of \(words.joined(separator: ", "))")
    case .integer(let range): return Self.read(written, range, decimals: 0, "write a whole number, \(range.lowerBound)...\(range.upperBound)")
    case .number(let range, let decimals):
      return Self.read(written, range, decimals: decimals, "write a number, \(range.lowerBound)...\(range.upperBound), at most \(decimals) decimals")
    case .decimal(let range, let decimals):
      let (low, high) = (range.lowerBound, range.upperBound)
      func text(_ raw: Int64) -> String { DecimalText.formatShort(Int128(raw), scale: decimals) }
      return Self.read(raw: written, low...high, decimals: decimals, "write a number, \(text(low))...\(text(high)), at most \(decimals) decimals")
    case .text:
      if case .text(let text) = written, !text.isEmpty, Excerpt.isClean(text), !WrittenValue.isNull(text) { return .value(text) }
      return .problem("\(written.quoted) is no text of one line; write one")
    case .path:
      if case .text(let text) = written, !text.isEmpty, Excerpt.isClean(text) { return .value(text) }
      return .problem("\(written.quoted) is no path; write a path")
    case .address(let schemes):
      let advice = "write \(schemes[0])://host, host:port or host:port/path"
      guard case .text(let text) = written else { return .problem("\(written.quoted) is no address; \(advice)") }
      // Not quoted: what stands before the @ is somebody's password.
      if text.contains("@") { return .problem("has a name or password in it, which do not belong into settings; \(advice)") }
      guard let address = WebAddress(text), schemes.contains(address.scheme) else { return .problem("\(written.quoted) is no address; \(advice)") }
      return .value(text)
    case .confidential:
      // Never quoted: the message goes to terminals and logs.
      if case .text(let text) = written, Excerpt.isClean(text), text.utf8.count <= 4096 { return .value(text) }
      return .problem("this is no text of one line; write one, or '' for none")
    case .list(let example):
      let items = written.items.filter { !$0.isEmpty }
      guard items.count <= 64, items.allSatisfy({ Excerpt.isClean($0) && !$0.contains(",") }), Set(items).count == items.count else {
        return .problem("\(written.quoted) is no list of at most 64 different words; write it as \(example)")
      }
      return .value(items.joined(separator: ","))
    }
  }

  private static func read(_ written: WrittenValue, _ range: ClosedRange<Int64>, decimals: Int, _ advice: String) -> Reading {
    let unit = PowerOfTen[decimals]
    return read(raw: written, range.lowerBound * unit...range.upperBound * unit, decimals: decimals, advice)
  }

  private static func read(raw written: WrittenValue, _ range: ClosedRange<Int64>, decimals: Int, _ advice: String) -> Reading {
    guard case .text(let text) = written else { return .problem("\(written.quoted) is not a number; \(advice)") }
    switch NumberText.read(text, scale: decimals, in: range) {
    case .value(let raw): return .value(DecimalText.formatShort(Int128(raw), scale: decimals))
    case .problem(let problem): return .problem("\(problem); \(advice)")
    }
  }
}
