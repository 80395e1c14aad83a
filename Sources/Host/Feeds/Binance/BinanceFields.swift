import JSONScanner

/// Where the members of one message are, whatever their order. Binance names nearly all of them with one letter.
struct BinanceFields {
  private struct Named {
    var present: (low: UInt64, high: UInt64) = (0, 0)
    var stream: JSONElement?
    var previousUpdateID: JSONElement?
    var lastUpdateID: JSONElement?
    var bids: JSONElement?
    var asks: JSONElement?
    var symbol: JSONElement?
    var isReply = false
    var body: JSONElement?
    var url: JSONElement?
    var receiveNanoseconds: JSONElement?
    var afterLines: JSONElement?
  }

  // Unsafe: two tables that live as long as their decoder, freed by `destroy`. Behind pointers, because the members of a
  // class are checked for overlapping access each time, which is a fifth of the time of a message.
  /// By letter; only those in `present` are of this message.
  private let letters: UnsafeMutablePointer<JSONElement?>
  private let named: UnsafeMutablePointer<Named>

  init() {
    letters = .allocate(capacity: 128)
    letters.initialize(repeating: nil, count: 128)
    named = .allocate(capacity: 1)
    named.initialize(to: Named())
  }

  func destroy() {
    letters.deallocate()
    named.deallocate()
  }

  /// Of the wrapper of combined streams.
  var stream: JSONElement? { named.pointee.stream }
  var previousUpdateID: JSONElement? { named.pointee.previousUpdateID }
  var lastUpdateID: JSONElement? { named.pointee.lastUpdateID }
  var bids: JSONElement? { named.pointee.bids }
  var asks: JSONElement? { named.pointee.asks }
  var symbol: JSONElement? { named.pointee.symbol }
  /// What a control connection answers: `result`, `error`, `code`.
  var isReply: Bool { named.pointee.isReply }
  /// Of a stored REST answer.
  var body: JSONElement? { named.pointee.body }
  var url: JSONElement? { named.pointee.url }
  var receiveNanoseconds: JSONElement? { named.pointee.receiveNanoseconds }
  var afterLines: JSONElement? { named.pointee.afterLines }

  /// The member of a one-letter name.
  @inline(__always)
  subscript(letter: UInt8) -> JSONElement? {
    let bit = UInt64(1) &<< UInt64(letter & 63)
    let present = letter & 64 == 0 ? named.pointee.present.low : named.pointee.present.high
    return present & bit == 0 ? nil : letters[Int(letter & 127)]
  }

  /// Reads a message, out of its wrapper if it has one. False if what the wrapper holds is no object.
  func read(_ root: JSONElement) throws(BadMessage) -> Bool {
    named.pointee = Named()
    guard let members = root.members else { throw BadMessage(reason: "the message is no JSON object") }
    guard let data = try take(members) else { return true }
    guard let inner = data.members else { return false }
    let stream = stream
    named.pointee = Named()
    named.pointee.stream = stream
    _ = try take(inner)
    return true
  }

  /// - Returns: the `data` of a wrapper.
  @inline(__always)
  private func take(_ list: JSONMembers) throws(BadMessage) -> JSONElement? {
    var list = list
    var data: JSONElement?
    var present: (low: UInt64, high: UInt64) = (0, 0)
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
    named.pointee.present = present
    return data
  }

  private func takeNamed(_ key: UnsafeBufferPointer<UInt8>, _ value: JSONElement, _ data: inout JSONElement?) throws(BadMessage) {
    func place(_ member: inout JSONElement?) throws(BadMessage) {
      guard member == nil else { throw BinanceFields.twice(key) }
      member = value
    }
    switch key.count {
    case 2: if key.reads("pu") { try place(&named.pointee.previousUpdateID) }
    case 3: if key.reads("url") { try place(&named.pointee.url) }
    case 4:
      if key.reads("data") { try place(&data) }
      if key.reads("bids") { try place(&named.pointee.bids) }
      if key.reads("asks") { try place(&named.pointee.asks) }
      if key.reads("body") { try place(&named.pointee.body) }
      if key.reads("code") { named.pointee.isReply = true }
    case 5: if key.reads("error") { named.pointee.isReply = true }
    case 6:
      if key.reads("stream") { try place(&named.pointee.stream) }
      if key.reads("symbol") { try place(&named.pointee.symbol) }
      if key.reads("result") { named.pointee.isReply = true }
    case 7: if key.reads("recv_ns") { try place(&named.pointee.receiveNanoseconds) }
    case 12: if key.reads("lastUpdateId") { try place(&named.pointee.lastUpdateID) }
    case 14: if key.reads("after_ws_lines") { try place(&named.pointee.afterLines) }
    default: break
    }
  }

  private static func twice(_ key: UnsafeBufferPointer<UInt8>) -> BadMessage {
    BadMessage(reason: "\(TickFieldSplitter.excerpt(key)) is there twice")
  }
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
