import Market

/// What travels from the engine's thread to the writer's.
enum StoredMessage {
  enum Kind: UInt32 {
    case trade = 1
    case book = 2
  }

  // kind u32, instrument u32, time i64 (ms), then a trade's price, quantity, side, or a book's counts and levels: eight bytes each.
  static let headSize = 16
  static let tradeSize = headSize + 24

  @inline(__always)
  static func write(_ kind: Kind, instrument: Int32, milliseconds: Int64, to memory: UnsafeMutableRawPointer) {
    memory.storeBytes(of: kind.rawValue, as: UInt32.self)
    memory.storeBytes(of: UInt32(bitPattern: instrument), toByteOffset: 4, as: UInt32.self)
    memory.storeBytes(of: milliseconds, toByteOffset: 8, as: Int64.self)
  }
}

/// The engine's side: each call copies what it is given and returns.
public final class StorageRecorder {
  private let queue: MessageQueue
  private let savesBooks: Bool

  init(_ queue: MessageQueue, savesBooks: Bool) {
    self.queue = queue
    self.savesBooks = savesBooks
  }

  /// - Parameter milliseconds: the venue's time; the receive time where it has none.
  @inline(__always)
  public func trade(_ trade: Trade, instrument: Int32, milliseconds: Int64) {
    _ = queue.send(StoredMessage.tradeSize) { memory in
      StoredMessage.write(.trade, instrument: instrument, milliseconds: milliseconds, to: memory)
      memory.storeBytes(of: trade.price.raw, toByteOffset: 16, as: Int64.self)
      memory.storeBytes(of: trade.quantity.raw, toByteOffset: 24, as: Int64.self)
      memory.storeBytes(of: UInt64(trade.takerSide.rawValue), toByteOffset: 32, as: UInt64.self)
    }
  }

  /// The best prices, where order books are stored and the feed has no depth.
  @inline(__always)
  public func quote(_ quote: Quote, instrument: Int32, milliseconds: Int64) {
    guard savesBooks, !quote.isSynthetic else { return }
    _ = queue.send(StoredMessage.headSize + 8 + 32) { memory in
      StoredMessage.write(.book, instrument: instrument, milliseconds: milliseconds, to: memory)
      memory.storeBytes(of: UInt32(1), toByteOffset: 16, as: UInt32.self)
      memory.storeBytes(of: UInt32(1), toByteOffset: 20, as: UInt32.self)
      memory.storeBytes(of: quote.bidPrice.raw, toByteOffset: 24, as: Int64.self)
      memory.storeBytes(of: quote.bidQuantity.raw, toByteOffset: 32, as: Int64.self)
      memory.storeBytes(of: quote.askPrice.raw, toByteOffset: 40, as: Int64.self)
      memory.storeBytes(of: quote.askQuantity.raw, toByteOffset: 48, as: Int64.self)
    }
  }
}
