/// Values that stand for a secret and are none: empty, references, examples.
enum Placeholder {
  /// Which words make a value one.
  enum Words {
    /// `Secret` and the like, too.
    case all
    /// What people write in place of a value; `Secret` may be part of a password.
    case standIns
    /// What chance does not write in capitals.
    case long
  }

  static func isOne(_ value: ArraySlice<UInt8>, _ profile: Profile, words: Words = .all) -> Bool {
    guard let first = value.first, let last = value.last else { return true }
    if profile.isTrivial || isReference(value) { return true }
    if first == UInt8(ascii: "<") && value.contains(UInt8(ascii: ">")) { return true }
    if first == UInt8(ascii: "[") && last == UInt8(ascii: "]") { return true }
    if profile.letters == 0 && profile.digits == 0 { return true }
    if hasRun(value, profile) { return true }
    for word in longWords {
      guard let place = value.firstFolded(word) else { continue }
      let begins = place == value.startIndex || !Byte.isAlphanumeric(value[place - 1])
      // Chance writes five characters somewhere in a long token.
      if word.utf8CodeUnitCount >= 7 || begins && !profile.isLongRandom || profile.isWordy { return true }
    }
    for word in words == .long ? [] : words == .standIns ? standIns : standIns + topics {
      guard let place = value.firstFolded(word) else { continue }
      let end = place + word.utf8CodeUnitCount
      let isWhole =
        (place == value.startIndex || !Byte.isAlphanumeric(value[place - 1])) && (end == value.endIndex || !Byte.isAlphanumeric(value[end]))
      // Chance writes three letters between two hyphens of a token.
      if isWhole && value.count < 40 && !(word.utf8CodeUnitCount == 3 && profile.isRandom) || profile.isWordy { return true }
    }
    return false
  }

  /// `xxxxx`, `XXXXX`, `***`: of one case, as hands write it.
  private static func hasRun(_ value: ArraySlice<UInt8>, _ profile: Profile) -> Bool {
    for run: StaticString in ["***", "...", "-----", "00000000", "…"] where value.containsFolded(run) { return true }
    for x in "xX".utf8 where value.indices.contains(where: { value[$0...].prefix(5).count == 5 && value[$0...].prefix(5).allSatisfy { $0 == x } }) {
      return !profile.isLongRandom
    }
    return false
  }

  /// For values that may be words: nothing but words for a secret, or one that says that another value belongs there.
  static func isStandIn(_ value: ArraySlice<UInt8>, _ profile: Profile) -> Bool {
    guard let first = value.first, let last = value.last else { return true }
    if profile.letters == 0 && profile.digits == 0 || profile.isTrivial || isReference(value) || isName(value) { return true }
    if first == UInt8(ascii: "$"), value.dropFirst().allSatisfy({ Byte.isAlphanumeric($0) || $0 == 0x5F }) { return true }
    if first == UInt8(ascii: "<") || first == UInt8(ascii: "[") && last == UInt8(ascii: "]") { return true }
    if hasRun(value, profile) { return true }
    for word: StaticString in ["example", "changeme", "change_me", "change-me", "changeit", "placeholder", "redacted", "not-a-real", "notreal"]
    where value.containsFolded(word) {
      return true
    }
    let words = Phrase.words(value)
    if words.contains(where: insteads.contains) { return true }
    return !words.isEmpty && words.allSatisfy(standsForSecret)
  }

  /// Whether a word means a secret, or nothing of its own beside such words.
  static func standsForSecret(_ word: String) -> Bool {
    subjects.contains(word) || secretParts.contains(where: word.contains)
  }

  private static let secretParts = ["passw", "passphrase", "secret", "token"]

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

  private static let insteads: Set<String> = ["your", "dummy", "sample", "fake", "todo", "fixme", "replace", "insert", "lorem", "foobar", "xxx"]
  private static let subjects: Set<String> = [
    "a", "api", "binance", "bot", "cleartext", "credential", "credentials", "db", "default", "demo", "false", "for", "here", "kennwort", "key",
    "live", "mock", "my", "new", "nil", "none", "null", "of", "old", "openai", "optional", "passcode", "passwd", "plaintext", "pwd", "real", "redis",
    "required", "some", "str", "string", "supervisor", "telegram", "test", "text", "the", "true", "undefined", "unset", "user", "value",
  ]

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
