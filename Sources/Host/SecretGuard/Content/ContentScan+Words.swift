/// Secrets that people make up: passphrases of words, which no entropy tells from a text.
extension ContentScan {
  /// Looks at a value that nothing else was found in.
  mutating func words(_ literal: Literal, _ name: KeyName, of nameRange: Range<Int>) {
    guard !literal.isInterpolated, !literal.isArgument, !closesName(literal, nameRange) else { return }
    var text = trimmed(literal.text[...])
    if literal.isJoined { text = text.filter { $0 != Byte.newline && $0 != 0x0D }[...] }
    guard text.count <= 1024, !isHarmless(text, nameRange), !isPath(text) else { return }
    let profile = Profile(text)
    guard !Placeholder.isStandIn(text, profile) else { return }
    if let own = OwnName(bytes[nameRange]) {
      guard own.canBe(text), isWritten(literal, nameRange) else { return }
      add(own == .passphrase ? .assignedPassword : .assignedSecret, literal.range, text)
      return
    }
    guard name == .password, kind != .lock, literal.isQuoted || kind == .environment, KeyName.endsAsPassword(bytes[nameRange]), !isLabel(nameRange),
      isPassphrase(text, profile, isElement: kind == .markup && !Byte.isQuote(bytes[literal.range.lowerBound - 1]))
    else { return }
    add(.assignedPassword, literal.range, text)
  }

  /// `"NAME=" + value`: what looks like the value's quote ends the name's.
  private func closesName(_ literal: Literal, _ name: Range<Int>) -> Bool {
    guard literal.isQuoted, name.lowerBound > 0, Byte.isQuote(bytes[name.lowerBound - 1]) else { return false }
    var quote = name.upperBound + 1
    if quote < bytes.count, bytes[quote] == Byte.backslash { quote += 1 }
    return quote == literal.range.lowerBound - 1 && bytes[quote] == bytes[name.lowerBound - 1] && bytes[name.upperBound] == UInt8(ascii: "=")
  }

  /// Whether it stands there as the name's value, and is no expression and no sentence about the name.
  private func isWritten(_ literal: Literal, _ name: Range<Int>) -> Bool {
    // `${NAME:?it is missing}`
    if name.lowerBound > 1, bytes.has("${", at: name.lowerBound - 2) { return false }
    if literal.isQuoted { return true }
    let isSet = name.upperBound < bytes.count && bytes[name.upperBound] == UInt8(ascii: "=")
    switch kind {
    case .environment: return true
    case .configuration: return isSet || !isComment(name)
    case .prose, .markup: return isSet
    case .code, .lock: return false
    }
  }

  private func isComment(_ name: Range<Int>) -> Bool {
    let first = reader.skipBlanks(reader.lineStart(name.lowerBound))
    return bytes[first] == UInt8(ascii: "#") || bytes[first] == UInt8(ascii: ";") || bytes.has("//", at: first)
  }

  /// `case password = "…"`, `case .password: "…"`: the value is a word for the name.
  private func isLabel(_ name: Range<Int>) -> Bool {
    kind == .code && bytes.has("case ", at: reader.skipBlanks(reader.lineStart(name.lowerBound)))
  }

  private func isPath(_ text: ArraySlice<UInt8>) -> Bool {
    guard let slash = text.dropFirst().firstIndex(of: UInt8(ascii: "/")) else { return false }
    return text.first == UInt8(ascii: "/") || text[..<slash].contains(where: { Byte.isLetter($0) }) && !text.contains(0x20)
  }

  /// `hunter2!`, `violet-otter-9`, `"violet otter sings"`: words that are no sentence and stand for nothing.
  ///
  /// - Parameter isElement: stands between tags, as texts for people do.
  private func isPassphrase(_ text: ArraySlice<UInt8>, _ profile: Profile, isElement: Bool) -> Bool {
    guard (6...128).contains(text.count), text.allSatisfy({ 0x20...0x7E ~= $0 }), let first = text.first, !"#.:~@".utf8.contains(first) else {
      return false
    }
    guard profile.letters >= 3, profile.distinct >= 5, !isTime(profile) else { return false }
    let words = Phrase.words(text)
    if words.allSatisfy({ Phrase.ofForms.contains($0) || Placeholder.standsForSecret($0) }) { return false }
    let isSpaced = text.contains(0x20)
    if isSpaced, Phrase.isSentence(text) { return false }
    if profile.digits > 0 { return true }
    // Two words, or words between dots and underscores, are names of things.
    let parts = text.split(separator: isSpaced ? 0x20 : 0x2D)
    guard parts.count >= 3, !(isSpaced && isElement), parts.allSatisfy({ $0.count >= 3 && $0.allSatisfy(Byte.isLetter) }) else { return false }
    return !words.contains { Phrase.ofForms.contains($0) || Placeholder.standsForSecret($0) }
  }
}
