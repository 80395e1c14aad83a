import JSONTree

/// An object's members, read strictly: what is not what it must be is noted, and the reading goes on to find the others.
///
/// What is returned for a member with a fault means nothing: `check` throws before anybody uses it.
struct Members {
  private let members: [String: JSONNode]
  private var faults: [PolicyFaults.Fault] = []

  init(_ node: JSONNode) throws(PolicyFaults) {
    guard let object = node.object else { throw PolicyFaults(faults: [PolicyFaults.Fault(field: "", problem: "it is no object")]) }
    members = object
  }

  func check() throws(PolicyFaults) { if !faults.isEmpty { throw PolicyFaults(faults: faults) } }

  mutating func fail(_ name: String, _ problem: String) { faults.append(PolicyFaults.Fault(field: name, problem: problem)) }

  /// - Parameter default: nil = it must be there.
  private mutating func member<Value>(_ name: String, default: Value?, _ fallback: Value, _ problem: String, _ read: (JSONNode) -> Value?) -> Value {
    guard let node = members[name] else {
      if `default` == nil { fail(name, "is missing") }
      return `default` ?? fallback
    }
    guard let value = read(node) else {
      fail(name, problem)
      return fallback
    }
    return value
  }

  mutating func whole(_ name: String, _ range: ClosedRange<Int64>, default: Int64? = nil) -> Int64 {
    member(name, default: `default`, range.lowerBound, "is no whole number of \(range.lowerBound)...\(range.upperBound)") {
      $0.integer.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func flag(_ name: String) -> Bool { member(name, default: nil, false, "is neither true nor false", \.boolean) }

  mutating func word(_ name: String, of words: [String]) -> String {
    member(name, default: nil, "", "is none of \(words.joined(separator: ", "))") { $0.text.flatMap { words.contains($0) ? $0 : nil } }
  }

  /// - Parameter default: nil = it must be there.
  mutating func text(_ name: String, default: String?) -> String { member(name, default: `default`, " ", "is no text", \.text) }

  /// A finite number of 0 to `limit`.
  mutating func figure(_ name: String, default: Double? = nil, limit: Double = .greatestFiniteMagnitude) -> Double {
    let range = limit == .greatestFiniteMagnitude ? "0 or above" : "0...\(Int64(limit))"
    return member(name, default: `default`, 0, "is no number of \(range)") { $0.real.flatMap { $0 >= 0 && $0 <= limit ? $0 : nil } }
  }

  /// The same, or nil for null and where it is not there.
  mutating func optionalFigure(_ name: String) -> Double? {
    if members[name]?.isNull ?? true { return nil }
    return figure(name)
  }
}
