/// A value as a program would see it: quotes and escapes undone, pieces joined.
struct Literal {
  var text: [UInt8] = []
  /// From the first byte of the value to behind its last.
  var range: Range<Int>
  var isQuoted = false
  /// More than one piece: `"abc" + "def"`, a line that goes on, a folded scalar.
  var isJoined = false
  /// Part of it comes from elsewhere: `\(name)`, `${name}`.
  var isInterpolated = false
  /// An expression or a sentence goes on behind it.
  var goesOn = false
  /// Stands in a call that the value is assigned from: `Data("…")`.
  var isArgument = false
}

/// Reads values of no language in particular.
struct LiteralReader {
  let bytes: [UInt8]
  let kind: FileKind

  /// Longer values are cut.
  private static let mostBytes = 16_384
  private static let mostLines = 64

  /// The value that begins at `start`, or on the next line if nothing follows there.
  ///
  /// - Parameter name: where the name begins; a folded value is indented deeper than its line.
  func literal(at start: Int, name: Int) -> Literal? {
    var place = skipBlanks(start)
    guard place < bytes.count else { return nil }
    if bytes[place] == UInt8(ascii: "|") || bytes[place] == UInt8(ascii: ">"), let folded = folded(place, name) { return folded }
    let isOnNextLine = endsLine(place)
    if isOnNextLine {
      guard let following = followingLine(place, name) else { return nil }
      place = following
    }
    if bytes[place] == UInt8(ascii: "(") { place = skipSpaces(place + 1) }
    guard place < bytes.count else { return nil }
    if let opening = opening(at: place) { return quoted(opening) }
    if let inner = call(at: place) { return inner }
    guard !isOnNextLine || kind == .configuration else { return nil }
    return plain(at: place)
  }

  /// What a quoted text that is open at `start` comes to.
  func rest(from start: Int, quote: UInt8) -> Literal? { quoted(Opening(content: start, quote: quote, backslashes: 0, isTriple: false)) }

  /// A quoted value and nothing else.
  func quotedLiteral(at start: Int) -> Literal? { opening(at: start).flatMap(quoted) }

  // MARK: - Quoted

  private struct Opening {
    var content: Int
    var quote: UInt8
    /// In front of both quotes: JSON in a string.
    var backslashes: Int
    var isTriple: Bool
  }

  /// A quote, with the letters that some languages put before it.
  private func opening(at start: Int) -> Opening? {
    var place = start
    while place < bytes.count, place - start < 3, "bBrRfFuUL@$#".utf8.contains(bytes[place]) { place += 1 }
    var backslashes = 0
    while place < bytes.count, bytes[place] == Byte.backslash, backslashes < 7 {
      place += 1
      backslashes += 1
    }
    guard place < bytes.count, Byte.isQuote(bytes[place]) else { return nil }
    let quote = bytes[place]
    if backslashes == 0, place + 2 < bytes.count, bytes[place + 1] == quote, bytes[place + 2] == quote, quote != 0x60 {
      return Opening(content: place + 3, quote: quote, backslashes: 0, isTriple: true)
    }
    return Opening(content: place + 1, quote: quote, backslashes: backslashes, isTriple: false)
  }

  private func quoted(_ opening: Opening) -> Literal? {
    var result = Literal(range: opening.content..<opening.content, isQuoted: true)
    guard var end = piece(opening, into: &result) else { return nil }
    result.range = opening.content..<(end - opening.backslashes)
    var pieces = 1
    while pieces < Self.mostLines, let next = continuation(behind: end + (opening.isTriple ? 3 : 1)) {
      guard let closing = piece(next, into: &result) else { break }
      (end, pieces) = (closing, pieces + 1)
      result.range = result.range.lowerBound..<closing
      result.isJoined = true
    }
    return result
  }

  /// Appends what stands between two quotes; where the closing one is, or nil.
  private func piece(_ opening: Opening, into result: inout Literal) -> Int? {
    var place = opening.content
    var lines = 0
    let mayBreak = opening.isTriple || opening.quote == 0x60 || kind == .configuration || kind == .environment
    while place < bytes.count, place - opening.content < Self.mostBytes {
      let byte = bytes[place]
      if opening.backslashes > 0 {
        if isClosing(place, opening) { return place + opening.backslashes }
        if byte == Byte.newline { return nil }
      } else if byte == opening.quote {
        if !opening.isTriple { return place }
        if place + 2 < bytes.count, bytes[place + 1] == byte, bytes[place + 2] == byte { return place }
      } else if byte == Byte.backslash, place + 1 < bytes.count {
        place = escape(place, into: &result)
        continue
      } else if byte == Byte.newline {
        lines += 1
        guard mayBreak, lines < Self.mostLines else { return nil }
        result.isJoined = true
        place = skipBlanks(place + 1)
        continue
      }
      if byte == UInt8(ascii: "{"), place > 0, "$#{".utf8.contains(bytes[place - 1]) { result.isInterpolated = true }
      if byte != 0x0D { result.text.append(byte) }
      place += 1
    }
    return nil
  }

  private func isClosing(_ place: Int, _ opening: Opening) -> Bool {
    let quote = place + opening.backslashes
    return quote < bytes.count && bytes[quote] == opening.quote && bytes[place..<quote].allSatisfy { $0 == Byte.backslash }
  }

  /// Undoes one escape; where what follows begins.
  private func escape(_ place: Int, into result: inout Literal) -> Int {
    let next = bytes[place + 1]
    switch next {
    case Byte.newline, 0x0D:
      result.isJoined = true
      return skipBlanks(place + (next == 0x0D && place + 2 < bytes.count && bytes[place + 2] == Byte.newline ? 3 : 2))
    case UInt8(ascii: "n"): result.text.append(Byte.newline)
    case UInt8(ascii: "t"): result.text.append(0x09)
    case UInt8(ascii: "r"): break
    case UInt8(ascii: "("): result.isInterpolated = true
    case UInt8(ascii: "x"), UInt8(ascii: "u"):
      let digits = next == UInt8(ascii: "x") ? 2 : 4
      let text = bytes[min(place + 2, bytes.count)..<min(place + 2 + digits, bytes.count)]
      guard text.count == digits, let code = UInt8(String(decoding: text, as: UTF8.self), radix: 16) else { return place + 2 }
      result.text.append(code)
      return place + 2 + digits
    default: result.text.append(next)
    }
    return place + 2
  }

  /// The next piece of a text that goes on: `+`, `.`, `..`, `&`, `<>`, a line that goes on, or nothing at all between them.
  private func continuation(behind end: Int) -> Opening? {
    var place = skipSpacesAndContinuations(end)
    if place < bytes.count {
      if bytes.has("..", at: place) || bytes.has("<>", at: place) {
        place += 2
      } else if "+.&".utf8.contains(bytes[place]) {
        place += 1
      } else if place == end {
        return nil
      }
    }
    place = skipSpacesAndContinuations(place)
    return opening(at: place)
  }

  // MARK: - Plain

  /// `Data("…")`, `new Key('…')`: the text that something is made from.
  private func call(at start: Int) -> Literal? {
    var place = start
    while place < bytes.count, place - start < 80, Byte.isName(bytes[place]) || bytes[place] == 0x20 && bytes.has("new ", at: place - 3) {
      place += 1
    }
    guard place > start, place < bytes.count, bytes[place] == UInt8(ascii: "("), Byte.isLetter(bytes[start]) || bytes[start] == 0x5F else {
      return nil
    }
    guard let opening = opening(at: skipSpaces(place + 1)), var value = quoted(opening) else { return nil }
    value.isArgument = true
    return value
  }

  private func plain(at start: Int) -> Literal? {
    var result = Literal(range: start..<start)
    var place = start
    var lines = 0
    while place < bytes.count, place - start < Self.mostBytes {
      let byte = bytes[place]
      if byte == Byte.backslash {
        let next = place + 1 < bytes.count ? bytes[place + 1] : 0
        guard next == Byte.newline || next == 0x0D, lines < Self.mostLines else { break }
        lines += 1
        result.isJoined = true
        place = skipBlanks(place + (next == 0x0D ? 3 : 2))
        continue
      }
      if byte <= 0x20 || byte == 0x7F { break }
      if kind != .environment, ",;()[]{}<>\"'`&|".utf8.contains(byte), place > start || byte != UInt8(ascii: "<") && byte != UInt8(ascii: "{") {
        break
      }
      result.text.append(byte)
      place += 1
    }
    guard place > start, !result.text.isEmpty else { return nil }
    result.range = start..<place
    result.isInterpolated = result.text.first == UInt8(ascii: "{") || result.text.contains { $0 == UInt8(ascii: "$") } && bytes.has("{", at: place)
    if place < bytes.count {
      if "([".utf8.contains(bytes[place]) { result.goesOn = true }
      let next = skipBlanks(place)
      if next > place, next < bytes.count, kind != .environment, Byte.isLetter(bytes[next]) || bytes[next] == UInt8(ascii: "+") {
        result.goesOn = true
      }
    }
    return result
  }

  /// YAML's `|` and `>`: the lines that are indented deeper than the name's.
  private func folded(_ start: Int, _ name: Int) -> Literal? {
    var place = start + 1
    while place < bytes.count, "+-123456789".utf8.contains(bytes[place]) { place += 1 }
    place = skipBlanks(place)
    guard endsLine(place) else { return nil }
    place = nextLine(place)
    let depth = indentation(of: lineStart(name))
    var result = Literal(range: place..<place)
    result.isJoined = true
    var lines = 0
    while place < bytes.count, lines < Self.mostLines {
      let first = skipBlanks(place)
      if !endsLine(first) {
        guard indentation(of: place) > depth else { break }
        if result.text.isEmpty { result.range = first..<first }
        var end = first
        while end < bytes.count, !endsLine(end) { end += 1 }
        result.text += bytes[first..<end]
        result.range = result.range.lowerBound..<end
      }
      place = nextLine(place)
      lines += 1
    }
    return result.text.isEmpty ? nil : result
  }

  // MARK: - Places

  func skipBlanks(_ start: Int) -> Int {
    var place = start
    while place < bytes.count, Byte.isBlank(bytes[place]) { place += 1 }
    return place
  }

  func skipSpaces(_ start: Int) -> Int {
    var place = start
    while place < bytes.count, Byte.isSpace(bytes[place]) { place += 1 }
    return place
  }

  private func skipSpacesAndContinuations(_ start: Int) -> Int {
    var place = start
    while place < bytes.count, place - start < 512 {
      if Byte.isSpace(bytes[place]) {
        place += 1
      } else if bytes[place] == Byte.backslash, endsLine(place + 1), place + 1 < bytes.count {
        place += 2
      } else {
        break
      }
    }
    return place
  }

  private func endsLine(_ place: Int) -> Bool {
    place >= bytes.count || bytes[place] == Byte.newline || bytes[place] == 0x0D
      || bytes[place] == Byte.backslash && place + 1 < bytes.count
        && (bytes[place + 1] == Byte.newline || bytes[place + 1] == 0x0D)
  }

  /// The first byte of the next line that has any, unless it is less indented than the name's line.
  private func followingLine(_ place: Int, _ name: Int) -> Int? {
    let line = nextLine(place)
    let first = skipBlanks(line)
    guard first < bytes.count, !endsLine(first) else { return nil }
    let isDeeper = indentation(of: line) > indentation(of: lineStart(name))
    return isDeeper || Byte.isQuote(bytes[first]) ? first : nil
  }

  private func nextLine(_ start: Int) -> Int {
    var place = start
    while place < bytes.count, bytes[place] != Byte.newline { place += 1 }
    return min(place + 1, bytes.count)
  }

  func lineStart(_ position: Int) -> Int {
    var place = position
    // A minified file's one line is no indentation of anything.
    while place > 0, position - place < 4096, bytes[place - 1] != Byte.newline { place -= 1 }
    return place
  }

  private func indentation(of line: Int) -> Int { skipBlanks(line) - line }
}
