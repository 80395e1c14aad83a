import PluginABI
import Testing

@Suite struct EMACrossTests {
  struct Decision: Equatable {
    let tick: Int
    let side: UInt32
  }

  /// The rule in a few lines, independent of the plugin: bench/ref_ema.py.
  static func reference(_ prices: [Int64], fast n: Double = 20, slow m: Double = 100) -> [Decision] {
    let af = 2 / (n + 1)
    let az = 2 / (m + 1)
    var fast = 0.0
    var slow = 0.0
    var long = false
    var decisions: [Decision] = []
    for (i, raw) in prices.enumerated() {
      let p = Double(raw) / 100
      fast = i == 0 ? p : af * p + (1 - af) * fast
      slow = i == 0 ? p : az * p + (1 - az) * slow
      guard i >= Int(m) - 1, fast > slow ? !long : fast < slow && long else { continue }
      long.toggle()
      decisions.append(Decision(tick: i, side: long ? QE_SIDE_BUY : QE_SIDE_SELL))
    }
    return decisions
  }

  @Test(arguments: ["EMACross", "EMACrossC"])
  func `with immediate fills it decides exactly as the reference`(_ name: String) throws {
    var generator = Generator.seeded()
    let prices = generator.prices(50_000)
    let instance = try PluginInstance(try PluginLibrary(name))
    var decisions: [Decision] = []
    for (tick, price) in prices.enumerated() {
      let intents = try instance.trade(price)
      #expect(intents.count <= 1)
      for intent in intents {
        #expect(intent.kind == QE_INTENT_SUBMIT && intent.type == QE_TYPE_MARKET && intent.quantity == 100_000)
        #expect(intent.confidence.isNaN && intent.edge.isNaN && intent.price == 0)
        decisions.append(Decision(tick: tick, side: intent.side))
        #expect(try instance.fill(intent, at: price).isEmpty)
      }
    }
    #expect(decisions.count > 100)
    #expect(decisions == EMACrossTests.reference(prices))
  }

  @Test func `the Swift and the C plugin wish the same, bit for bit, whatever becomes of their orders`() throws {
    var generator = Generator.seeded()
    let prices = generator.prices(50_000)
    let pair = [try PluginInstance(try PluginLibrary("EMACross")), try PluginInstance(try PluginLibrary("EMACrossC"))]
    var open: [(due: Int, intent: qe_intent)] = []
    var wishes = 0
    for (tick, price) in prices.enumerated() {
      let capacity = UInt32.random(in: 0...2, using: &generator)
      for instance in pair { instance.capacity = capacity }
      let intents = try pair.map { try $0.trade(price) }
      #expect(intents[0].map(\.bytes) == intents[1].map(\.bytes))
      wishes += intents[0].count
      for intent in intents[0] { open.append((tick + Int.random(in: 0...30, using: &generator), intent)) }
      #expect(open.count <= 1, "one order in flight")
      while let index = open.firstIndex(where: { $0.due <= tick }) {
        let intent = open.remove(at: index).intent
        let state = [QE_ORDER_FILLED, QE_ORDER_REFUSED, QE_ORDER_CANCELLED].randomElement(using: &generator)!
        let filled = state == QE_ORDER_FILLED ? intent.quantity : state == QE_ORDER_REFUSED ? 0 : intent.quantity / 2
        for instance in pair {
          instance.context.position += intent.side == QE_SIDE_BUY ? filled : -filled
          #expect(try instance.update(intent.tag, state, filled: filled, price: price).isEmpty)
        }
      }
    }
    #expect(wishes > 100)
    // Other plugins' names and formats, so only the numbers are compared: they end in the same averages.
    let quiet = try pair.map { try $0.trade(prices[0]) }
    #expect(quiet[0].map(\.bytes) == quiet[1].map(\.bytes))
  }

  @Test(arguments: ["EMACross", "EMACrossC"])
  func `no second order while one is in flight, and without room the wish comes later`(_ name: String) throws {
    let instance = try PluginInstance(try PluginLibrary(name), ["fast": 2, "slow": 3])
    instance.capacity = 0
    for price in [100, 200, 300, 400] as [Int64] { #expect(try instance.trade(price * 100).isEmpty) }
    instance.capacity = 1
    let buy = try #require(try instance.trade(50_000).first)
    #expect(buy.side == QE_SIDE_BUY)
    for price in [600, 100, 90, 80] as [Int64] { #expect(try instance.trade(price * 100).isEmpty) }
    #expect(try instance.update(buy.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.trade(7_000).isEmpty)
    #expect(try instance.fill(buy, at: 7_000).isEmpty)
    let sell = try #require(try instance.trade(6_000).first)
    #expect(sell.side == QE_SIDE_SELL && sell.quantity == instance.context.position && sell.tag != buy.tag)
  }

  @Test(arguments: ["EMACross", "EMACrossC"])
  func `it sells what the host says it has, not what it bought`(_ name: String) throws {
    let instance = try PluginInstance(try PluginLibrary(name), ["fast": 2, "slow": 3])
    instance.context.position = 77
    var wishes: [qe_intent] = []
    for price in [300, 200, 100, 90] as [Int64] { wishes += try instance.trade(price) }
    #expect(wishes.first?.side == QE_SIDE_SELL && wishes.first?.quantity == 77)
  }

  @Test(arguments: ["EMACross", "EMACrossC"])
  func `a configuration without sense is refused with a reason that fits`(_ name: String) throws {
    let library = try PluginLibrary(name)
    for values in [["fast": 100.0], ["fast": 200, "slow": 100], ["quantity": 0]] {
      for capacity in [0, 1, 2, 10, 256] {
        let refused = #expect(throws: PluginInstance.Refused.self) { try PluginInstance(library, values, errorCapacity: capacity) }
        #expect(refused?.status == QE_INVALID)
        #expect(refused.map { $0.reason.utf8.count == max(0, min(capacity - 1, $0.reason.utf8.count)) } == true)
        if capacity == 256 { #expect(refused?.reason.contains(values.keys.contains("quantity") ? "quantity" : "fast") == true) }
      }
    }
  }
}
