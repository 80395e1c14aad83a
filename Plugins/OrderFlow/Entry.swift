import PluginKit

/// The one entry that may be open, with the order that is to replace it.
struct Entry {
  /// 0 = no entry is open.
  private(set) var tag: UInt64 = 0
  private(set) var side = Side.buy
  /// Raw, likewise below; a taker's is the touch it was sent at.
  private(set) var price: Int64 = 0
  private(set) var quantity: Int64 = 0
  private(set) var filled: Int64 = 0
  /// The venue has it and says so: only then is it changed.
  private var isWorking = false
  private(set) var replaces: Int64 = 0
  // The order on its way to its place; 0 = none.
  private var newTag: UInt64 = 0
  private var newPrice: Int64 = 0
  private var newQuantity: Int64 = 0
  private var newFilled: Int64 = 0
  private var isNewWorking = false

  init() {}

  init(tag: UInt64, side: Side, price: Int64, quantity: Int64) {
    self.tag = tag
    self.side = side
    self.price = price
    self.quantity = quantity
  }

  var isOpen: Bool { tag != 0 }
  var canChange: Bool { isWorking && newTag == 0 }

  mutating func replace(by tag: UInt64, price: Int64, quantity: Int64) {
    newTag = tag
    newPrice = price
    newQuantity = quantity
    newFilled = 0
    isNewWorking = false
    replaces += 1
  }

  /// News of the entry or of its replacement, in either order; other tags are not looked at.
  mutating func note(_ update: borrowing OrderUpdate) {
    if newTag != 0, update.tag == newTag {
      isNewWorking = update.state != .unknown
      newFilled = max(newFilled, update.rawTotalQuantity)
      // It came to nothing, or is over before the old order's end was told.
      if update.isFinal { newTag = 0 }
    } else if isOpen, update.tag == tag {
      isWorking = update.state != .unknown
      filled = max(filled, update.rawTotalQuantity)
      if update.isFinal { promote() }
    }
  }

  /// However the entry ended, a replacement that is still open is the entry now, with a quantity of its own.
  private mutating func promote() {
    guard newTag != 0 else {
      self = Entry()
      return
    }
    tag = newTag
    price = newPrice
    quantity = newQuantity
    filled = newFilled
    isWorking = isNewWorking
    newTag = 0
  }

  func save(to writer: inout StateWriter) {
    writer.write(tag)
    writer.write(side.rawValue)
    writer.write(price)
    writer.write(quantity)
    writer.write(filled)
    writer.write(isWorking)
    writer.write(replaces)
    writer.write(newTag)
    writer.write(newPrice)
    writer.write(newQuantity)
    writer.write(newFilled)
    writer.write(isNewWorking)
  }

  mutating func restore(from reader: inout StateReader, lastTag: UInt64) throws {
    tag = try reader.read()
    guard let side = Side(rawValue: try reader.read()) else { throw Refusal("the state has no side for its entry") }
    self.side = side
    price = try reader.read()
    quantity = try reader.read()
    filled = try reader.read()
    isWorking = try reader.readBool()
    replaces = try reader.read()
    newTag = try reader.read()
    newPrice = try reader.read()
    newQuantity = try reader.read()
    newFilled = try reader.read()
    isNewWorking = try reader.readBool()
    guard tag <= lastTag, newTag <= lastTag, price >= 0, quantity >= 0, filled >= 0, replaces >= 0, newPrice >= 0, newQuantity >= 0, newFilled >= 0
    else {
      throw Refusal("the state's entry contradicts itself")
    }
  }
}
