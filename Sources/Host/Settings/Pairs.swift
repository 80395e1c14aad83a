import Market
import YAMLDocument

/// pairs.yaml: the instruments that the host knows.
public struct Pairs: Sendable {
  public let venue: String
  /// What a bare symbol means.
  public let defaultMarket: Market
  public let instruments: [Instrument]

  /// Quote currencies of linear instruments, longest first so that FDUSD is not taken for USD.
  private static let linearQuotes = ["FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD1"]

  /// `binance.usdm.BTCUSDT`, or a bare symbol: of the default market if that has it, else of the one that has.
  public func instrument(_ text: String) -> Instrument? {
    if let id = InstrumentID(text) { return instruments.first { $0.id == id } }
    let named = instruments.filter { $0.id.symbol == text }
    return named.first { $0.id.market == defaultMarket } ?? named.first
  }

  /// The assets of a symbol that is a base with a known linear quote; nil for anything else.
  public func splitUnknown(_ symbol: String) -> (base: String, quote: String)? {
    guard symbol.utf8.allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }) else { return nil }
    for quote in Self.linearQuotes where symbol.hasSuffix(quote) && symbol.count > quote.count { return (String(symbol.dropLast(quote.count)), quote) }
    return nil
  }

  /// The shipped config/pairs.yaml, compiled in.
  public static let builtIn: Pairs = {
    do { return try parse(try SettingsFile.parse(Array(BuiltInPairs.text.utf8), "built-in pairs"), path: "built-in pairs") } catch {
      preconditionFailure("the built-in pairs are not acceptable: \(error)")
    }
  }()

  // MARK: -

  static func parse(_ root: YAMLNode?, path: String) throws(SettingsError) -> Pairs {
    var reader = PairsReader(path: path)
    guard case .mapping(let entries) = root?.content else {
      throw SettingsError(["\(path):1: pairs are venue, default_market and instruments, see config/pairs.yaml"])
    }
    var venue = "binance"
    var market = Market.usdm
    var instruments: [Instrument] = []
    for entry in entries {
      switch entry.key {
      case "venue": venue = reader.text(entry) ?? venue
      case "default_market":
        guard let known = reader.text(entry).flatMap(Market.init(rawValue:)) else {
          reader.note(entry, "write spot or usdm")
          continue
        }
        market = known
      case "instruments":
        guard case .mapping(let rows) = entry.value.content else {
          reader.note(entry, "write instruments below it, as venue.market.SYMBOL: {...}")
          continue
        }
        instruments = rows.compactMap { reader.instrument($0) }
      default: reader.note(entry, "unknown key\(Suggestion.text(for: entry.key, among: ["venue", "default_market", "instruments"]))")
      }
    }
    if !reader.violations.isEmpty { throw SettingsError(reader.violations) }
    return Pairs(venue: venue, defaultMarket: market, instruments: instruments)
  }
}

/// Reads rows of pairs.yaml and collects what is wrong with them.
private struct PairsReader {
  let path: String
  var violations: [String] = []

  private static let keys = [
    "base", "quote", "contract", "tick", "step", "min_quantity", "max_quantity", "max_price", "min_notional", "leverage",
  ]

  init(path: String) { self.path = path }

  mutating func note(_ entry: YAMLNode.Entry, _ problem: String) { violations.append("\(path):\(entry.keyMark.line): \(entry.key): \(problem)") }

  func text(_ entry: YAMLNode.Entry) -> String? {
    if case .scalar(let text, _) = entry.value.content, !text.isEmpty { return text }
    return nil
  }

  mutating func instrument(_ row: YAMLNode.Entry) -> Instrument? {
    let before = violations.count
    guard let id = InstrumentID(row.key) else {
      note(row, "an instrument is venue.market.SYMBOL with market spot, usdm or coinm")
      return nil
    }
    guard case .mapping(let entries) = row.value.content else {
      note(row, "write its tick, step and so on below it")
      return nil
    }
    var texts: [String: YAMLNode.Entry] = [:]
    for entry in entries {
      guard Self.keys.contains(entry.key) else {
        note(entry, "unknown key\(Suggestion.text(for: entry.key, among: Self.keys))")
        continue
      }
      if text(entry) == nil { note(entry, "a value is wanted here") } else { texts[entry.key] = entry }
    }
    for key in ["base", "quote", "tick", "step"] where texts[key] == nil && violations.count == before { note(row, "\(key) is missing") }
    guard violations.count == before, let tick = texts["tick"].flatMap(text), let step = texts["step"].flatMap(text) else { return nil }
    guard let priceScale = Self.decimals(tick), let quantityScale = Self.decimals(step) else {
      note(row, "tick and step are decimal numbers above 0 with at most 9 decimals")
      return nil
    }
    func number(_ key: String, scale: Int) -> Int64? {
      guard let entry = texts[key], let text = text(entry) else { return nil }
      do throws(DecimalText.Failure) { return try DecimalText.parse(text, scale: scale) } catch {
        note(entry, error == .tooPrecise ? "'\(text)' has more than \(scale) decimals" : "'\(text)' is no number that fits")
        return nil
      }
    }
    let contract = texts["contract"].flatMap(text) ?? Contract.linear.rawValue
    if Contract(rawValue: contract) == nil { note(row, "contract is linear or inverse, not '\(contract)'") }
    let minimumNotional = number("min_notional", scale: 6) ?? 0
    let values = (
      tick: number("tick", scale: priceScale) ?? 0, step: number("step", scale: quantityScale) ?? 0,
      minimum: number("min_quantity", scale: quantityScale), maximum: number("max_quantity", scale: quantityScale),
      price: number("max_price", scale: priceScale), leverage: number("leverage", scale: 0) ?? 1
    )
    guard violations.count == before else { return nil }
    do throws(Instrument.Invalid) {
      return try Instrument(
        id: id, baseAsset: texts["base"].flatMap(text) ?? "", quoteAsset: texts["quote"].flatMap(text) ?? "", contract: Contract(rawValue: contract) ?? .linear,
        priceScale: priceScale, quantityScale: quantityScale, tickSize: values.tick, stepSize: values.step, minimumQuantity: values.minimum,
        maximumQuantity: values.maximum, maximumPrice: values.price,
        minimumNotional: Money(raw: Int128(minimumNotional) * Int128(PowerOfTen[Money.scale - 6])), leverage: values.leverage)
    } catch {
      note(row, error.reason)
      return nil
    }
  }

  private static func decimals(_ text: String) -> Int? {
    var copy = text
    return copy.withUTF8 { DecimalText.decimals(of: $0) }.flatMap { $0 <= 9 ? $0 : nil }
  }
}
