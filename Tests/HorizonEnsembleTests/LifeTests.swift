import PluginABI
import TestKit
import Testing

/// HorizonEnsemble against a host, models and a market that do whatever the contract allows.
@Suite struct LifeTests {
  /// One call, and how the world is before it: the same for every instance that it is made on.
  struct Step {
    var predictions: [qe_prediction]
    var features: [Double]?
    var position: Int64
    var flags: UInt32
    var realized: Int64
    let call: (EnsembleHost) throws -> [qe_intent]

    func make(on host: EnsembleHost) throws -> [qe_intent] {
      host.predictions = predictions
      host.features = features
      host.context.position = position
      host.context.flags = flags
      host.context.realized_pnl = EnsembleHost.money(realized)
      return try call(host)
    }

    /// Whether the horizon is there as one may trade on it.
    func isFresh(_ horizon: Int64) -> Bool {
      predictions.contains { $0.horizon_s == horizon && $0.state == QE_PREDICTION_FRESH && $0.p_up >= 0 && $0.p_up <= 1 }
    }
  }

  struct Caprice {
    var chance: Chance
    var open: [qe_intent] = []
    var position: Int64 = 0
    var realized: Int64 = 0
    var isOpeningAllowed = true
    private var second = EnsembleHost.start / EnsembleHost.second
    private var mood = 0.625

    init(_ test: String) { chance = .seeded(test) }

    private mutating func predictions() -> [qe_prediction] {
      if chance.chance(5) { mood = Bool.random(using: &chance) ? 0.68 : 0.32 }
      return [1, 5, 30].compactMap { (horizon: Int64) -> qe_prediction? in
        if chance.chance(3) { return nil }
        var p = chance.chance(80) ? mood : Double.random(in: 0...1, using: &chance)
        if chance.chance(2) { p = [.nan, .infinity, -1, 2].randomElement(using: &chance)! }
        let state = chance.chance(90) ? QE_PREDICTION_FRESH : UInt32.random(in: 0...5, using: &chance)
        return EnsembleHost.prediction(horizon, p, state)
      }
    }

    private mutating func features() -> [Double]? {
      if chance.chance(4) { return nil }
      var row = EnsembleHost.features(
        regime: [0, 0, 1, -1, 2].randomElement(using: &chance)!, lastReturn: chance.chance(3) ? 0.05 : 0,
        volatility: Double.random(in: 0...0.002, using: &chance))
      if chance.chance(3) {
        row[[0, 5, 17].randomElement(using: &chance)!] = [.nan, .infinity, .leastNonzeroMagnitude].randomElement(using: &chance)!
      }
      return row
    }

    mutating func next() -> Step {
      var call: (EnsembleHost) throws -> [qe_intent]
      if let index = open.indices.randomElement(using: &chance), chance.chance(30) {
        call = answer(index)
      } else if chance.chance(3) {
        // A stop or a flatten of the host's.
        if position != 0 { realized += Int64.random(in: -30...30, using: &chance) }
        position = 0
        call = { try $0.update(0, QE_ORDER_FILLED, filled: 1000, price: 5_000_000) }
      } else if chance.chance(4) {
        isOpeningAllowed = chance.chance(70)
        call = { [isOpeningAllowed] in try $0.risk(allowed: isOpeningAllowed) }
      } else if chance.chance(20) {
        let bid = 5_000_000 + 10 * Int64.random(in: -500...500, using: &chance)
        let ask = bid + 10 * Int64.random(in: -1...150, using: &chance)
        let sizes = (Int64.random(in: 0...20_000_000, using: &chance), Int64.random(in: 0...20_000_000, using: &chance))
        call = { try $0.quote(bid, ask, bidQuantity: sizes.0, askQuantity: sizes.1) }
      } else if chance.chance(10) {
        call = { try $0.prediction() }
      } else {
        second += chance.chance(1) ? 5000 : 1
        call = { [second] in try $0.bar(second) }
      }
      return Step(
        predictions: predictions(), features: features(), position: position, flags: chance.chance(3) ? UInt32.random(in: 1...7, using: &chance) : 0,
        realized: realized, call: call)
    }

    private mutating func answer(_ index: Int) -> (EnsembleHost) throws -> [qe_intent] {
      let intent = open[index]
      if intent.kind == QE_INTENT_CANCEL {
        open.remove(at: index)
        guard chance.chance(60), let target = open.firstIndex(where: { $0.tag == intent.target_tag }) else {
          return { try $0.update(intent.tag, QE_ORDER_REFUSED, code: 4) }
        }
        open.remove(at: target)
        return { try $0.update(intent.target_tag, QE_ORDER_CANCELLED) + $0.update(intent.tag, QE_ORDER_DONE) }
      }
      let states = [
        QE_ORDER_WORKING, QE_ORDER_PARTIAL, QE_ORDER_UNKNOWN, QE_ORDER_FILLED, QE_ORDER_FILLED, QE_ORDER_CANCELLED, QE_ORDER_EXPIRED,
        QE_ORDER_REFUSED,
      ]
      let state = states.randomElement(using: &chance)!
      var filled: Int64 = 0
      if state == QE_ORDER_FILLED || state == QE_ORDER_PARTIAL {
        if intent.kind == QE_INTENT_TARGET_POSITION {
          filled = 1000
          // Less than 0.0002 is dust at these prices: it counts as flat.
          position = state == QE_ORDER_FILLED || position.magnitude < 40_000 ? 0 : position / 2
          realized += Int64.random(in: -30...30, using: &chance)
        } else if position == 0 || state == QE_ORDER_FILLED {
          filled = state == QE_ORDER_FILLED ? intent.quantity : intent.quantity / 3
          position = intent.side == QE_SIDE_BUY ? filled : -filled
        }
      }
      if state >= QE_ORDER_REFUSED { open.remove(at: index) }
      let code: UInt32 = state == QE_ORDER_REFUSED ? [16, 20, 74, 97, 129].randomElement(using: &chance)! : 0
      return { try $0.update(intent.tag, state, filled: filled, price: 5_000_000, code: code) }
    }
  }

  @Test(arguments: ["normal", "scalp"])
  func `whatever comes it opens on fresh horizons alone, keeps one entry and one exit, and goes on from its saved state`(_ mode: String) throws {
    let values: [String: Double] = ["max_daily_loss_pct": 20, "max_hold_seconds": 300, "order_quantity": 0.0123]
    func make() throws -> EnsembleHost { try EnsembleHost(values, texts: ["mode": mode], step: 10_000) }
    var caprice = Caprice("HorizonEnsemble, \(mode)")
    let host = try make()
    var twin = try make()
    var kinds: [UInt32: Int] = [:]
    var sides: [UInt32: Int] = [:]
    var lastTag: UInt64 = 0
    for number in 0..<60_000 {
      let step = caprice.next()
      let wishes = try step.make(on: host)
      #expect(try step.make(on: twin).map(\.bytes) == wishes.map(\.bytes), "step \(number)")
      #expect(wishes.count <= 1)
      for wish in wishes {
        let entries = caprice.open.filter { $0.kind == QE_INTENT_SUBMIT }
        #expect(wish.tag == lastTag + 1 && !caprice.open.contains { $0.kind != QE_INTENT_SUBMIT }, "step \(number): no two exits")
        switch wish.kind {
        case QE_INTENT_SUBMIT:
          #expect(step.isFresh(1) && step.isFresh(5) && step.features != nil && step.flags & (QE_CONTEXT_STALE | QE_CONTEXT_WARMING) == 0)
          #expect(entries.isEmpty && step.position == 0 && caprice.isOpeningAllowed, "step \(number)")
          #expect(wish.quantity == 1_230_000 && wish.stop_price % 10 == 0 && wish.take_profit_price % 10 == 0 && wish.price % 10 == 0)
          #expect(wish.confidence >= 0.5 && wish.confidence <= 1 && wish.edge >= 0 && wish.edge.isFinite)
          #expect((wish.take_profit_price > wish.stop_price) == (wish.side == QE_SIDE_BUY) && wish.stop_price > 0)
          sides[wish.side, default: 0] += 1
        case QE_INTENT_CANCEL: #expect(entries.contains { $0.tag == wish.target_tag } && step.position == 0)
        case QE_INTENT_TARGET_POSITION: #expect(wish.quantity == 0 && step.position != 0)
        default: Issue.record("step \(number): kind \(wish.kind)")
        }
        lastTag = wish.tag
        kinds[wish.kind, default: 0] += 1
        caprice.open.append(wish)
      }
      if number % 997 == 0 {
        // Restarted: a fresh instance that goes on from the bytes.
        let bytes = try twin.save()
        let (context, second) = (twin.context, twin.barSecond)
        twin = try make()
        #expect(twin.restore(bytes) == QE_OK)
        #expect(try twin.save() == bytes)
        twin.context = context
        twin.barSecond = second
      }
    }
    print("HorizonEnsemble \(mode): \(kinds), sides \(sides)")
    #expect(try host.save() == twin.save())
    let expected =
      mode == "normal" ? [QE_INTENT_SUBMIT, QE_INTENT_TARGET_POSITION] : [QE_INTENT_SUBMIT, QE_INTENT_CANCEL, QE_INTENT_TARGET_POSITION]
    #expect(kinds.keys.sorted() == expected && kinds.values.allSatisfy { $0 > 20 } && sides.count == 2)
  }

  @Test func `sizes by equity are on the step and never worth more than the share`() throws {
    var chance = Chance.seeded("sizes of HorizonEnsemble")
    for _ in 0..<2000 {
      let step = ([1, 1000, 12_345, 1_000_000] as [Int64]).randomElement(using: &chance)!
      let share = Double.random(in: 0.001...2, using: &chance)
      let equity = Int64.random(in: 1...10_000_000, using: &chance)
      let minimum = step * Int64.random(in: 1...20, using: &chance)
      let host = try EnsembleHost(
        ["position_pct": share], step: step, minimumQuantity: minimum, maximumQuantity: 1_000_000_000_000_000, minimumNotional: 10)
      host.context.equity = EnsembleHost.money(equity)
      let ask = 10 * Int64.random(in: 10_000...10_000_000, using: &chance)
      host.context.bid_price = ask - 10
      host.context.ask_price = ask
      let exact = Double(equity) * share / (Double(ask) / 100) * 1e8
      guard let wish = try host.bar().first else {
        #expect(exact < Double(minimum) * 1.000001 || (exact - Double(step)) / 1e8 * Double(ask) / 100 < 10, "\(exact) was enough")
        continue
      }
      let raw = Double(wish.quantity)
      #expect(wish.quantity % step == 0 && wish.quantity >= minimum && raw <= exact * (1 + 1e-9) && raw > exact - Double(step) * (1 + 1e-6))
      #expect(raw / 1e8 * Double(ask) / 100 >= 10)
    }
  }

  @Test func `a state keeps its counters, and a cut or foreign one changes nothing`() throws {
    let host = try ScalpTests.make(["max_daily_trades": 1])
    try ScalpTests.trade(host, gains: 1)
    let bytes = try host.save()
    for count in 0..<bytes.count { #expect(host.restore(Array(bytes[..<count])) == QE_INVALID) }
    let restarted = try ScalpTests.make(["max_daily_trades": 1])
    #expect(restarted.restore(bytes) == QE_OK)
    restarted.context = host.context
    restarted.barSecond = host.barSecond
    #expect(try !ScalpTests.enters(restarted), "the day's one trade is over")
    let fresh = try ScalpTests.make(["max_daily_trades": 1])
    fresh.context = host.context
    fresh.barSecond = host.barSecond
    #expect(try ScalpTests.enters(fresh))
    var altered = bytes
    altered[altered.count / 2] ^= 0xFF
    let before = try fresh.save()
    #expect(before != bytes && fresh.restore(altered) == QE_INVALID)
    #expect(try fresh.save() == before, "what was refused changed nothing")
  }

  private static func refusal(_ values: [String: Double], _ texts: [String: String] = [:], lent: [Int64]? = [1, 5, 30]) -> String? {
    do { _ = try EnsembleHost(values, texts: texts, lent: lent) } catch let refused as EnsembleHost.Refused { return refused.reason } catch {
      return "\(error)"
    }
    return nil
  }

  @Test func `a horizon that no model is asked for is refused, a primary one and the anchor`() {
    #expect(
      Self.refusal([:], ["primary_horizons": "1,10"])
        == "primary_horizons has 10, ml.horizons has 1, 5, 30: choose from those, or add it there")
    #expect(
      Self.refusal(["anchor_horizon": 60])
        == "anchor_horizon is 60, ml.horizons has 1, 5, 30: choose from those, add it there, or set 0 for none")
    #expect(Self.refusal([:], lent: [1, 5])?.hasPrefix("anchor_horizon is 30, ml.horizons has 1, 5:") == true)
    #expect(Self.refusal(["anchor_horizon": 0], lent: [1, 5]) == nil)
    #expect(Self.refusal(["anchor_horizon": 1], ["primary_horizons": "5,30"]) == nil)
  }

  @Test func `a host of ABI 1.0 does not say which horizons it lends, and none is refused`() throws {
    #expect(Self.refusal(["anchor_horizon": 60], ["primary_horizons": "7"], lent: nil) == nil)
    // What stands behind the end of a shorter configuration is not read: these horizons would be refused.
    _ = try EnsembleHost(texts: ["primary_horizons": "7"], lent: [1], configSize: 152)
  }
}
