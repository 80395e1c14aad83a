import Engine
import Market
import Risk

/// What is on its way to the venue and waits until the disk has the record of it, oldest first.
struct Outbox {
  struct Letter {
    /// An order, a cancel, a replacement or a query.
    var action: Action
    /// How much of the journal the disk must have first.
    var position: Int
    /// Wall clock, ns.
    var decidedNanoseconds: Int64

    /// The order of it that would open something.
    var opening: ApprovedOrder? {
      switch action {
      case .send(let order), .replace(_, _, let order): order.isReducing ? nil : order
      default: nil
      }
    }
  }

  /// An order that would open is not sent later than this after it was decided: its prices are gone, and a venue would not take it either.
  static let openingLifeNanoseconds: Int64 = 1_000_000_000

  private var letters: [Letter] = []
  private let capacity: Int

  /// - Parameter openOrders: as many as the engine may have: each has an order, a cancel and a query under way at most, and what is left is for
  ///   those that have ended meanwhile.
  init(openOrders: Int) {
    capacity = 4 * openOrders
    letters.reserveCapacity(capacity)
  }

  var first: Letter? { letters.first }
  var isEmpty: Bool { letters.isEmpty }
  var isFull: Bool { letters.count >= capacity }

  mutating func append(_ letter: Letter) { letters.append(letter) }

  @discardableResult
  mutating func removeFirst() -> Letter { letters.removeFirst() }

  /// An order that has not left need not: gives its slot and takes it out. Of a replacement the cancel stays.
  mutating func takeBack(_ orderID: UInt64) -> Int32? {
    for index in letters.indices {
      switch letters[index].action {
      case .send(let order) where order.id == orderID:
        letters.remove(at: index)
        return order.slot
      case .replace(let oldSlot, let oldID, let order) where order.id == orderID:
        letters[index].action = .cancel(slot: oldSlot, orderID: oldID)
        return order.slot
      default: continue
      }
    }
    return nil
  }
}
