import Market
import PluginABI
import Risk

/// What an intent asks to have its position protected by.
struct BracketTerms: Sendable, BitwiseCopyable, Codable {
  /// Zero = none, each.
  var stopPrice = Price.zero
  var takeProfitPrice = Price.zero
  /// From the first fill on; 0 = none.
  var timeStopMilliseconds: Int64 = 0

  init() {}
  init(_ intent: qe_intent) {
    stopPrice = Price(raw: intent.stop_price)
    takeProfitPrice = Price(raw: intent.take_profit_price)
    timeStopMilliseconds = intent.time_stop_ms
  }

  var isNone: Bool { stopPrice.raw == 0 && takeProfitPrice.raw == 0 && timeStopMilliseconds == 0 }
}

/// What protects the position that one entry has opened: a stop and a take-profit at the venue, of which one ends the
/// other, and a time stop. Its quantity follows what is filled.
struct Bracket: Sendable, BitwiseCopyable, Codable {
  var isActive = false
  /// Rises with every bracket of the run: the older one is left first.
  var number: UInt64 = 0
  /// The entry's side.
  var side = Side.buy
  var terms = BracketTerms()
  /// Receive time at which its position is left whatever the price.
  var deadline = Int64.max
  /// Raw quantity that it protects: filled by its entry, less what has left through it.
  var held: Int64 = 0
  // Slots of open orders; -1 = none.
  var entry: Int32 = -1
  var stop: Int32 = -1
  var takeProfit: Int32 = -1
  var exit: Int32 = -1
  /// Its position is on its way out: by the market, once nothing of it is open any more.
  var isLeaving = false
  /// The venue would not have a take-profit: the host watches the price itself.
  var watchesTakeProfit = false

  var hasLegs: Bool { stop >= 0 || takeProfit >= 0 }
}

/// The way to a position: everything of the instance is cancelled, and what then is missing is ordered.
struct TargetJob: Sendable, Codable {
  var isActive = false
  /// 0 = the host's own: a flatten.
  var tag: UInt64 = 0
  /// Raw and signed.
  var position: Int64 = 0
  var type = OrderType.market
  var price = Price.zero
  var timeInForce = TimeInForce.goodTillCancelled
  var lifeMilliseconds: Int64 = 0
  var terms = BracketTerms()
  var intent = qe_intent()
  /// Still waiting for the end of what was open before.
  var isClearing = true
  /// Its open order; -1 = none.
  var slot: Int32 = -1
  var filled: Int64 = 0
  /// Raw quantity opened by it, which its bracket then protects.
  var opened: Int64 = 0
  /// The cancel intent that waits for its end.
  var cancelTag: UInt64 = 0
  var isCancelled = false
  /// Whether it may open: it was asked for on the instance's cadence.
  var mayOpen = true

  var isHost: Bool { tag == 0 }
}

/// One instance's brackets.
struct BracketTable: ~Copyable {
  /// As many as a strategy may have orders, and one for a target.
  static let perInstance = OrderTable.perInstance + 1
  private let brackets: UnsafeMutablePointer<Bracket>
  private let counts: UnsafeMutablePointer<Int32>
  private let instanceCount: Int
  var nextNumber: UInt64 = 1

  init(instanceCount: Int) {
    self.instanceCount = max(1, instanceCount)
    // Unsafe: a fixed table, owned here, initialised in full, freed in deinit; indices come from `open` alone.
    brackets = .allocate(capacity: self.instanceCount * Self.perInstance)
    brackets.initialize(repeating: Bracket(), count: self.instanceCount * Self.perInstance)
    counts = .allocate(capacity: self.instanceCount)
    counts.initialize(repeating: 0, count: self.instanceCount)
  }

  deinit {
    brackets.deallocate()
    counts.deallocate()
  }

  /// - Parameter index: within the whole table.
  subscript(index: Int32) -> UnsafeMutablePointer<Bracket> { brackets + Int(index) }

  /// How many an instance has.
  func count(_ instance: Int) -> Int { Int(counts[instance]) }

  /// The table's places of an instance; most are empty.
  func places(_ instance: Int) -> Range<Int32> {
    Int32(instance * Self.perInstance)..<Int32((instance + 1) * Self.perInstance)
  }

  /// -1 when the instance has no room.
  mutating func open(_ instance: Int, side: Side, terms: BracketTerms) -> Int32 {
    for index in places(instance) where !brackets[Int(index)].isActive {
      brackets[Int(index)] = Bracket(isActive: true, number: nextNumber, side: side, terms: terms)
      nextNumber += 1
      counts[instance] += 1
      return index
    }
    return -1
  }

  mutating func close(_ instance: Int, _ index: Int32) {
    brackets[Int(index)] = Bracket()
    counts[instance] -= 1
  }

  var saved: [Bracket] { Array(UnsafeBufferPointer(start: brackets, count: instanceCount * Self.perInstance)) }

  mutating func restore(_ saved: [Bracket]) {
    for (index, bracket) in saved.enumerated() {
      brackets[index] = bracket
      if bracket.isActive {
        counts[index / Self.perInstance] += 1
        nextNumber = max(nextNumber, bracket.number + 1)
      }
    }
  }
}
