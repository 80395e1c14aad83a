import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

@Suite struct IntentTests {
  /// Wishes for `intent` at the first trade and nothing else.
  static func once(_ intent: qe_intent) -> ScriptedStrategy {
    var done = false
    return ScriptedStrategy { _, event in
      if event.kind != QE_EVENT_TRADE || done { return [] }
      done = true
      return [intent]
    }
  }

  static func edited(_ change: (inout qe_intent) -> Void) -> qe_intent {
    var intent = qe_intent.market(1, .buy, 1)
    change(&intent)
    return intent
  }

  /// Everything a plugin can get wrong, with the one code that answers it.
  static let malformed: [(String, qe_intent, RefusalCode)] = [
    ("struct size", edited { $0.struct_size = 8 }, .invalidIntent),
    ("kind 0", edited { $0.kind = 0 }, .invalidIntent),
    ("kind 99", edited { $0.kind = 99 }, .invalidIntent),
    ("tag 0", edited { $0.tag = 0 }, .invalidTag),
    ("side 0", edited { $0.side = 0 }, .invalidSide),
    ("side 300", edited { $0.side = 300 }, .invalidSide),
    ("type 0", edited { $0.type = 0 }, .invalidType),
    ("type 258", edited { $0.type = 258 }, .invalidType),
    ("quantity 0", edited { $0.quantity = 0 }, .invalidQuantity),
    ("quantity negative", edited { $0.quantity = -1 }, .invalidQuantity),
    ("quantity lowest", edited { $0.quantity = .min }, .invalidQuantity),
    ("quantity overflowing", edited { $0.quantity = .max }, .quantityOverMaximum),
    ("price of a market order", edited { $0.price = 5 }, .invalidPrice),
    ("limit price 0", edited { $0.type = QE_TYPE_LIMIT }, .invalidPrice),
    (
      "limit price negative",
      edited {
        $0.type = QE_TYPE_LIMIT; $0.price = -600_000
      }, .invalidPrice
    ),
    (
      "limit price overflowing",
      edited {
        $0.type = QE_TYPE_LIMIT; $0.price = .max
      }, .invalidPrice
    ),
    ("confidence over 1", edited { $0.confidence = 1.5 }, .invalidConfidence),
    ("confidence negative", edited { $0.confidence = -0.1 }, .invalidConfidence),
    ("confidence infinite", edited { $0.confidence = .infinity }, .invalidConfidence),
    ("edge infinite", edited { $0.edge = -.infinity }, .invalidEdge),
    ("replace of nothing", edited { $0.kind = QE_INTENT_REPLACE }, .unknownTarget),
    (
      "target beyond the largest position",
      edited {
        $0.kind = QE_INTENT_TARGET_POSITION; $0.quantity = .min
      }, .positionLimit
    ),
    (
      "target of no type",
      edited {
        $0.kind = QE_INTENT_TARGET_POSITION; $0.type = 9
      }, .invalidType
    ),
    (
      "target with an unknown flag",
      edited {
        $0.kind = QE_INTENT_TARGET_POSITION; $0.flags = QE_INTENT_REDUCE_ONLY
      }, .invalidIntent
    ),
    (
      "target to flat with a bracket",
      edited {
        $0.kind = QE_INTENT_TARGET_POSITION; $0.quantity = 0; $0.stop_price = 590_000
      }, .invalidBracket
    ),
    ("unknown time in force", edited { $0.time_in_force = 77 }, .invalidTimeInForce),
    (
      "a market order's life",
      edited {
        $0.time_in_force = QE_TIF_MS; $0.time_in_force_ms = 5
      }, .invalidTimeInForce
    ),
    (
      "a life of 0",
      edited {
        $0.type = QE_TYPE_LIMIT; $0.price = 1; $0.time_in_force = QE_TIF_MS
      }, .invalidTimeInForce
    ),
    (
      "a life beyond thirty days",
      edited {
        $0.type = QE_TYPE_LIMIT; $0.price = 1; $0.time_in_force = QE_TIF_MS; $0.time_in_force_ms = .max
      }, .invalidTimeInForce
    ),
    ("a life beside another time in force", edited { $0.time_in_force_ms = 5 }, .invalidTimeInForce),
    ("post only and at the market", edited { $0.flags = QE_INTENT_POST_ONLY }, .invalidTimeInForce),
    (
      "post only and at once",
      edited {
        $0.type = QE_TYPE_LIMIT; $0.price = 1; $0.flags = QE_INTENT_POST_ONLY; $0.time_in_force = QE_TIF_IOC
      }, .invalidTimeInForce
    ),
    ("unknown flag", edited { $0.flags = 0x80 }, .invalidIntent),
    ("a stop above a buy", edited { $0.stop_price = 610_000 }, .invalidBracket),
    ("a take-profit below a buy", edited { $0.take_profit_price = 590_000 }, .invalidBracket),
    ("a stop below zero", edited { $0.stop_price = -590_000 }, .invalidBracket),
    ("a stop beyond any price", edited { $0.stop_price = .max }, .invalidBracket),
    ("a time stop below zero", edited { $0.time_stop_ms = -1 }, .invalidBracket),
    (
      "a bracket on an exit",
      edited {
        $0.stop_price = 590_000; $0.flags = QE_INTENT_REDUCE_ONLY
      }, .invalidBracket
    ),
    ("cancel of nothing", qe_intent.cancel(1, target: 9), .unknownTarget),
    ("reduce only when flat", edited { $0.flags = QE_INTENT_REDUCE_ONLY }, .wouldOpen),
  ]

  @Test(arguments: malformed.indices)
  func whatCannotBeReadAsAWishIsRefusedWithItsCode(index: Int) {
    let (name, intent, code) = Self.malformed[index]
    let strategy = Self.once(intent)
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    #expect(harness.refusals.map(\.refusal.code) == [code], "\(name)")
    #expect(harness.sent.isEmpty)
    #expect(strategy.updates.map(\.state) == [QE_ORDER_REFUSED])
    #expect(strategy.updates.first?.code == UInt32(code.rawValue))
    #expect(harness.decisions.map(\.outcome) == [.refused])
    #expect(harness.equity == Money(units: 1_000_000))
  }

  @Test func quantityIsFlooredToTheStepAndNeverRaised() throws {
    let instrument = try Instrument(
      id: InstrumentID(venue: "binance", market: .usdm, symbol: "X"), baseAsset: "X", quoteAsset: "USDT", priceScale: 1, quantityScale: 3,
      stepSize: 10,
      minimumQuantity: 20)
    let strategy = Self.once(.market(1, .buy, 39))
    let harness = EngineHarness([strategy], instrument: instrument)
    harness.trade(600_000)
    #expect(harness.fills.map(\.quantity.raw) == [30])
    let small = Self.once(.market(1, .buy, 19))
    let other = EngineHarness([small], instrument: instrument)
    other.trade(600_000)
    #expect(other.refusals.map(\.refusal.code) == [.sizeBelowMinimum])
  }

  @Test func nanConfidenceAndEdgeMeanNone() {
    let strategy = Self.once(.market(1, .buy, 1))
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    #expect(harness.fills.count == 1)
  }

  @Test func aTagIsUniqueWhileOpenAndFreeAfterwards() {
    var step = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      step += 1
      switch step {
      case 1: return [.limit(7, .buy, 1, at: 500_000), .limit(7, .buy, 1, at: 500_000)]
      case 2: return [.cancel(8, target: 7)]
      case 3: return [.limit(7, .buy, 1, at: 500_000)]
      default: return []
      }
    }
    let harness = EngineHarness([strategy])
    for _ in 0..<3 { harness.trade(600_000) }
    #expect(harness.refusals.map(\.refusal.code) == [.duplicateTag])
    #expect(harness.sent.count == 2)
    #expect(strategy.breaches.isEmpty)
    #expect(strategy.open == [7])
  }

  @Test func openingWaitsForTheHorizonsBarAndLeavingDoesNot() {
    var bought = false
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_BAR]) { context, event in
      if event.kind == QE_EVENT_TRADE, context.position > 0 { return [.market(UInt64(context.sequence), .sell, 1)] }
      if !bought, event.kind == QE_EVENT_TRADE || event.kind == QE_EVENT_BAR {
        return [.market(UInt64(context.sequence) << 8 | UInt64(event.kind), .buy, 1)]
      }
      if event.kind == QE_EVENT_ORDER_UPDATE, event.as.order_update.state == QE_ORDER_FILLED { bought = true }
      return []
    }
    let harness = EngineHarness([strategy], horizonSeconds: 5)
    // 1,700,000,000 is a multiple of 5: the bar of that second opens the gate, and it closes on the first later trade.
    harness.milliseconds = 1_699_999_998_000
    for _ in 0..<50 { harness.trade(600_000, advanceMilliseconds: 100) }
    #expect(harness.fills.map(\.side) == [.buy, .sell])
    #expect(harness.fills.first?.receiveNanoseconds == 1_700_000_001_000_000_000)
    #expect(harness.refusals.allSatisfy { $0.refusal.code == .offCadence })
    #expect(!harness.refusals.isEmpty)
  }

  @Test func anInstanceMayHaveOnlySoManyOrdersOpen() {
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      return (0..<16).map { _ in
        tag += 1
        return .limit(tag, .buy, 1, at: 500_000)
      }
    }
    let harness = EngineHarness([strategy])
    for _ in 0..<5 { harness.trade(600_000) }
    #expect(harness.sent.count == 64)
    #expect(harness.refusals.count == 16)
    #expect(harness.refusals.allSatisfy { $0.refusal.code == .tooManyOrders })
  }

  @Test func aFloodOfIntentsIsBoundedAndEndsWithinItsStep() {
    var calls = 0
    var tag: UInt64 = 0
    // Answers every refusal with sixteen more wishes: without a budget this would never return.
    let strategy = ScriptedStrategy { _, _ in
      calls += 1
      return (0..<16).map { _ in
        tag += 1
        return .market(tag, .sell, -1)
      }
    }
    let harness = EngineHarness([strategy])
    harness.trade(600_000)
    #expect(harness.refusals.count == 64)
    #expect(calls == 1 + 64)
    harness.trade(600_000)
    #expect(harness.refusals.count == 128)
  }

  @Test(arguments: FailureAction.allCases)
  func aPluginThatBreaksTheContractIsOutItsOpeningOrdersAreCancelledAndItsPositionIsHandledAsConfigured(action: FailureAction) {
    for claimed in [UInt32?.none, 17, .max] {
      var calls = 0
      let strategy = ScriptedStrategy { _, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        calls += 1
        return calls == 1 ? [.market(1, .buy, 5), .limit(2, .buy, 1, at: 500_000)] : []
      }
      let harness = EngineHarness([strategy], onFailure: action)
      harness.trade(600_000)
      #expect(harness.openOrders(instance: 0) == 1)
      if let claimed { strategy.claimedCount = claimed } else { strategy.status = 42 }
      harness.trade(600_000)
      #expect(harness.failures == [claimed.map { .overflow(claimed: $0, capacity: 16) } ?? .status(42)])
      #expect(harness.isOut(0))
      #expect(harness.openOrders(instance: 0) == 0)
      let before = calls
      harness.trade(600_000)
      #expect(calls == before)
      #expect(harness.book.position == (action == .hold ? 5 : 0))
    }
  }

  @Test func moreIntentsInASecondThanAllowedAreAFloodAndTheInstanceIsOut() {
    let perTrade = 16
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      return (0..<perTrade).map { _ in
        tag += 1
        return .market(tag, .buy, 0)
      }
    }
    let harness = EngineHarness([strategy], maximumIntentsPerSecond: 40)
    harness.trade(600_000)
    harness.trade(600_000)
    // A second later all are allowed anew.
    harness.trade(600_000, advanceMilliseconds: 1000)
    harness.trade(600_000)
    #expect(harness.failures.isEmpty && harness.refusals.count == 64)
    harness.trade(600_000)
    #expect(harness.failures == [.flood(limit: 40)] && harness.isOut(0))
    #expect(harness.refusals.count == 64, "what is over is not looked at")
  }

  @Test func whoeverIsRefusedMayAskAgainAtEveryEvent() {
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      return [.market(tag, .buy, 0)]
    }
    let harness = EngineHarness([strategy], maximumIntentsPerSecond: 40)
    for _ in 0..<500 { harness.trade(600_000, advanceMilliseconds: 0) }
    #expect(harness.failures.isEmpty && harness.refusals.count == 500)
  }
}
