import PluginKit

/// How a compiled model's function is called, as its manifest writes it.
///
///     signature = answer "(" argument { "," argument } ")"
///     answer    = "void" | "f64" | "f32"
///     argument  = "f64*" | "f32*"             the features, as many as the schema has; in a second place the room for the answer
///               | "f64[18]" | "f32[18]"       the same, with a length that is checked
///               | "f64" | "f32" | "f64 x 18"  features one by one, as many arguments as the number says
///               | "i32" | "u32" | "i64" | "u64"    the number of features
///               | "i32=0" …                   a constant
struct Signature: Equatable {
  enum Real: String { case f64, f32 }
  enum Whole: String { case i32, u32, i64, u64 }

  enum Argument: Equatable {
    /// `count` nil = as many as come.
    case features(Real, count: Int?)
    case feature(Real)
    case featureCount(Whole)
    case constant(Whole, Int64)
    /// `count` nil = it is not said.
    case answer(Real, count: Int?)
  }

  /// nil = void: the answer comes through a pointer.
  var answer: Real?
  var arguments: [Argument]

  static let argumentLimit = 256
  static let featureLimit = 4096
  static let textLimit = 1024

  /// How many features it reads; nil = as many as come.
  var featureCount: Int? {
    let single = arguments.count { if case .feature = $0 { true } else { false } }
    if single > 0 { return single }
    return arguments.lazy.compactMap { if case .features(_, let count) = $0 { count } else { nil } }.first
  }

  /// Of the features.
  var featureType: Real? {
    arguments.lazy.compactMap {
      switch $0 {
      case .features(let type, _), .feature(let type): type
      default: nil
      }
    }.first
  }

  /// Where the answer goes through a pointer: its type and length.
  var answerRoom: (type: Real, count: Int?)? {
    arguments.lazy.compactMap { if case .answer(let type, let count) = $0 { (type, count) } else { nil } }.first
  }

  /// - Throws: `Refusal` with what cannot be read.
  init(_ text: String) throws {
    guard text.utf8.count <= Self.textLimit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
      throw Refusal("signature: at most \(Self.textLimit) characters of ASCII")
    }
    func bad(_ why: String) -> Refusal { Refusal("signature '\(text)': \(why); write f64(f64*), void(f64[18],f64[2]) or f32(f32*,u64)") }
    let whole = Self.trimmed(text[...])
    guard whole.last == ")", let open = whole.firstIndex(of: "("), whole.dropLast().lastIndex(of: ")") == nil,
      whole[whole.index(after: open)...].firstIndex(of: "(") == nil
    else { throw bad("it is no answer(arguments)") }
    let word = Self.trimmed(whole[..<open])
    answer = Real(rawValue: String(word))
    guard answer != nil || word == "void" else { throw bad("the answer '\(word)' is none of void, f64, f32") }
    arguments = []
    for part in whole[whole.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false) {
      let part = Self.trimmed(part)
      guard let next = Self.arguments(part, hasFeatures: featureType != nil) else { throw bad("'\(part)' is no argument") }
      arguments += next
      guard arguments.count <= Self.argumentLimit else { throw bad("it has more than \(Self.argumentLimit) arguments") }
    }
    if let reason = contradiction { throw bad(reason) }
  }

  /// Why the parts do not make a call; nil if they do.
  private var contradiction: String? {
    guard featureType != nil else { return "it takes no features" }
    var (vectors, singles, answers) = (0, 0, 0)
    var types: Set<Real> = []
    for argument in arguments {
      switch argument {
      case .features(let type, _):
        vectors += 1
        types.insert(type)
      case .feature(let type):
        singles += 1
        types.insert(type)
      case .answer: answers += 1
      case .featureCount, .constant: break
      }
    }
    if vectors > 0, singles > 0 { return "features come by a pointer or one by one, not both" }
    if types.count > 1 { return "features are all f64 or all f32" }
    if answers > 1 { return "it has more than two pointers" }
    if answer == nil, answers == 0 { return "a void function needs a second pointer for its answer" }
    if answer != nil, answers > 0 { return "it answers twice, by its result and by a pointer" }
    return nil
  }

  /// One part between commas; nil for what is none.
  private static func arguments(_ part: Substring, hasFeatures: Bool) -> [Argument]? {
    if part.last == "*" {
      guard let type = Real(rawValue: String(trimmed(part.dropLast()))) else { return nil }
      return [hasFeatures ? .answer(type, count: nil) : .features(type, count: nil)]
    }
    if part.last == "]", let open = part.firstIndex(of: "[") {
      guard let type = Real(rawValue: String(trimmed(part[..<open]))),
        let count = number(part[part.index(after: open)...].dropLast(), in: 1...Int64(featureLimit))
      else { return nil }
      return [hasFeatures ? .answer(type, count: Int(count)) : .features(type, count: Int(count))]
    }
    if let equals = part.firstIndex(of: "=") {
      guard let type = Whole(rawValue: String(trimmed(part[..<equals]))), let value = number(part[part.index(after: equals)...], in: range(type))
      else { return nil }
      return [.constant(type, value)]
    }
    if let type = Whole(rawValue: String(part)) { return [.featureCount(type)] }
    if let cross = part.firstIndex(of: "x") {
      guard let type = Real(rawValue: String(trimmed(part[..<cross]))), let count = number(part[part.index(after: cross)...], in: 1...256) else {
        return nil
      }
      return Array(repeating: .feature(type), count: Int(count))
    }
    return Real(rawValue: String(part)).map { [.feature($0)] }
  }

  private static func range(_ type: Whole) -> ClosedRange<Int64> {
    switch type {
    case .i32: Int64(Int32.min)...Int64(Int32.max)
    case .u32: 0...Int64(UInt32.max)
    case .i64: .min ... .max
    case .u64: 0 ... .max
    }
  }

  private static func number(_ text: Substring, in range: ClosedRange<Int64>) -> Int64? {
    let digits = trimmed(text)
    // Int64 would read a plus sign too.
    guard let first = digits.first, first.isNumber || first == "-", let value = Int64(digits), range.contains(value) else { return nil }
    return value
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
