import Glibc

/// What a string is made of: enough to tell a random one from words, numbers and digests.
struct Profile {
  private(set) var length = 0
  private(set) var lowers = 0
  private(set) var uppers = 0
  private(set) var digits = 0
  /// Digits in a row count once.
  private(set) var digitGroups = 0
  private(set) var symbols = 0
  private(set) var distinct = 0
  /// Pairs of neighbours where the second is the first plus one, or equal to it.
  private(set) var steps = 0
  /// Parts between `_`, `-`, `/` that are each of one kind, as those of a symbol or a path are: `PKCS12_key_gen_uni_ex`.
  private(set) var isCompound = false
  /// Letters that belong to what could be a word of a language or of a program.
  private(set) var wordLetters = 0
  /// Letters of pieces long enough for words, whatever they spell: `xmlSecNssAppKeysMngr`.
  private(set) var pieceLetters = 0
  private(set) var isHex = true
  /// Shannon entropy in bits per character.
  private(set) var entropy = 0.0

  var letters: Int { lowers + uppers }

  /// - Parameter text: what is behind its first 512 bytes changes nothing.
  init(_ text: some RandomAccessCollection<UInt8>) {
    let bytes = Array(text.prefix(512))
    length = bytes.count
    guard length > 0 else { return }
    var counts = [Int](repeating: 0, count: 256)
    var previous: UInt8 = 0
    for (index, byte) in bytes.enumerated() {
      if counts[Int(byte)] == 0 { distinct += 1 }
      counts[Int(byte)] += 1
      if Byte.isDigit(byte) {
        digits += 1
        if !Byte.isDigit(previous) { digitGroups += 1 }
      } else if Byte.isLower(byte) {
        lowers += 1
      } else if Byte.isUpper(byte) {
        uppers += 1
      } else {
        symbols += 1
      }
      if !Byte.isHex(byte) { isHex = false }
      if index > 0, byte == previous &+ 1 || byte == previous { steps += 1 }
      previous = byte
    }
    for count in counts where count > 0 {
      let share = Double(count) / Double(length)
      entropy -= share * log2(share)
    }
    (wordLetters, pieceLetters) = Self.wordLetters(bytes)
    isCompound = Self.isCompound(bytes)
  }

  /// Words of a person or a program, with few digits among them: `my-service-token-v2`, `SecondRoundTrip`.
  var isWordy: Bool {
    guard letters > 0 else { return false }
    if wordLetters * 100 >= (letters + digits) * 72 && digits * 100 < length * 12 { return true }
    // Three letters among thirty digits are no word.
    return wordLetters * 100 >= letters * 85 && digitGroups <= 2 && letters * 4 >= digits
  }

  /// Camel case of any words: chance seldom puts each capital before two small letters. One in a thousand keys of 24
  /// characters looks so, so it counts only for what is not plainly a value.
  var isCamelCase: Bool {
    uppers > 1 && lowers > uppers && digits * 100 < length * 12 && pieceLetters * 100 >= (letters + digits) * 88 && wordLetters * 3 >= letters
  }

  /// Nothing but words: what only looks like a key with a prefix.
  var isAllWords: Bool { wordLetters * 100 >= (letters + digits) * 85 && digitGroups <= 1 }

  /// `0123456789abcdef`, `aaaaaaaa`, `xxxx-xxxx`: made by hand.
  var isTrivial: Bool { length > 1 && (distinct <= 4 || steps * 2 >= length - 1) }

  /// Made by a machine, for sure: what stands anywhere, and not as the value of a secret's name.
  var isRandom: Bool {
    guard length >= 20, !isTrivial, distinct >= 10, !isWordy, !isCompound, !isCamelCase else { return false }
    if isHex && (lowers == 0 || uppers == 0) { return length >= 32 && letters >= 4 && digits >= 4 && entropy >= 2.8 }
    guard entropy >= 3.2 else { return false }
    if lowers > 0 && uppers > 0 { return lowers >= 3 && uppers >= 3 && (digits > 0 || length >= 24) }
    return letters >= 4 && digits >= 4
  }

  /// Good enough for the value of a secret's name.
  var isPlausible: Bool {
    guard length >= 10, !isTrivial, distinct >= 6, !isWordy else { return false }
    if lowers > 1 && uppers > 1 { return digits > 0 || length >= 16 }
    return length >= 24 ? letters > 0 : letters >= 2 && digits >= 2
  }

  /// So long that words of a few letters stand in it by chance.
  var isLongRandom: Bool { length >= 60 && isRandom }

  private static func isCompound(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split { $0 == 0x5F || $0 == 0x2D || $0 == 0x2F }
    guard parts.count >= 3 else { return false }
    return parts.allSatisfy { part in
      let changes = zip(part, part.dropFirst()).count { kind($0) != kind($1) }
      return changes <= (part.count < 5 ? 3 : 2)
    }
  }

  private static func kind(_ byte: UInt8) -> Int { Byte.isDigit(byte) ? 0 : Byte.isLower(byte) ? 1 : Byte.isUpper(byte) ? 2 : 3 }

  /// Pieces are cut at each symbol and digit, and before a capital that starts a word. A piece of three letters or more
  /// that can be spoken is a word, and so is any one that stands alone between separators.
  private static func wordLetters(_ bytes: [UInt8]) -> (words: Int, pieces: Int) {
    var total = 0
    var pieces = 0
    var start = 0
    while start < bytes.count {
      guard Byte.isLetter(bytes[start]) else {
        start += 1
        continue
      }
      var end = start + 1
      if Byte.isUpper(bytes[start]), end < bytes.count, Byte.isUpper(bytes[end]) {
        while end < bytes.count, Byte.isUpper(bytes[end]) { end += 1 }
        // `APIKey`: the last capital is the next word's.
        if end < bytes.count, Byte.isLower(bytes[end]) { end -= 1 }
      } else {
        while end < bytes.count, Byte.isLower(bytes[end]) { end += 1 }
      }
      let standsAlone =
        (start == 0 || isSeparator(bytes[start - 1])) && (end == bytes.count || isSeparator(bytes[end])) && (start > 0 || end < bytes.count)
      if (standsAlone && end - start > 1) || isWord(bytes[start..<end]) { total += end - start }
      // Words longer than that can be spoken.
      if standsAlone && end - start > 1 || 3...12 ~= end - start || end - start > 12 && isWord(bytes[start..<end]) { pieces += end - start }
      start = end
    }
    return (total, pieces)
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { !Byte.isAlphanumeric(byte) && byte != 0x2B && byte != 0x2F && byte != 0x3D }

  private static func isWord(_ piece: ArraySlice<UInt8>) -> Bool {
    guard piece.count >= 3 else { return false }
    var vowels = 0
    var previous: UInt8?
    for byte in piece {
      let letter = Byte.lower(byte) - 0x61
      if vowelMask & 1 << UInt32(letter) != 0 { vowels += 1 }
      if let previous, followers[Int(previous)] & 1 << UInt32(letter) == 0 { return false }
      previous = letter
    }
    return vowels > 0 && vowels < piece.count && vowels * 5 >= piece.count
  }

  /// A bit for each letter.
  private static func mask(_ letters: Substring) -> UInt32 { letters.utf8.reduce(0) { $0 | 1 << UInt32($1 - 0x61) } }

  private static let vowelMask = mask("aeiouy")
  /// What follows a to z in words of English and of programs: half of all pairs, so that chance soon steps aside.
  private static let followers: [UInt32] =
    ("bcdefghiklmnprstuvwxyz abdeijlmorstuy aehiklorstuyc abdegilmnorsuvwy abcdefghiklmnopqrstuvwxyz aefilorstuy adeghilnorstuy aeimnortuy "
    + "abcdefgklmnopqrstvxz aeosu aeilnoswy abcdefgiklmopstuvwy abceilmnopsuy abcdefghijklmnoprstuvwxy abcdefghiklmnopqrstuvwxyz aehiloprstuy u "
    + "abcdefgiklmnoprstuvwy acefhiklmnopqrstuwy aceghilmnoprstuwxy abcdefgilmnoprstxz aeilory aehilnors acehioptuy abcdeilmnopstw aeiloyz").split(
      separator: " "
    ).map(mask)
}
