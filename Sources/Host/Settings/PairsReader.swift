import Market
import Risk
import YAMLDocument

/// Reads pairs.yaml and collects what is wrong with it.
struct PairsReader {
  static let manual = "config/pairs.yaml"

  let path: String
  private(set) var violations: [String] = []
  private(set) var venue = "binance"
  private(set) var defaultMarket = Market.usdm
  private(set) var instruments: [Instrument] = []
  private(set) var maximumExposures: [InstrumentID: Money] = [:]
  private(set) var symbolLimits: [InstrumentID: SymbolLimits] = [:]

  private static let sections = ["venue", "default_market", "instruments"]

  init(path: String) { self.path = path }

  mutating func note(_ duplicates: [YAMLDuplicate]) { violations += duplicates.prefix(100).map { "\(path):\($0.words)" } }

  mutating func read(_ root: YAMLNode?) {
    guard case .mapping(let entries) = root?.content else {
      violations.append("\(path):\(root?.mark.line ?? 1): pairs are venue, default_market and instruments; see \(Self.manual)")
      return
    }
    for entry in entries where entry.key == "venue" { readVenue(entry) }
    for entry in entries where entry.key != "venue" {
      switch entry.key {
      case "default_market": readMarket(entry)
      case "instruments":
        guard case .mapping(let rows) = entry.value.content else {
          note(entry, entry.key, Self.noInstruments)
          continue
        }
        instruments = rows.compactMap { instrument($0) }
      default: note(entry, entry.key, "unknown key; \(Suggestion.text(for: entry.key, among: Self.sections, manual: Self.manual))")
      }
    }
  }

  /// A file without instruments is a mistake, not a host that knows none; what else is wrong explains it better.
  mutating func checkTogether() {
    if instruments.isEmpty, violations.isEmpty { violations.append("\(path):1: instruments: \(Self.noInstruments)") }
  }

  private static let noInstruments = "no instruments; write them below it, as venue.market.SYMBOL: {...}"

  /// - Parameter name: the whole name of the key.
  mutating func note(_ entry: YAMLNode.Entry, _ name: String, _ problem: String) {
    violations.append("\(path):\(entry.keyMark.line): \(Excerpt.line(name)): \(problem)")
  }

  private mutating func readVenue(_ entry: YAMLNode.Entry) {
    guard case .text(let text) = WrittenValue(entry.value), Pairs.isSymbol(text) else {
      return note(entry, entry.key, "no name of a venue; write one, as binance")
    }
    venue = text
  }

  private mutating func readMarket(_ entry: YAMLNode.Entry) {
    let written = WrittenValue(entry.value)
    guard case .text(let text) = written, let market = Market(rawValue: text), market != .coinm else {
      return note(entry, entry.key, "\(written?.quoted ?? "a section") is no market that trades; write spot or usdm")
    }
    defaultMarket = market
  }

  private mutating func instrument(_ row: YAMLNode.Entry) -> Instrument? {
    guard let id = InstrumentID(row.key), Pairs.isSymbol(id.symbol) else {
      note(row, row.key, "no instrument's name; write venue.market.SYMBOL with market spot, usdm or coinm")
      return nil
    }
    guard id.venue == venue else {
      note(row, row.key, "the venue of this file is \(venue); write \(venue).\(id.market.rawValue).\(id.symbol)")
      return nil
    }
    guard case .mapping(let entries) = row.value.content else {
      note(row, row.key, "its figures are missing; write {base: ..., quote: ..., tick: ..., step: ...}")
      return nil
    }
    var fields = InstrumentFields(id: id, row: row)
    let instrument = fields.read(entries)
    for (entry, name, problem) in fields.problems { note(entry, name, problem) }
    maximumExposures[id] = fields.maximumExposure
    if !fields.limits.isNone { symbolLimits[id] = fields.limits }
    return instrument
  }
}
