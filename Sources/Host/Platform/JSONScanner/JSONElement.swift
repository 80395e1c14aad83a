/// One value of a scanned text. Lent: valid until its scanner's next scan.
///
/// Unsafe: it points into the scanner's tape, so that reading a message copies nothing; nobody keeps one over a scan.
public struct JSONElement {
  public enum Kind: UInt8 {
    case object = 0x7B
    case array = 0x5B
    case text = 0x22
    case integer = 0x6C
    /// Over Int64.max.
    case unsigned = 0x75
    case floating = 0x64
    case yes = 0x74
    case no = 0x66
    case null = 0x6E
  }

  /// At this value's own word.
  @usableFromInline let words: UnsafePointer<UInt64>
  /// At word 0.
  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>

  @inlinable
  init(words: UnsafePointer<UInt64>, tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    self.words = words
    self.tape = tape
    self.strings = strings
  }

  @inlinable @inline(__always)
  var code: UInt8 { UInt8(truncatingIfNeeded: words.pointee &>> 56) }

  @inlinable @inline(__always)
  public var kind: Kind { Kind(rawValue: code) ?? .null }

  /// Nil for anything but a whole number that fits.
  @inlinable @inline(__always)
  public var integer: Int64? { code == Kind.integer.rawValue ? Int64(bitPattern: words[1]) : nil }

  /// Nil for anything but `true` and `false`.
  @inlinable @inline(__always)
  public var boolean: Bool? {
    switch code {
    case Kind.yes.rawValue: true
    case Kind.no.rawValue: false
    default: nil
    }
  }

  /// The bytes of a string, escapes undone, a NUL and at least 63 more readable bytes behind them; nil for other kinds.
  @inlinable @inline(__always)
  public var text: UnsafeBufferPointer<UInt8>? {
    guard code == Kind.text.rawValue else { return nil }
    let start = strings + Int(words.pointee & 0x00FF_FFFF_FFFF_FFFF)
    let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return UnsafeBufferPointer(start: start + 4, count: Int(length))
  }

  /// The members of an object in the text's order; nil for other kinds.
  @inlinable @inline(__always)
  public var members: JSONMembers? {
    guard code == Kind.object.rawValue else { return nil }
    return JSONMembers(next: words + 1, end: behind - 1, tape: tape, strings: strings)
  }

  /// The elements of an array in order; nil for other kinds.
  @inlinable @inline(__always)
  public var elements: JSONElements? {
    guard code == Kind.array.rawValue else { return nil }
    return JSONElements(next: words + 1, end: behind - 1, tape: tape, strings: strings)
  }

  /// The word behind this value.
  @inlinable @inline(__always)
  var behind: UnsafePointer<UInt64> {
    switch code {
    case Kind.object.rawValue, Kind.array.rawValue: tape + Int(words.pointee & 0xFFFF_FFFF)
    case Kind.integer.rawValue, Kind.unsigned.rawValue, Kind.floating.rawValue: words + 2
    default: words + 1
    }
  }
}

/// Walks an object. A key that is there twice comes twice.
public struct JSONMembers {
  @usableFromInline var position: UnsafePointer<UInt64>
  @usableFromInline let end: UnsafePointer<UInt64>
  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>

  @inlinable @inline(__always)
  init(next: UnsafePointer<UInt64>, end: UnsafePointer<UInt64>, tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    position = next
    self.end = end
    self.tape = tape
    self.strings = strings
  }

  @inlinable @inline(__always)
  public mutating func next() -> (key: UnsafeBufferPointer<UInt8>, value: JSONElement)? {
    guard position < end, let key = JSONElement(words: position, tape: tape, strings: strings).text else { return nil }
    let value = JSONElement(words: position + 1, tape: tape, strings: strings)
    position = value.behind
    return (key, value)
  }
}

/// Walks an array.
public struct JSONElements {
  @usableFromInline var position: UnsafePointer<UInt64>
  @usableFromInline let end: UnsafePointer<UInt64>
  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>

  @inlinable @inline(__always)
  init(next: UnsafePointer<UInt64>, end: UnsafePointer<UInt64>, tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    position = next
    self.end = end
    self.tape = tape
    self.strings = strings
  }

  @inlinable @inline(__always)
  public mutating func next() -> JSONElement? {
    guard position < end else { return nil }
    let value = JSONElement(words: position, tape: tape, strings: strings)
    position = value.behind
    return value
  }
}
