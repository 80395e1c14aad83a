import Market
import Risk
import YAMLDocument

/// The figures of one instrument of pairs.yaml.
struct InstrumentFields {
  let id: InstrumentID
  let row: YAMLNode.Entry
  private(set) var problems: [(entry: YAMLNode.Entry, name: String, problem: String)] = []
  /// The limit of this symbol's exposure; nil = the common one alone.
  private(set) var maximumExposure: Money?
  /// What holds beside the account's limits.
  private(set) var limits = SymbolLimits()
  private var texts: [String: (entry: YAMLNode.Entry, text: String)] = [:]

  private static let keys = [
    "base", "quote", "contract", "tick", "step", "min_quantity", "max_quantity", "max_price", "min_notional", "leverage",
    "maintenance_margin_bps", "max_exposure_notional", "max_order_notional", "max_spread_bps", "price_collar_bps",
  ]
  private static let required = ["base", "quote", "tick", "step"]
  /// Amounts have as many decimals as in settings.yaml.
  private static let moneyScale = SettingsField.moneyScale

  init(id: InstrumentID, row: YAMLNode.Entry) {
    self.id = id
    self.row = row
  }

  /// Nil if anything is wrong; then `problems` says what.
  mutating func read(_ entries: [YAMLNode.Entry]) -> Instrument? {
    for entry in entries { take(entry) }
    for key in Self.required where texts[key] == nil && !problems.contains(where: { $0.entry.key == key }) {
      problems.append((row, row.key, "\(key) is missing; write it"))
    }
    let base = asset("base")
    let quote = asset("quote")
    let contract = contract()
    let priceScale = decimals("tick")
    let quantityScale = decimals("step")
    let leverage = number("leverage", scale: 0, 1...125, "write a whole number, 1...125")
    let maintenance = basisPoints("maintenance_margin_bps")
    let notional = amount("min_notional")
    maximumExposure = amount("max_exposure_notional")
    limits = SymbolLimits(
      maximumOrderNotional: amount("max_order_notional"), maximumSpread: basisPoints("max_spread_bps"), priceCollar: basisPoints("price_collar_bps"))
    // The other figures have the decimals of these two.
    guard let priceScale, let quantityScale else { return nil }
    let tick = positive("tick", scale: priceScale)
    let step = positive("step", scale: quantityScale)
    let minimum = positive("min_quantity", scale: quantityScale)
    let maximum = positive("max_quantity", scale: quantityScale)
    let maximumPrice = positive("max_price", scale: priceScale)
    guard problems.isEmpty, let base, let quote, let tick, let step else { return nil }
    do throws(Instrument.Invalid) {
      return try Instrument(
        id: id, baseAsset: base, quoteAsset: quote, contract: contract, priceScale: priceScale, quantityScale: quantityScale, tickSize: tick,
        stepSize: step, minimumQuantity: minimum, maximumQuantity: maximum, maximumPrice: maximumPrice,
        minimumNotional: notional ?? .zero, leverage: leverage ?? 1, maintenanceMargin: maintenance ?? BasisPoints(raw: 40_000_000))
    } catch {
      problems.append((row, row.key, error.reason))
      return nil
    }
  }

  // MARK: -

  private mutating func take(_ entry: YAMLNode.Entry) {
    guard Self.keys.contains(entry.key) else {
      return problem(entry, "unknown key; \(Suggestion.text(for: entry.key, among: Self.keys, manual: PairsReader.manual))")
    }
    guard case .text(let text) = WrittenValue(entry.value), !text.isEmpty else { return problem(entry, "no value; write one, or remove the key") }
    texts[entry.key] = (entry, text)
  }

  private mutating func problem(_ entry: YAMLNode.Entry, _ text: String) { problems.append((entry, "\(row.key).\(entry.key)", text)) }

  private mutating func asset(_ key: String) -> String? {
    guard let (entry, text) = texts[key] else { return nil }
    if Pairs.isSymbol(text) { return text }
    problem(entry, "\(Excerpt.quoted(text)) is no asset; write its letters and digits, as BTC")
    return nil
  }

  private mutating func contract() -> Contract {
    guard let (entry, text) = texts["contract"] else { return .linear }
    if let contract = Contract(rawValue: text) { return contract }
    problem(entry, "\(Excerpt.quoted(text)) is not known; write linear or inverse")
    return .linear
  }

  private mutating func decimals(_ key: String) -> Int? {
    guard let (entry, text) = texts[key] else { return nil }
    var copy = text
    if let decimals = copy.withUTF8({ DecimalText.decimals(of: $0) }), decimals <= 9 { return decimals }
    problem(entry, "\(Excerpt.quoted(text)) is no size; write a number above 0 with at most 9 decimals, as 0.01")
    return nil
  }

  private mutating func amount(_ key: String) -> Money? {
    number(key, scale: Self.moneyScale, 0...SettingsField.maximumUnits * PowerOfTen[Self.moneyScale], "write an amount, 0 or more").map {
      Money(raw: Int128($0) * Int128(PowerOfTen[Money.scale - Self.moneyScale]))
    }
  }

  private mutating func basisPoints(_ key: String) -> BasisPoints? {
    number(key, scale: BasisPoints.scale, 0...10_000 * PowerOfTen[BasisPoints.scale], "write basis points, 0...10000").map { BasisPoints(raw: $0) }
  }

  private mutating func positive(_ key: String, scale: Int) -> Int64? {
    number(key, scale: scale, 1...Int64.max, "write a number above 0 with at most \(scale) decimals")
  }

  private mutating func number(_ key: String, scale: Int, _ range: ClosedRange<Int64>, _ advice: String) -> Int64? {
    guard let (entry, text) = texts[key] else { return nil }
    switch NumberText.read(text, scale: scale, in: range) {
    case .value(let raw): return raw
    case .problem(let words):
      problem(entry, "\(words); \(advice)")
      return nil
    }
  }
}
