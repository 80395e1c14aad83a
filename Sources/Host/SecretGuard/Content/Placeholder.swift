/// Values that stand for a secret and are none: empty, references, examples.
enum Placeholder {
  /// - Parameter ignoringTopics: whether `Secret` and the like may be part of a value, as they are of passwords.
  static func isOne(_ value: ArraySlice<UInt8>, _ profile: Profile, ignoringTopics: Bool = false) -> Bool {
    guard let first = value.first, let last = value.last else { return true }
    if profile.isTrivial || isReference(value) { return true }
    if first == UInt8(ascii: "<") && value.contains(UInt8(ascii: ">")) { return true }
    if first == UInt8(ascii: "[") && last == UInt8(ascii: "]") { return true }
    if profile.letters == 0 && profile.digits == 0 { return true }
    for run: StaticString in ["xxxxx", "***", "...", "-----", "00000000", "…"] where value.containsFolded(run) { return true }
    for word in longWords where value.containsFolded(word) { return true }
    for word in ignoringTopics ? standIns : standIns + topics {
      guard let place = value.firstFolded(word) else { continue }
      let end = place + word.utf8CodeUnitCount
      let isWhole =
        (place == value.startIndex || !Byte.isAlphanumeric(value[place - 1])) && (end == value.endIndex || !Byte.isAlphanumeric(value[end]))
      if isWhole || profile.isWordy { return true }
    }
    return false
  }

  /// `$NAME`, `${…}`, `$(…)`, `{{…}}`, `%(…)s`, `%NAME%`, `#{…}`, `@…(`, `!Ref`: someone else has the value.
  static func isReference(_ value: ArraySlice<UInt8>) -> Bool {
    guard let first = value.first, let last = value.last else { return false }
    let second = value.dropFirst().first ?? 0
    switch first {
    case UInt8(ascii: "$"):
      return second == UInt8(ascii: "{") || second == UInt8(ascii: "(") || Profile(value.dropFirst()).isWordy || isName(value.dropFirst())
    case UInt8(ascii: "{"): return last == UInt8(ascii: "}")
    case UInt8(ascii: "%"): return second == UInt8(ascii: "(") || last == UInt8(ascii: "%") || value.count <= 3
    case UInt8(ascii: "#"), UInt8(ascii: "@"): return second == UInt8(ascii: "{") || Profile(value).isWordy
    case UInt8(ascii: "!"): return Profile(value).isWordy
    default: return false
    }
  }

  /// `NAME_IN_CAPITALS`.
  private static func isName(_ value: ArraySlice<UInt8>) -> Bool {
    value.allSatisfy { Byte.isUpper($0) || Byte.isDigit($0) || $0 == 0x5F } && value.contains(0x5F)
  }

  /// Long enough that chance does not write them.
  private static let longWords: [StaticString] = [
    "example", "changeme", "change_me", "change-me", "changeit", "placeholder", "redacted", "replace", "insert", "dummy-", "your_", "your-",
    "yourkey", "yoursecret", "yourtoken", "yourapi", "undefined", "secret-", "secret_", "not-a-real", "notreal", "lorem",
  ]
  /// As words of their own, or among words.
  private static let standIns: [StaticString] = [
    "your", "dummy", "sample", "fake", "todo", "fixme", "none", "null", "nil", "true", "false", "foobar", "xxx",
  ]
  private static let topics: [StaticString] = ["secret", "passw", "token", "default", "mock", "test", "here", "key"]
}
