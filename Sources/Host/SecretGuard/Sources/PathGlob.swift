/// A pattern for paths, as .gitignore has them: `*`, `?`, `[a-z]` within a part, `**` across parts, `\` before a character
/// that stands for itself.
struct PathGlob: Sendable {
  private let parts: [[UInt8]]

  /// - Parameter text: without a leading or trailing slash.
  init(_ text: some Sequence<UInt8>) { parts = Array(text).split(separator: UInt8(ascii: "/")).map(Array.init) }

  func matches(_ path: FilePath) -> Bool {
    let names = path.bytes.split(separator: UInt8(ascii: "/"))
    // Row by row, so that no pattern takes more than parts times names.
    var reach = [Bool](repeating: false, count: names.count + 1)
    reach[0] = true
    for part in parts {
      var next = [Bool](repeating: false, count: names.count + 1)
      if part == Array("**".utf8) {
        var isReached = false
        for index in reach.indices {
          isReached = isReached || reach[index]
          next[index] = isReached
        }
      } else {
        for index in names.indices where reach[index] { next[index + 1] = Self.matches(part[...], names[index]) }
      }
      reach = next
    }
    return reach[names.count]
  }

  /// One name against one part of a pattern.
  static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    var (place, index) = (pattern.startIndex, name.startIndex)
    var star: (pattern: Int, name: Int)?
    while index < name.endIndex {
      if place < pattern.endIndex, pattern[place] == UInt8(ascii: "*") {
        star = (place + 1, index)
        place += 1
      } else if place < pattern.endIndex, let next = step(pattern, place, name[index]) {
        place = next
        index += 1
      } else if let last = star {
        // The last star takes one more; an earlier one never needs to.
        star = (last.pattern, last.name + 1)
        (place, index) = (last.pattern, last.name + 1)
      } else {
        return false
      }
    }
    while place < pattern.endIndex, pattern[place] == UInt8(ascii: "*") { place += 1 }
    return place == pattern.endIndex
  }

  /// Where the pattern goes on when its character at `place` takes `byte`.
  private static func step(_ pattern: ArraySlice<UInt8>, _ place: Int, _ byte: UInt8) -> Int? {
    switch pattern[place] {
    case UInt8(ascii: "?"): return place + 1
    case UInt8(ascii: "\\") where place + 1 < pattern.endIndex: return pattern[place + 1] == byte ? place + 2 : nil
    case UInt8(ascii: "["):
      guard let end = pattern[(min(place + 2, pattern.endIndex))...].firstIndex(of: UInt8(ascii: "]")) else {
        return byte == pattern[place] ? place + 1 : nil
      }
      var first = place + 1
      let isNegated = pattern[first] == UInt8(ascii: "!") || pattern[first] == UInt8(ascii: "^")
      if isNegated { first += 1 }
      var isIn = false
      while first < end {
        if first + 2 < end, pattern[first + 1] == UInt8(ascii: "-") {
          if pattern[first] <= byte && byte <= pattern[first + 2] { isIn = true }
          first += 3
        } else {
          if pattern[first] == byte { isIn = true }
          first += 1
        }
      }
      return isIn != isNegated ? end + 1 : nil
    default: return pattern[place] == byte ? place + 1 : nil
    }
  }
}
