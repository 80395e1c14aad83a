import PluginKit

/// The horizons that must agree, in seconds. At most eight: a fixed place for each, so that nothing is counted by reference.
struct Horizons {
  private var seconds = InlineArray<8, Int64>(repeating: 0)
  private(set) var count = 0

  /// - Parameter text: as "1,5".
  init(_ text: String) throws {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = part.drop { $0 == " " }
      guard let value = Int64(word), (1...86_400).contains(value), count < seconds.count, !contains(value) else {
        throw Refusal("primary_horizons is 1...8 different whole seconds, 1...86400, as '1,5', not '\(text)'")
      }
      seconds[count] = value
      count += 1
    }
  }

  subscript(_ index: Int) -> Int64 { seconds[index] }

  /// The furthest ahead.
  var longest: Int64 {
    var result: Int64 = 0
    for index in 0..<count { result = max(result, seconds[index]) }
    return result
  }

  func contains(_ value: Int64) -> Bool {
    for index in 0..<count where seconds[index] == value { return true }
    return false
  }
}
