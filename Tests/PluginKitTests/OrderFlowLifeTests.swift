import PluginABI
import Testing

/// OrderFlow against a host and a market that do whatever the contract allows, and some things that it does not.
@Suite struct OrderFlowLifeTests {
  /// A venue that answers when and how it likes, the same to every instance.
  struct Caprice {
    var generator: Generator
    var open: [qe_intent] = []
    var position: Int64 = 0
    private var mood = QE_SIDE_BUY

    init(generator: Generator) { self.generator = generator }

    static let ends = [QE_ORDER_REFUSED, QE_ORDER_FILLED, QE_ORDER_CANCELLED, QE_ORDER_EXPIRED]

    /// The next call, as a closure to be made on each instance.
    mutating func next(price: Int64) -> (PluginInstance) throws -> [qe_intent] {
      if let index = open.indices.randomElement(using: &generator), Int.random(in: 0..<16, using: &generator) == 0 {
        let intent = open[index]
        let isTarget = intent.kind == QE_INTENT_TARGET_POSITION
        let state: UInt32
        if intent.kind == QE_INTENT_CANCEL {
          state = Bool.random(using: &generator) ? QE_ORDER_DONE : QE_ORDER_REFUSED
          if state == QE_ORDER_DONE, let target = open.firstIndex(where: { $0.tag == intent.target_tag }) {
            open.remove(at: target)
            open.removeAll { $0.tag == intent.tag }
            let position = position
            return { instance in
              instance.context.position = position
              return try instance.update(intent.target_tag, QE_ORDER_CANCELLED) + instance.update(intent.tag, state)
            }
          }
        } else {
          state = ([QE_ORDER_WORKING, QE_ORDER_PARTIAL, QE_ORDER_UNKNOWN] + Caprice.ends).randomElement(using: &generator)!
        }
        var filled: Int64 = 0
        if state == QE_ORDER_FILLED || state == QE_ORDER_PARTIAL {
          filled = state == QE_ORDER_FILLED ? intent.quantity : intent.quantity / 3
          if isTarget { position = state == QE_ORDER_FILLED ? 0 : position / 2 } else { position += intent.side == QE_SIDE_BUY ? filled : -filled }
        }
        // A replacement that is taken in ends the old order.
        let ended = intent.kind == QE_INTENT_REPLACE && state != QE_ORDER_REFUSED ? open.firstIndex { $0.tag == intent.target_tag } : nil
        let old = ended.map { open.remove(at: $0).tag }
        if state >= QE_ORDER_REFUSED { open.removeAll { $0.tag == intent.tag } }
        let position = position
        let code: UInt32 = state == QE_ORDER_REFUSED ? [4, 16, 74, 78, 129].randomElement(using: &generator)! : 0
        return { instance in
          instance.context.position = position
          return try (old.map { try instance.update($0, QE_ORDER_REPLACED) } ?? [])
            + instance.update(intent.tag, state, filled: filled, price: price, code: code)
        }
      }
      // Takers keep to a side for a while; 0 = not told.
      if Int.random(in: 0..<40, using: &generator) == 0 { mood = 3 - mood }
      let side = Int.random(in: 0..<4, using: &generator) == 0 ? UInt32.random(in: 0...2, using: &generator) : mood
      let sizes = (Int64.random(in: 0...5, using: &generator), Int64.random(in: 0...5, using: &generator))
      let position = position
      let pause = Int64.random(in: 0...20, using: &generator) * 1_000_000
      switch Int.random(in: 0..<40, using: &generator) {
      case 0:
        // A stop, a time stop or a flatten of the host's.
        self.position = 0
        return { instance in
          instance.context.position = 0
          return try instance.update(0, QE_ORDER_FILLED, filled: position.magnitude > 0 ? Int64(position.magnitude) : 1, price: price)
        }
      case 1:
        let allowed = Bool.random(using: &generator)
        return { try $0.risk(allowed: allowed) }
      case 2..<20: return { try $0.quote(price - 5, price + 5, bidQuantity: sizes.0, askQuantity: sizes.1) }
      default:
        return { instance in
          instance.context.receive_ns += pause
          return try instance.trade(price, quantity: 1 + sizes.0, side: side)
        }
      }
    }

    /// Takes up a wish. - Returns: false for one that must not be made.
    mutating func take(_ intent: qe_intent) -> Bool {
      let entries = open.filter { $0.kind == QE_INTENT_SUBMIT || $0.kind == QE_INTENT_REPLACE }
      let exits = open.filter { $0.kind == QE_INTENT_CANCEL || $0.kind == QE_INTENT_TARGET_POSITION }
      defer { open.append(intent) }
      guard exits.isEmpty, !open.contains(where: { $0.tag == intent.tag }) else { return false }
      switch intent.kind {
      case QE_INTENT_SUBMIT: return entries.isEmpty && position == 0
      case QE_INTENT_REPLACE: return entries.count == 1 && entries[0].tag == intent.target_tag
      case QE_INTENT_CANCEL: return entries.contains { $0.tag == intent.target_tag }
      default: return entries.isEmpty && position != 0 && intent.quantity == 0
      }
    }
  }

  @Test(arguments: ["passive", "taker"])
  func `whatever becomes of its orders it keeps one entry, one exit, and goes on, also from its saved state`(_ entry: String) throws {
    let values: [String: Double] = ["half_life_ms": 200, "min_trades": 4, "enter_percent": 30, "pause_ms": 10, "entry_life_ms": 40]
    func make() throws -> PluginInstance {
      try PluginInstance(try PluginLibrary("OrderFlow"), values, texts: ["entry": entry], market: "usdm", tickSize: 5)
    }
    var caprice = Caprice(generator: .seeded())
    let instance = try make()
    var twin = try make()
    var kinds: [UInt32: Int] = [:]
    var price: Int64 = 5_000_000
    var lastTag: UInt64 = 0
    for step in 0..<60_000 {
      price += 5 * Int64.random(in: -2...2, using: &caprice.generator)
      let call = caprice.next(price: price)
      let wishes = try call(instance)
      #expect(try call(twin).map(\.bytes) == wishes.map(\.bytes))
      #expect(wishes.count <= 1)
      for wish in wishes {
        let isSound = caprice.take(wish)
        #expect(isSound, "step \(step): kind \(wish.kind)")
        #expect(wish.tag == lastTag + 1)
        lastTag = wish.tag
        kinds[wish.kind, default: 0] += 1
        if wish.kind == QE_INTENT_SUBMIT || wish.kind == QE_INTENT_REPLACE {
          #expect(wish.confidence >= 0 && wish.confidence <= 1 && wish.edge.isFinite && wish.quantity > 0)
        }
      }
      if step % 997 == 0 {
        // Restarted: a fresh instance that goes on from the bytes.
        let bytes = try twin.save()
        let context = twin.context
        twin = try make()
        #expect(try twin.restore(bytes) == QE_OK)
        #expect(try twin.save() == bytes)
        twin.context = context
      }
    }
    print("OrderFlow \(entry): \(kinds)")
    #expect(try instance.save() == twin.save())
    let expected = entry == "taker" ? [QE_INTENT_SUBMIT, QE_INTENT_TARGET_POSITION] : [1, 2, 3, 4]
    #expect(kinds.keys.sorted() == expected && kinds.values.allSatisfy { $0 > 20 })
  }

  @Test func `a state in the middle of a replacement comes back to the byte, and goes on`() throws {
    let old = try OrderFlowTests.make()
    let entry = try #require(try OrderFlowTests.signal(old, QE_SIDE_BUY).first)
    #expect(try old.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    let moved = try #require(try old.quote(5_000_040, 5_000_050).first)
    let bytes = try old.save()
    for count in 0..<bytes.count { #expect(try old.restore(Array(bytes[..<count])) == QE_INVALID) }
    let new = try OrderFlowTests.make()
    #expect(try new.restore(bytes) == QE_OK)
    #expect(try new.save() == bytes)
    new.context = old.context
    for instance in [old, new] {
      #expect(try instance.update(entry.tag, QE_ORDER_REPLACED).isEmpty)
      #expect(try instance.update(moved.tag, QE_ORDER_WORKING).isEmpty)
      let cancel = try #require(try instance.trade(5_000_040, quantity: 50_000, side: QE_SIDE_SELL).first)
      #expect(cancel.kind == QE_INTENT_CANCEL && cancel.target_tag == moved.tag)
    }
    #expect(try old.save() == new.save())
  }

  @Test(arguments: ["passive", "taker"])
  func `numbers at the edges of their range neither trap nor become a wish without sense`(_ entry: String) throws {
    let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 999_999, 1_000_000, 1_000_001, .max / 2, .max - 1, .max]
    var generator = Generator.seeded()
    let instance = try OrderFlowTests.make(entry: entry)
    instance.context.average_price = .nan
    for _ in 0..<20_000 {
      func any() -> Int64 { edges.randomElement(using: &generator)! }
      instance.context.position = any()
      if Int.random(in: 0..<50, using: &generator) == 0 { instance.context.receive_ns = Int64.random(in: 0...Int64.max / 2, using: &generator) }
      let wishes: [qe_intent]
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: wishes = try instance.quote(any(), any(), bidQuantity: any(), askQuantity: any())
      case 1:
        wishes = try instance.update(
          UInt64.random(in: 0...20, using: &generator), UInt32.random(in: 0...30, using: &generator), filled: any(), price: any())
      default: wishes = try instance.trade(any(), quantity: any(), side: UInt32.random(in: 0...3, using: &generator))
      }
      for wish in wishes {
        #expect(wish.tag != 0)
        guard wish.kind == QE_INTENT_SUBMIT || wish.kind == QE_INTENT_REPLACE else { continue }
        #expect(wish.confidence >= 0 && wish.confidence <= 1 && wish.edge.isFinite)
        #expect(wish.stop_price > 0 && wish.take_profit_price > 0 && wish.stop_price % 10 == 0 && wish.take_profit_price % 10 == 0)
      }
    }
  }
}
