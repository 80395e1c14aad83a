import JSONScanner

/// Where the members of one message are, whatever their order. Binance names nearly all of them with one letter.
final class BinanceFields {
  /// By letter; only those in `present` are of this message.
  private let letters: UnsafeMutablePointer<JSONElement?>
  private var present: (low: UInt64, high: UInt64) = (0, 0)

  /// Of the wrapper of combined streams.
  private(set) var stream: JSONElement?
  private(set) var previousUpdateID: JSONElement?
  private(set) var lastUpdateID: JSONElement?
  private(set) var bids: JSONElement?
  private(set) var asks: JSONElement?
  private(set) var symbol: JSONElement?
  /// What a control connection answers: `result`, `error`, `code`.
  private(set) var isReply = false
  /// Of a stored REST answer.
  private(set) var body: JSONElement?
  private(set) var url: JSONElement?
  private(set) var receiveNanoseconds: JSONElement?
  private(set) var afterLines: JSONElement?

  init() {
    letters = .allocate(capacity: 128)
    // Unsafe: a table of places in the scanner's tape; `present` says which are of the message in work.
    letters.initialize(repeating: nil, count: 128)
  }

  deinit { letters.deallocate() }

  /// The member of a one-letter name.
  @inline(__always)
  subscript(letter: UInt8) -> JSONElement? {
    let bit = UInt64(1) &<< UInt64(letter & 63)
    return (letter & 64 == 0 ? present.low : present.high) & bit == 0 ? nil : letters[Int(letter & 127)]
  }

  /// Reads a message, out of its wrapper if it has one. False if what the wrapper holds is no object.
  func read(_ root: JSONElement) throws(BadMessage) -> Bool {
    clear()
    guard let members = root.members else { throw BadMessage(reason: "the message is no JSON object") }
    var data: JSONElement?
    try take(members, &data)
    guard let data else { return true }
    guard let inner = data.members else { return false }
    let stream = stream
    clear()
    self.stream = stream
    var none: JSONElement?
    try take(inner, &none)
    return true
  }

  private func clear() {
    present = (0, 0)
    stream = nil
    previousUpdateID = nil
    lastUpdateID = nil
    bids = nil
    asks = nil
    symbol = nil
    isReply = false
    body = nil
    url = nil
    receiveNanoseconds = nil
    afterLines = nil
  }

  @inline(__always)
  private func take(_ list: JSONMembers, _ data: inout JSONElement?) throws(BadMessage) {
    var list = list
    while let (key, value) = list.next() {
      if key.count == 1, key[0] < 128 {
        let letter = key[0]
        let bit = UInt64(1) &<< UInt64(letter & 63)
        guard (letter & 64 == 0 ? present.low : present.high) & bit == 0 else { throw BinanceFields.twice(key) }
        if letter & 64 == 0 { present.low |= bit } else { present.high |= bit }
        letters[Int(letter)] = value
      } else {
        try takeNamed(key, value, &data)
      }
    }
  }

  private func takeNamed(_ key: UnsafeBufferPointer<UInt8>, _ value: JSONElement, _ data: inout JSONElement?) throws(BadMessage) {
    func place(_ member: inout JSONElement?) throws(BadMessage) {
      guard member == nil else { throw BinanceFields.twice(key) }
      member = value
    }
    switch key.count {
    case 2: if key.reads("pu") { try place(&previousUpdateID) }
    case 3: if key.reads("url") { try place(&url) }
    case 4:
      if key.reads("data") { try place(&data) }
      if key.reads("bids") { try place(&bids) }
      if key.reads("asks") { try place(&asks) }
      if key.reads("body") { try place(&body) }
      if key.reads("code") { isReply = true }
    case 5: if key.reads("error") { isReply = true }
    case 6:
      if key.reads("stream") { try place(&stream) }
      if key.reads("symbol") { try place(&symbol) }
      if key.reads("result") { isReply = true }
    case 7: if key.reads("recv_ns") { try place(&receiveNanoseconds) }
    case 12: if key.reads("lastUpdateId") { try place(&lastUpdateID) }
    case 14: if key.reads("after_ws_lines") { try place(&afterLines) }
    default: break
    }
  }

  private static func twice(_ key: UnsafeBufferPointer<UInt8>) -> BadMessage { BadMessage(reason: "\(TickFieldSplitter.excerpt(key)) is there twice") }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether the bytes are exactly this ASCII word.
  @inline(__always)
  func reads(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index] != word.utf8Start[index] { return false }
    return true
  }

  @inline(__always)
  func reads(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == bytes.count else { return false }
    for index in 0..<count where self[index] != bytes[index] { return false }
    return true
  }
}
