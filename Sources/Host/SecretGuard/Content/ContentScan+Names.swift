/// Values of names: `API_KEY=…`, `"token": "…"`, `X-API-TOKEN: …`, `<password>…`, `setenv("SECRET", "…")`.
extension ContentScan {
  private enum Relation {
    /// `=`, `:`, a tag.
    case assigned
    /// A call, a pair, a comparison: the value may be anything else.
    case beside
  }

  private enum Demand {
    /// Stands there as a value.
    case plausible
    /// The same, and long.
    case long
    /// Could be an expression.
    case random
  }

  /// Looks at the name around a trigger word; where it ends.
  mutating func name(around hit: Range<Int>) -> Int {
    var (start, end) = (hit.lowerBound, hit.upperBound)
    while start > 0, hit.lowerBound - start < 96, Byte.isName(bytes[start - 1]) { start -= 1 }
    while end < bytes.count, end - hit.upperBound < 96, Byte.isName(bytes[end]) { end += 1 }
    // `\nAPI_KEY` in a string.
    if start > 0, bytes[start - 1] == Byte.backslash, "nrt".utf8.contains(bytes[start]) { start += 1 }
    guard start < end else { return end }
    var nameStart = start
    // `API key: …`
    if bytes[start..<end].count == 3, bytes[start..<end].containsFolded("key") { nameStart = previousWord(start) }
    let name = KeyName(bytes[nameStart..<end])
    guard name != .none else { return end }
    secretNames.append(nameStart..<end)
    guard let (literal, relation) = value(behind: end, from: nameStart) else { return end }
    let count = leaks.count
    judge(literal, as: name, of: nameStart..<end, relation)
    if leaks.count == count, relation == .assigned { words(literal, name, of: nameStart..<end) }
    return end
  }

  private func previousWord(_ start: Int) -> Int {
    guard start > 1, bytes[start - 1] == 0x20, Byte.isLetter(bytes[start - 2]) else { return start }
    var place = start - 1
    while place > 0, start - place < 24, Byte.isLetter(bytes[place - 1]) { place -= 1 }
    return place
  }

  // MARK: - From a name to its value

  private func value(behind end: Int, from name: Int) -> (Literal, Relation)? {
    var place = end
    // The quote that closes the name, and what closes a subscript or a call around it.
    while place < bytes.count, place - end < 8, bytes[place] == Byte.backslash { place += 1 }
    if place < bytes.count, Byte.isQuote(bytes[place]) { place += 1 }
    let behindQuote = place
    while place < bytes.count, place - behindQuote < 3, bytes[place] == UInt8(ascii: "]") || bytes[place] == UInt8(ascii: ")") { place += 1 }
    // char token[64] =
    if place < bytes.count, bytes[place] == UInt8(ascii: "[") {
      var closing = place + 1
      while closing < bytes.count, closing - place < 12, Byte.isAlphanumeric(bytes[closing]) || bytes[closing] == 0x5F { closing += 1 }
      if bytes.has("]", at: closing) { place = closing + 1 }
    }
    if let sibling = sibling(behind: behindQuote, name) { return (sibling, .assigned) }
    if let element = element(behind: behindQuote, name) { return (element, .assigned) }
    place = reader.skipBlanks(place)
    guard place < bytes.count else { return nil }
    for text: StaticString in ["===", "==", "!=", "??", "||", "or ", ",", "("] where bytes.has(text, at: place) && !bytes.has("||=", at: place) {
      // "A kind of token", "…" is a table of words: the whole of a text is a name.
      if bytes[place] == UInt8(ascii: ","), name == 0 || !Byte.isQuote(bytes[name - 1]) { return nil }
      return besides(place + text.utf8CodeUnitCount)
    }
    if bytes[place] == UInt8(ascii: "="), let unit = quotedAssignment(place + 1, name) { return (unit, .assigned) }
    for text: StaticString in ["::=", "??=", "||=", "=>", ":=", "?=", "+=", "="] where bytes.has(text, at: place) {
      return reader.literal(at: place + text.utf8CodeUnitCount, name: name).map { ($0, .assigned) }
    }
    if bytes[place] == UInt8(ascii: ":") {
      guard !bytes.has("::", at: place) else { return nil }
      let start = annotated(place + 1) ?? place + 1
      return reader.literal(at: start, name: name).map { ($0, .assigned) }
    }
    if let define = spaced(place, end, name) { return (define, .assigned) }
    return nil
  }

  /// `Environment="NAME=two words"` of a unit file, `["NAME=two words"]` of a program: the quotes are around both.
  private func quotedAssignment(_ start: Int, _ name: Int) -> Literal? {
    guard name > 0, Byte.isQuote(bytes[name - 1]),
      OwnName(bytes[name..<(start - 1)]) != nil || bytes[reader.lineStart(name)..<name].containsFolded("environment=")
    else { return nil }
    var close = start
    while close < bytes.count, close - start < 4096, bytes[close] != bytes[name - 1], bytes[close] != Byte.newline { close += 1 }
    guard close < bytes.count, bytes[close] == bytes[name - 1] else { return nil }
    // In a string of a program the quote has a backslash before it.
    if close > start, bytes[close - 1] == Byte.backslash { close -= 1 }
    guard close > start else { return nil }
    return Literal(text: Array(bytes[start..<close]), range: start..<close, isQuoted: true)
  }

  private func besides(_ start: Int) -> (Literal, Relation)? { reader.quotedLiteral(at: reader.skipSpaces(start)).map { ($0, .beside) } }

  /// `token: String = …`: behind the type.
  private func annotated(_ start: Int) -> Int? {
    var place = reader.skipBlanks(start)
    guard place < bytes.count, Byte.isLetter(bytes[place]) || bytes[place] == UInt8(ascii: "[") || bytes[place] == UInt8(ascii: "&") else {
      return nil
    }
    let first = place
    while place < bytes.count, place - first < 60, Byte.isName(bytes[place]) || "<>[]?!*&|, ':".utf8.contains(bytes[place]) { place += 1 }
    guard bytes.has("=", at: place), !bytes.has("==", at: place), !bytes.has("=>", at: place) else { return nil }
    // YAML: `token: abc=` is a value with padding.
    guard bytes[place - 1] == 0x20 || place + 1 < bytes.count && Byte.isQuote(bytes[place + 1]) else { return nil }
    return place + 1
  }

  /// `#define KEY "…"`, `ENV KEY …`, `--token …`, `Bearer …`, `password …` of .netrc.
  private func spaced(_ place: Int, _ end: Int, _ name: Int) -> Literal? {
    guard place > end else { return nil }
    let line = reader.lineStart(name)
    let front = bytes[line..<name]
    let isDefinition = ["define ", "env ", "arg ", "setx ", "set "].contains { (word: StaticString) in front.containsFolded(word) }
    let isOption = bytes[name..<end].hasPrefix("--") || name > 1 && bytes.has("--", at: name - 2)
    guard isDefinition || isOption || kind == .environment || bytes[name..<end].containsFolded("bearer") else { return nil }
    return reader.literal(at: place, name: name)
  }

  /// `- name: API_KEY` and `value: …` on the next line; `key="ApiKey" value="…"`; `"name": "API_KEY", "value": "…"`.
  private func sibling(behind end: Int, _ name: Int) -> Literal? {
    var place = end
    while place < bytes.count, place - end < 120, Byte.isSpace(bytes[place]) || bytes[place] == UInt8(ascii: ",") { place += 1 }
    guard place > end, place < bytes.count else { return nil }
    if Byte.isQuote(bytes[place]) { place += 1 }
    let start = place
    while place < bytes.count, place - start < 16, Byte.isLetter(bytes[place]) { place += 1 }
    let word = bytes[start..<place]
    guard [5, 3, 7].contains(word.count), ["value", "val", "default", "content"].contains(String(decoding: word.map(Byte.lower), as: UTF8.self))
    else { return nil }
    if place < bytes.count, Byte.isQuote(bytes[place]) { place += 1 }
    place = reader.skipBlanks(place)
    guard place < bytes.count, bytes[place] == UInt8(ascii: ":") || bytes[place] == UInt8(ascii: "=") else { return nil }
    return reader.literal(at: place + 1, name: start)
  }

  /// `<apiKey>…</apiKey>`, `<string name="api_key">…`, `<key>ApiKey</key><string>…`.
  private func element(behind end: Int, _ name: Int) -> Literal? {
    guard kind != .code else { return nil }
    var place = end
    if bytes.has("</", at: place) {
      while place < bytes.count, place - end < 40, bytes[place] != UInt8(ascii: ">") { place += 1 }
      place = reader.skipSpaces(place + 1)
      guard bytes.has("<string>", at: place) else { return nil }
      place += 7
    }
    guard place < bytes.count, bytes[place] == UInt8(ascii: ">"), name > 0,
      bytes[name - 1] == UInt8(ascii: "<") || Byte.isQuote(bytes[name - 1]) || bytes[name - 1] == UInt8(ascii: ">")
    else { return nil }
    let start = reader.skipSpaces(place + 1)
    var close = start
    while close < bytes.count, close - start < 4096, bytes[close] != UInt8(ascii: "<") { close += 1 }
    guard close < bytes.count, close > start else { return nil }
    var text = Array(bytes[start..<close])
    while let last = text.last, Byte.isSpace(last) { text.removeLast() }
    return text.isEmpty ? nil : Literal(text: text, range: start..<(start + text.count), isQuoted: true)
  }

  // MARK: - From a value to a verdict

  private mutating func judge(_ literal: Literal, as name: KeyName, of nameRange: Range<Int>, _ relation: Relation) {
    if literal.isJoined { again(literal) }
    guard !literal.isInterpolated else { return }
    if name == .seedPhrase {
      if literal.isQuoted || kind == .environment || kind == .configuration { seedPhrase(literal) }
      return
    }
    var text = trimmed(literal.text[...])
    let scheme = authorization(text)
    text = scheme.value
    // A folded value has no line ends of its own; one with spaces is prose.
    if literal.isJoined { text = text.filter { $0 != Byte.newline && $0 != 0x0D }[...] }
    if name == .password, literal.isQuoted, !literal.isJoined, relation == .assigned, isSpacedPassword(text), !isHarmless(text, nameRange) {
      add(.assignedPassword, literal.range, text)
      return
    }
    guard !text.contains(where: { Byte.isSpace($0) }), !isHarmless(text, nameRange) else { return }
    if scheme.isBasic {
      basic(text, literal)
      return
    }
    let demand = demand(literal, relation)
    let profile = Profile(text)
    if name == .password {
      guard isPassword(text, profile, demand) else { return }
      add(.assignedPassword, literal.range, text)
      return
    }
    guard !Placeholder.isOne(text, profile) else { return }
    let hexFree = text.hasPrefix("0x") ? Profile(text.dropFirst(2)) : profile
    let isSecret =
      switch demand {
      case .plausible: hexFree.isPlausible
      case .long: hexFree.isPlausible && hexFree.length >= 16 && !hexFree.isCamelCase
      case .random: hexFree.isRandom
      }
    guard isSecret, !isTime(profile) else { return }
    let isExchange = hexFree.length >= 60 && hexFree.symbols == 0 && hexFree.lowers > 0 && hexFree.uppers > 0
    add(isExchange ? .exchangeKey : .assignedSecret, literal.range, text)
  }

  private func demand(_ literal: Literal, _ relation: Relation) -> Demand {
    if literal.goesOn || literal.isArgument { return .random }
    if relation == .beside { return .long }
    if literal.isQuoted { return .plausible }
    switch kind {
    case .environment, .configuration: return .plausible
    case .prose, .markup: return .long
    case .code, .lock: return .random
    }
  }

  private func isPassword(_ text: ArraySlice<UInt8>, _ profile: Profile, _ demand: Demand) -> Bool {
    let classes = [profile.lowers, profile.uppers, profile.digits, profile.symbols].count { $0 > 0 }
    guard !Placeholder.isOne(text, profile, words: classes >= 3 && profile.length >= 8 ? .standIns : .all) else { return false }
    switch demand {
    case .random: return profile.isRandom
    case .long: return profile.isPlausible
    case .plausible: break
    }
    guard profile.length >= 6, profile.letters >= 1, profile.distinct >= 5, !isTime(profile) else { return false }
    if "/.~:".utf8.contains(text[text.startIndex]) || text.hasPrefix("#") && profile.digits == 0 { return false }
    if profile.digits > 0 { return !(profile.symbols > 0 && profile.isWordy && profile.length < 20) || classes >= 4 }
    let marks = text.count { "!@$%^&*+=?~#".utf8.contains($0) }
    return profile.length >= 8 && marks > 0 && classes >= 2 && text.last != UInt8(ascii: "?")
      || profile.length >= 12 && profile.lowers > 2 && profile.uppers > 2 && !profile.isWordy
  }

  /// `"x9 Kq!7 zP"`: of several words, and none of them is one. Prose has a word without a digit or a mark inside somewhere.
  private func isSpacedPassword(_ text: ArraySlice<UInt8>) -> Bool {
    let words = text.split(separator: 0x20)
    guard (2...8).contains(words.count), (8...80).contains(text.count) else { return false }
    let profile = Profile(text)
    guard profile.lowers > 0, profile.uppers > 0, profile.digits > 0 else { return false }
    return words.allSatisfy { word in
      let inner = word.dropFirst().dropLast()
      let classes = [
        word.contains(where: Byte.isLower), word.dropFirst().contains { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 },
        word.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }, inner.contains { !Byte.isAlphanumeric($0) },
      ].count { $0 }
      return classes >= 2 && word.allSatisfy { 0x21...0x7E ~= $0 }
    }
  }

  /// Digests, public keys, addresses, paths, moments, UUIDs: not secrets under any name.
  func isHarmless(_ text: ArraySlice<UInt8>, _ name: Range<Int>) -> Bool {
    for prefix: StaticString in [
      "sha1:", "sha1-", "sha256:", "sha256-", "sha384-", "sha512:", "sha512-", "md5:", "h1:", "ssh-", "ecdsa-", "AAAAB3Nza", "AAAAC3Nza", "AAAAE2Vj",
      "data:",
      "-----", "./", "../", "~/", "arn:", "<",
    ] where text.hasPrefix(prefix) { return true }
    if text.contains(UInt8(ascii: ":")), text.containsFolded("://") { return true }
    if text.count == 36, isUUID(text) { return !bytes[name].containsFolded("heroku") }
    if Placeholder.isReference(text) { return true }
    let pairs: [StaticString] = ["${", "$(", "#{", "{{", "%s", "%d", "%@", "{}", "<<", "\\("]
    if pairs.contains(where: { text.containsFolded($0) }) { return true }
    return quiet.contains { $0.overlaps(name) }
  }

  func isUUID(_ text: ArraySlice<UInt8>) -> Bool {
    text.enumerated().allSatisfy { index, byte in [8, 13, 18, 23].contains(index) ? byte == 0x2D : Byte.isHex(byte) }
  }

  /// `2026-01-02T03:04:05Z`, `1.2.3-rc4`, an address with its port.
  func isTime(_ profile: Profile) -> Bool { profile.letters <= 3 && profile.symbols >= 2 && profile.digitGroups >= 2 }

  func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, Byte.isSpace(first) { text = text.dropFirst() }
    while let last = text.last, Byte.isSpace(last) || last == UInt8(ascii: ";") || last == UInt8(ascii: ",") { text = text.dropLast() }
    return text
  }

  private func authorization(_ text: ArraySlice<UInt8>) -> (value: ArraySlice<UInt8>, isBasic: Bool) {
    for word: StaticString in ["bearer ", "token ", "apikey ", "key ", "basic "] where text.count > word.utf8CodeUnitCount {
      let count = word.utf8CodeUnitCount
      if text.prefix(count).containsFolded(word) { return (trimmed(text.dropFirst(count)), word.utf8Start[1] == UInt8(ascii: "a") && count == 6) }
    }
    return (text, false)
  }

  /// `Basic` and base64 of `user:password`.
  private mutating func basic(_ text: ArraySlice<UInt8>, _ literal: Literal) {
    guard let decoded = Base64Text.decode(text), let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else { return }
    let password = decoded[(colon + 1)...]
    guard password.count >= 4, !Placeholder.isOne(password, Profile(password)) else { return }
    add(.encodedSecret, literal.range, text, what: "a name and password in base64")
  }

  private mutating func seedPhrase(_ literal: Literal) {
    let words = literal.text.split(whereSeparator: { Byte.isSpace($0) })
    guard [12, 15, 18, 21, 24].contains(words.count), Set(words).count > 6 else { return }
    guard words.allSatisfy({ (3...8).contains($0.count) && $0.allSatisfy { Byte.isLower($0) } }) else { return }
    add(.seedPhrase, literal.range, literal.text)
  }

  /// Looks again at a text whose pieces are now together.
  private mutating func again(_ literal: Literal) {
    guard !isInner, literal.text.count >= 16 else { return }
    let text = literal.text.filter { !Byte.isSpace($0) }
    for candidate in [literal.text, text] {
      if let leak = ContentScan.leaks(in: candidate, kind: .code, isInner: true).first {
        add(leak.rule, literal.range, leak.value, what: leak.what)
        return
      }
    }
    if let inner = Base64Text.decode(text[...]) { decoded(inner, literal.range) }
  }
}
