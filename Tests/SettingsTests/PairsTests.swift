import Foundation
import Market
import TestKit
import Testing

@testable import Settings

@Suite("Pairs")
struct PairsTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  private func pairs(_ text: String) throws -> Pairs {
    try loading.folder.write(text, to: "pairs.yaml")
    return try loading.load("").pairs
  }

  private func violations(_ text: String) throws -> [String] {
    try loading.folder.write(text, to: "pairs.yaml")
    return try loading.violations("")
  }

  @Test func `The file beside the settings is read, and all figures of it`() throws {
    let pairs = try pairs(
      """
      venue: okx
      default_market: spot
      instruments:
        okx.usdm.XUSDT: {base: X, quote: USDT, contract: linear, tick: 1e-05, step: 10, min_quantity: 20, max_quantity: 5000, max_price: 9.5, min_notional: 0.5, leverage: 125}
        okx.spot.YUSDC: {base: Y, quote: USDC, tick: 0.50, step: 0.002}
      """)
    #expect(pairs.venue == "okx" && pairs.defaultMarket == .spot)
    let first = try #require(pairs.instrument("okx.usdm.XUSDT"))
    #expect(first.baseAsset == "X" && first.quoteAsset == "USDT" && first.contract == .linear)
    let spec = first.spec
    #expect(spec.priceScale == 5 && spec.tickSize == 1 && spec.quantityScale == 0 && spec.stepSize == 10)
    #expect(spec.minimumQuantity == 20 && spec.maximumQuantity == 5000 && spec.maximumPrice == 950_000 && spec.leverage == 125)
    #expect(spec.minimumNotional == Money(raw: Money(units: 1).raw / 2))
    let second = try #require(pairs.instrument("YUSDC"))
    #expect(second.spec.priceScale == 1 && second.spec.tickSize == 5 && second.spec.quantityScale == 3 && second.spec.stepSize == 2)
    #expect(second.spec.minimumQuantity == 2 && second.spec.minimumNotional == .zero && second.spec.leverage == 1)
  }

  @Test func `A bare symbol is of the default market, else of the market that has it`() throws {
    let pairs = try pairs(
      """
      default_market: spot
      instruments:
        binance.usdm.AUSDT: {base: A, quote: USDT, tick: 1, step: 1}
        binance.spot.AUSDT: {base: A, quote: USDT, tick: 1, step: 1}
        binance.usdm.BUSDT: {base: B, quote: USDT, tick: 1, step: 1}
      """)
    #expect(pairs.instrument("AUSDT")?.id.market == .spot)
    #expect(pairs.instrument("BUSDT")?.id.market == .usdm)
    #expect(pairs.instrument("binance.usdm.AUSDT")?.id.market == .usdm)
    #expect(pairs.instrument("binance.spot.BUSDT") == nil && pairs.instrument("okx.spot.AUSDT") == nil && pairs.instrument("CUSDT") == nil)
  }

  @Test(arguments: [
    ("DOGEUSDT", "DOGE USDT"), ("1000PEPEUSDC", "1000PEPE USDC"), ("AFDUSD", "A FDUSD"), ("ABUSD", "A BUSD"), ("ATUSD", "A TUSD"),
    ("AUSD1", "A USD1"),
    ("USDT", "nil"), ("BTCUSD_PERP", "nil"), ("BTCUSD", "nil"), ("ETHBTC", "nil"), ("dogeusdt", "nil"), ("BTCUSDT_240628", "nil"), ("", "nil"),
  ])
  func `An unknown symbol splits into base and a linear quote`(symbol: String, parts: String) {
    #expect(Pairs.builtIn.splitUnknown(symbol).map { "\($0.base) \($0.quote)" } ?? "nil" == parts)
  }

  @Test func `Without the file the built-in pairs hold`() throws { #expect(try loading.load("").pairs == .builtIn) }

  @Test func `Without a settings file a pairs.yaml of the current folder is not taken for ours`() throws {
    // The tests run in the checkout, which has none there: the point is that no path is made of the bare name.
    var loader = SettingsLoader(root: "")
    try loader.loadPairs(besides: nil)
    #expect(loader.settings.pairs == .builtIn)
  }

  @Test func `Another file is found relative to the settings, or by its full path`() throws {
    let text = "instruments:\n  binance.spot.ZUSDT: {base: Z, quote: USDT, tick: 1, step: 1}\n"
    try FileManager.default.createDirectory(at: loading.folder.url.appendingPathComponent("sub"), withIntermediateDirectories: true)
    let path = try loading.folder.write(text, to: "sub/p.yaml")
    #expect(try loading.load("app: {pairs_file: sub/p.yaml}\n").pairs.instruments.count == 1)
    #expect(try loading.load("", overrides: ["app.pairs_file=\(path)"]).pairs.instruments.count == 1)
  }

  @Test(arguments: [
    ("", "pairs.yaml:1: pairs are venue, default_market and instruments; see config/pairs.yaml"),
    ("[1]", "pairs.yaml:1: pairs are venue, default_market and instruments; see config/pairs.yaml"),
    ("venue: [x]\n", "pairs.yaml:1: venue: no name of a venue; write one, as binance"),
    ("default_marked: usdm\n", "pairs.yaml:1: default_marked: unknown key; did you mean 'default_market'?"),
    ("\ninstruments: 5\n", "pairs.yaml:2: instruments: no instruments; write them below it, as venue.market.SYMBOL: {...}"),
  ])
  func `What is not pairs is named with its line`(text: String, violation: String) throws { #expect(try violations(text) == [violation]) }

  @Test(arguments: [
    ("BTCUSDT: {}", "BTCUSDT: no instrument's name; write venue.market.SYMBOL with market spot, usdm or coinm"),
    ("binance.margin.A: {}", "binance.margin.A: no instrument's name; write venue.market.SYMBOL with market spot, usdm or coinm"),
    ("binance.spot.A/B: {}", "binance.spot.A/B: no instrument's name; write venue.market.SYMBOL with market spot, usdm or coinm"),
    ("okx.spot.A: {}", "okx.spot.A: the venue of this file is binance; write binance.spot.A"),
    ("binance.spot.A: 5", "binance.spot.A: its figures are missing; write {base: ..., quote: ..., tick: ..., step: ...}"),
    ("binance.spot.A: {base: A, quote: USDT, tick: 1}", "binance.spot.A: step is missing; write it"),
    ("binance.spot.A: {base: A, quote: USDT, tick: , step: 1}", "binance.spot.A.tick: no value; write one, or remove the key"),
    ("binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1, stepp: 1}", "binance.spot.A.stepp: unknown key; did you mean 'step'?"),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: 0, step: 1}",
      "binance.spot.A.tick: '0' is out of range; write a number above 0 with at most 0 decimals"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: -0.1, step: 1}",
      "binance.spot.A.tick: '-0.1' is out of range; write a number above 0 with at most 1 decimals"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: nan, step: 1}",
      "binance.spot.A.tick: 'nan' is no size; write a number above 0 with at most 9 decimals, as 0.01"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: 1e-10, step: 1}",
      "binance.spot.A.tick: '1e-10' is no size; write a number above 0 with at most 9 decimals, as 0.01"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1e400}",
      "binance.spot.A.step: '1e400' is no size; write a number above 0 with at most 9 decimals, as 0.01"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: 1, step: 0.1, max_quantity: 0.15}",
      "binance.spot.A.max_quantity: '0.15' has more than 1 decimals; write a number above 0 with at most 1 decimals"
    ),
    (
      "binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1, contract: round}",
      "binance.spot.A.contract: 'round' is not known; write linear or inverse"
    ),
    (
      "binance.usdm.A: {base: A, quote: USDT, tick: 1, step: 1, leverage: 126}",
      "binance.usdm.A.leverage: '126' is out of range; write a whole number, 1...125"
    ),
    (
      "binance.usdm.A: {base: A, quote: USDT, tick: 1, step: 1, min_notional: -5}",
      "binance.usdm.A.min_notional: '-5' is out of range; write an amount, 0 or more"
    ),
    ("binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1, leverage: 2}", "binance.spot.A: spot has leverage 1, not 2"),
    ("binance.spot.A: {base: A, quote: a/b, tick: 1, step: 1}", "binance.spot.A.quote: 'a/b' is no asset; write its letters and digits, as BTC"),
  ])
  func `An instrument that cannot be is named with its line`(row: String, violation: String) throws {
    #expect(try violations("# first\ninstruments:\n  \(row)\n") == ["pairs.yaml:3: \(violation)"])
  }

  @Test func `The same instrument twice is refused with both lines`() throws {
    let row = "  binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1}\n"
    #expect(
      try violations("instruments:\n\(row)\(row)")
        == ["pairs.yaml:3:3: duplicate key 'binance.spot.A' in line 3; the first is in line 2, remove one"])
  }

  @Test func `A figure in a block of its own is named with its own line, and all faults come at once`() throws {
    let text = "instruments:\n  binance.usdm.A:\n    base: A\n    quote: USDT\n    tick: x\n    step: 1\n    leverage: 0\n  bad: {}\n"
    #expect(
      try violations(text) == [
        "pairs.yaml:5: binance.usdm.A.tick: 'x' is no size; write a number above 0 with at most 9 decimals, as 0.01",
        "pairs.yaml:7: binance.usdm.A.leverage: '0' is out of range; write a whole number, 1...125",
        "pairs.yaml:8: bad: no instrument's name; write venue.market.SYMBOL with market spot, usdm or coinm",
      ])
  }
}

@Suite("Limits of single symbols")
struct SymbolLimitTests {
  @Test func `Limits of a symbol beside the account's are read, told apart, and kept in what a journal records`() throws {
    let loading = try Loading()
    func write(_ more: String) throws {
      try loading.folder.write("instruments:\n  binance.usdm.A: {base: A, quote: USDT, tick: 1, step: 1\(more)}\n", to: "pairs.yaml")
    }
    try write("")
    let plain = try loading.load("")
    #expect(plain.pairs.symbolLimits.isEmpty)
    try write(", max_order_notional: 100.5, max_spread_bps: 2.5, price_collar_bps: 30")
    let settings = try loading.load("")
    let id = try #require(settings.pairs.instrument("A")).id
    let own = try #require(settings.pairs.symbolLimits[id])
    #expect(own.maximumOrderNotional == Money(raw: 1_005 * Money(units: 1).raw / 10))
    #expect(own.maximumSpread == BasisPoints(raw: 2_500_000) && own.priceCollar == BasisPoints(raw: 30_000_000))
    #expect(settings.pairs.canonicalText.contains("max_order_notional:100.5,max_spread_bps:2.5,price_collar_bps:30"))
    let recorded = try Settings.recorded(
      settings.recordedLines, pairs: settings.pairs.recordedText(of: settings.pairs.instruments), in: "j")
    #expect(recorded.pairs == settings.pairs)
    #expect(plain.adopting(settings).change.forRestart == ["pairs.yaml"])
    try write(", max_spread_bps: 10001")
    #expect(try loading.violations("")[0].hasPrefix("pairs.yaml:2: binance.usdm.A.max_spread_bps: '10001' is out of range"))
  }

  @Test func `The tighter of pairs.yaml and risk.max_notional_by_symbol holds, per market`() throws {
    let loading = try Loading()
    try loading.folder.write(
      """
      instruments:
        binance.usdm.A: {base: A, quote: USDT, tick: 1, step: 1, max_exposure_notional: 100.5}
        binance.spot.A: {base: A, quote: USDT, tick: 1, step: 1}
        binance.usdm.B: {base: B, quote: USDT, tick: 1, step: 1, max_exposure_notional: 300}

      """, to: "pairs.yaml")
    let settings = try loading.load("risk: {max_notional_by_symbol: [A=200, B=250]}\n")
    func limit(_ name: String) throws -> Money? { settings.exposureLimit(of: try #require(settings.pairs.instrument(name))) }
    #expect(try limit("binance.usdm.A") == Money(raw: 1_005 * Money(units: 1).raw / 10))
    #expect(try limit("binance.spot.A") == Money(units: 200) && limit("B") == Money(units: 250))
    #expect(settings.pairs.canonicalText.contains("max_exposure_notional:100.5"))
    try loading.folder.write(
      "instruments:\n  binance.usdm.A: {base: A, quote: USDT, tick: 1, step: 1, max_exposure_notional: -1}\n", to: "pairs.yaml")
    #expect(try loading.violations("")[0].hasPrefix("pairs.yaml:2: binance.usdm.A.max_exposure_notional: '-1' is out of range"))
  }
}
