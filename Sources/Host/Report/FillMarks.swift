import Market

/// A bounded choice of fills for the price chart.
///
/// Thinned in pairs: a strategy that is long or flat buys and sells in turn, and every second fill alone would show
/// nothing but its buys.
struct FillMarks {
  struct Mark: BitwiseCopyable {
    var timeMilliseconds: Int64
    var price: Price
    var quantity: Quantity
    var side: Side
    var isEntry: Bool
  }

  /// As many as a chart of a screen's width can show apart.
  static let capacity = 512

  private(set) var marks: [Mark] = []
  /// All fills, shown or not.
  private(set) var count = 0
  private var pairsPerMark = 1

  init() { marks.reserveCapacity(Self.capacity) }

  mutating func add(_ fill: FillRow) {
    defer { count += 1 }
    guard (count / 2) % pairsPerMark == 0 else { return }
    if marks.count == Self.capacity {
      thin()
      guard (count / 2) % pairsPerMark == 0 else { return }
    }
    marks.append(
      Mark(timeMilliseconds: fill.timeMilliseconds, price: fill.price, quantity: fill.quantity, side: fill.side, isEntry: fill.isEntry))
  }

  private mutating func thin() {
    for pair in 0..<Self.capacity / 4 {
      marks[2 * pair] = marks[4 * pair]
      marks[2 * pair + 1] = marks[4 * pair + 1]
    }
    marks.removeLast(Self.capacity / 2)
    pairsPerMark *= 2
  }
}
