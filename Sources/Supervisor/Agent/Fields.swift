import JSONTree
import Market

/// The members of a request's object, read strictly: each that is not what it must be is named, and all of them at once.
struct Fields {
  private let members: [String: JSONNode]
  private(set) var faults: [FieldFault] = []
  /// Of the first fault, in the reference's words.
  private(set) var details: String?

  init(_ members: [String: JSONNode]) { self.members = members }

  /// No amount, price or quantity reaches it: sums of thousands of them stay exact.
  static let amountBound = 1e15

  mutating func fail(_ field: String, _ problem: String, details: String) {
    faults.append(FieldFault(field: field, problem: problem))
    if self.details == nil { self.details = details }
  }

  private mutating func missing(_ name: String) { fail(name, "is missing", details: "Missing field: '\(name)'") }

  private func value(_ names: [String]) -> (name: String, node: JSONNode)? {
    for name in names { if let node = members[name], !node.isNull { return (name, node) } }
    return nil
  }

  /// One line of 1...`limit` characters, the first of these names that is there.
  mutating func text(_ names: String..., limit: Int = 128, isRequired: Bool = false) -> String? {
    guard let (name, node) = value(names) else {
      if isRequired { missing(names[0]) }
      return nil
    }
    guard let text = node.text, !text.isEmpty, text.unicodeScalars.count <= limit,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }), text.first != " "
    else {
      fail(name, "is no text of one line, 1...\(limit) characters", details: "Invalid text field: '\(name)' is no text of 1...\(limit) characters")
      return nil
    }
    return text
  }

  /// One of some words, in any case.
  mutating func word(_ name: String, of words: [String], _ kind: String) -> String? {
    guard let node = members[name], !node.isNull else {
      missing(name)
      return nil
    }
    let text = node.text?.uppercased() ?? ""
    guard words.contains(text) else {
      let shown = node.text.map { $0.count > 32 ? "\($0.prefix(32))…" : $0 } ?? "a value of another kind"
      fail(name, "is none of \(words.joined(separator: ", "))", details: "Invalid enum value: '\(shown)' is not a valid \(kind)")
      return nil
    }
    return text
  }

  mutating func flag(_ name: String) -> Bool? {
    guard let (_, node) = value([name]) else { return nil }
    if node.boolean == nil { fail(name, "is neither true nor false", details: "Invalid flag: '\(name)' is neither true nor false") }
    return node.boolean
  }

  /// Finite, in any of JSON's spellings, also as a text as the reference takes it; of magnitude below `amountBound`.
  mutating func number(_ names: String..., isRequired: Bool = false) -> Double? {
    guard let (name, node) = value(names) else {
      if isRequired { missing(names[0]) }
      return nil
    }
    guard let value = node.real ?? node.text.flatMap(Double.init), value.isFinite, abs(value) < Self.amountBound else {
      fail(name, "is no number of magnitude below 10^15", details: "Invalid numeric field: '\(name)' is no number of magnitude below 10^15")
      return nil
    }
    return value
  }

  mutating func money(_ names: String..., isRequired: Bool = false) -> Money? {
    guard let (name, _) = value(names) else {
      if isRequired { missing(names[0]) }
      return nil
    }
    return number(name).map(Self.money)
  }

  /// To nine decimals, which a double of this size still has for all but the largest.
  static func money(_ value: Double) -> Money { Money(raw: Int128((value * 1e9).rounded()) * 1_000_000_000) }

  mutating func sequence(_ name: String) -> UInt64? {
    guard let (_, node) = value([name]) else { return nil }
    guard let value = node.integer, value >= 0 else {
      fail(name, "is no whole number of 0 or above", details: "Invalid numeric field: '\(name)' is no whole number of 0 or above")
      return nil
    }
    return UInt64(value)
  }

  /// Objects of a list; nil where there is none.
  mutating func objects(_ name: String, limit: Int) -> [[String: JSONNode]]? {
    guard let (_, node) = value([name]) else { return nil }
    guard let list = node.array, list.count <= limit else {
      fail(name, "is no list of at most \(limit) objects", details: "Invalid list: '\(name)' is no list of at most \(limit) objects")
      return nil
    }
    let objects = list.compactMap(\.object)
    if objects.count != list.count {
      fail(name, "has an element that is no object", details: "Invalid list: '\(name)' has an element that is no object")
    }
    return objects
  }

  mutating func take(faultsOf other: Fields, in list: String) {
    for fault in other.faults { fail("\(list).\(fault.field)", fault.problem, details: other.details ?? "") }
  }
}
