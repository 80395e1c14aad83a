import PluginABI
import Testing

@Suite struct ScalpTests {
  /// Enters at any depth, unless it is said otherwise.
  static func make(_ values: [String: Double] = [:], market: String = "usdm") throws -> EnsembleHost {
    try EnsembleHost(["min_depth_quote": 0].merging(values) { $1 }, texts: ["mode": "scalp"], market: market)
  }

  @Test func `an entry rests at the touch for its time, with a stop by volatility and a time stop`() throws {
    let host = try ScalpTests.make(["post_only": 1])
    // 1 bps x sqrt(60) x 1.5 = 11.62 bps, and 1.5 times that.
    let buy = try #require(try host.bar().first)
    #expect(buy.type == QE_TYPE_LIMIT && buy.price == 5_000_000 && buy.flags == QE_INTENT_POST_ONLY)
    #expect(buy.time_in_force == QE_TIF_MS && buy.time_in_force_ms == 1500 && buy.time_stop_ms == 60_000)
    #expect(buy.stop_price == 4_994_190 && buy.take_profit_price == 5_008_720)
    let behind = try ScalpTests.make(["near_touch_offset_bps": 1.5, "post_only": 0])
    behind.say(0.375)
    let sell = try #require(try behind.bar().first)
    // 5,000,010 x 1.00015 = 5,000,760.0015, up to the tick.
    #expect(sell.type == QE_TYPE_LIMIT && sell.price == 5_000_770 && sell.flags == 0 && sell.stop_price > sell.price)
    let taker = try #require(try ScalpTests.make(["prefer_limit": 0]).bar().first)
    #expect(taker.type == QE_TYPE_MARKET && taker.price == 0 && taker.time_in_force == QE_TIF_GTC && taker.time_stop_ms == 60_000)
  }

  @Test func `the stop stays within its two distances, and what does not pay its costs is not made`() throws {
    func stop(_ volatility: Double, _ values: [String: Double] = [:]) throws -> Int64? {
      let host = try ScalpTests.make(values)
      host.features = EnsembleHost.features(volatility: volatility)
      return try host.bar().first.map { 5_000_000 - $0.stop_price }
    }
    #expect(try stop(0.00001) == 5000 && stop(0.00005) == 5000, "10 bps are the least")
    #expect(try stop(0.0008) == 25_000, "50 the most")
    #expect(try stop(0.0001, ["sl_vol_multiplier": 0]) == 5000)
    // The least stop pays 15 bps.
    #expect(try stop(0.00001, ["cost_bps": 14.9]) == 5000)
    #expect(try stop(0.00001, ["cost_bps": 15]) == nil)
    #expect(try stop(0.0008, ["cost_bps": 15]) == 25_000, "a wider one does")
    // The reference system's own figures never pay for themselves.
    let refused = #expect(throws: EnsembleHost.Refused.self) {
      try ScalpTests.make(["min_stop_distance_bps": 2, "max_stop_distance_bps": 15, "tp_rr": 0.4, "sl_rr": 0.6])
    }
    #expect(refused?.reason.contains("take profit") == true)
    #expect(throws: EnsembleHost.Refused.self) { try ScalpTests.make(["min_stop_distance_bps": 20, "max_stop_distance_bps": 15]) }
  }

  @Test func `the spread, and a quote that is missing, decide`() throws {
    // 1,000 of 5,000,500 are 1.9998 bps.
    for (bid, ask, enters) in [
      (5_000_000, 5_001_000, true), (5_000_000, 5_001_010, false), (5_000_000, 5_000_000, true), (5_000_010, 5_000_000, false), (0, 5_000_000, false),
      (0, 0, false),
    ] as [(Int64, Int64, Bool)] {
      for prefersLimit in [0.0, 1] {
        let host = try ScalpTests.make(["prefer_limit": prefersLimit])
        host.context.bid_price = bid
        host.context.ask_price = ask
        #expect(try host.bar().isEmpty != enters, "\(bid), \(ask)")
      }
    }
  }

  @Test func `depth counts both sides of the newest quote, and unknown sizes fail`() throws {
    let host = try EnsembleHost(texts: ["mode": "scalp"])
    #expect(try host.bar().isEmpty, "nobody has told a size")
    // 0.05 at 50,000.00 and 0.05 at 50,000.10 are 5,000.005; a step less on a side is not enough.
    for (bid, ask, enters) in [(5_000_000, 4_999_000, false), (0, 9_000_000, false), (9_000_000, 0, false), (5_000_000, 5_000_000, true)]
      as [(Int64, Int64, Bool)]
    {
      #expect(try host.quote(5_000_000, 5_000_010, bidQuantity: bid, askQuantity: ask).isEmpty)
      #expect(try host.bar().isEmpty != enters, "\(bid), \(ask)")
    }
    let quiet = try EnsembleHost(texts: ["mode": "scalp"])
    #expect(try quiet.quote(5_000_000, 5_000_010, bidQuantity: 9_000_000, askQuantity: 9_000_000).isEmpty)
    #expect(try quiet.quote(5_000_000, 5_000_010).isEmpty)
    #expect(try quiet.bar().isEmpty, "the newest quote has none")
    #expect(try EnsembleHost().bar().count == 1, "normal mode asks for no depth")
  }

  @Test func `its own confidence and edge come on top of the ensemble's`() throws {
    for (name, value, enters) in [
      ("scalp_min_prob", 0.625, true), ("scalp_min_prob", 0.6251, false), ("scalp_min_edge", 0.125, true), ("scalp_min_edge", 0.1251, false),
    ] as [(String, Double, Bool)] {
      #expect(try ScalpTests.make([name: value]).bar().isEmpty != enters, "\(name) \(value)")
      #expect(try EnsembleHost([name: value]).bar().count == 1, "not in normal mode")
    }
  }

  /// One position from entry to exit.
  static func trade(_ host: EnsembleHost, gains: Int64) throws {
    let entry = [try host.nextWish()]
    #expect(try host.fill(entry[0]).isEmpty)
    host.context.position = 0
    host.context.realized_pnl = EnsembleHost.money(Int64(qe_money_to_double(host.context.realized_pnl)) + gains)
    #expect(try host.update(0, QE_ORDER_FILLED, filled: 399_000, price: 5_000_000).isEmpty)
  }

  /// Whether it enters within the next minute.
  static func enters(_ host: EnsembleHost) throws -> Bool {
    for _ in 0..<60 where try !host.bar().isEmpty { return true }
    return false
  }

  @Test func `so many positions in a UTC day and no more, and a new day begins anew`() throws {
    let host = try ScalpTests.make(["max_daily_trades": 3])
    for _ in 0..<3 { try ScalpTests.trade(host, gains: 1) }
    #expect(try !ScalpTests.enters(host))
    let midnight = EnsembleHost.start / EnsembleHost.second + 86_400
    // The bar of the day's last second closes at midnight.
    #expect(try host.bar(midnight - 2).isEmpty)
    #expect(try host.bar(midnight - 1).count == 1)
  }

  @Test(arguments: [("normal", -1000, true), ("scalp", -299, true), ("scalp", -300, false)] as [(String, Int64, Bool)])
  func `a loss of a part of the day's first equity ends the day`(_ mode: String, _ result: Int64, _ goesOn: Bool) throws {
    let host = try EnsembleHost(["min_depth_quote": 0], texts: ["mode": mode])
    // What was won or lost before the first event is no part of the day.
    host.context.realized_pnl = EnsembleHost.money(-5000)
    try ScalpTests.trade(host, gains: 100)
    // The equity that counts is the day's first.
    host.context.equity = EnsembleHost.money(100_000)
    try ScalpTests.trade(host, gains: result - 100)
    #expect(try ScalpTests.enters(host) == goesOn)
    let midnight = EnsembleHost.start / EnsembleHost.second + 86_400
    guard !goesOn else { return }
    #expect(try host.bar(midnight).count == 1)
  }

  @Test func `a resting entry is taken back when the signal turns, once`() throws {
    let host = try ScalpTests.make()
    let entry = try #require(try host.bar().first)
    #expect(try host.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    host.context.working_buy = entry.quantity
    #expect(try host.bar().isEmpty, "while the signal holds it rests")
    host.say(0.375)
    let cancel = try #require(try host.bar().first)
    #expect(cancel.kind == QE_INTENT_CANCEL && cancel.target_tag == entry.tag && cancel.tag == entry.tag + 1)
    #expect(try host.bar().isEmpty, "asked once")
    // It filled first: then it is left.
    host.context.working_buy = 0
    host.context.position = entry.quantity
    #expect(try host.update(entry.tag, QE_ORDER_FILLED, filled: entry.quantity, price: entry.price).isEmpty)
    #expect(try host.update(cancel.tag, QE_ORDER_REFUSED, code: 4).isEmpty)
    let next = [try host.nextWish()]
    #expect(next[0].kind == QE_INTENT_TARGET_POSITION)
  }

  @Test func `a part that filled is left while the rest still works`() throws {
    let host = try ScalpTests.make()
    let entry = try #require(try host.bar().first)
    host.context.position = 100_000
    host.context.working_buy = 299_000
    #expect(try host.update(entry.tag, QE_ORDER_PARTIAL, filled: 100_000, price: 5_000_000).isEmpty)
    host.say(0.375)
    #expect(try host.bar().first?.kind == QE_INTENT_TARGET_POSITION)
  }
}
