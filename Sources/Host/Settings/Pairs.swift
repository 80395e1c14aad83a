import Market
import Risk
import YAMLDocument

/// pairs.yaml: the instruments that the host knows.
public struct Pairs: Sendable, Hashable {
  /// The venue of all instruments, e.g. `binance`.
  public let venue: String
  /// What a bare symbol means; spot or usdm.
  public let defaultMarket: Market
  /// In the order of the file; ids are unique.
  public let instruments: [Instrument]
  /// Limits of single symbols' exposures in the place of the common one; of this and risk.max_notional_by_symbol the tighter holds.
  public let maximumExposures: [InstrumentID: Money]
  /// Limits of single symbols beside the account's, of those that have any.
  public let symbolLimits: [InstrumentID: SymbolLimits]

  /// Quote currencies of linear instruments; none is the end of another.
  private static let linearQuotes = ["USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD1"]

  /// `binance.usdm.BTCUSDT`, or a bare symbol: of the default market if that has it, else of the one that has.
  public func instrument(_ text: String) -> Instrument? {
    if let id = InstrumentID(text) { return instruments.first { $0.id == id } }
    let named = instruments.filter { $0.id.symbol == text }
    return named.first { $0.id.market == defaultMarket } ?? named.first
  }

  /// The assets of a bare symbol that is a base with a known linear quote; nil for anything else.
  public func splitUnknown(_ symbol: String) -> (base: String, quote: String)? {
    guard symbol.utf8.allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }) else { return nil }
    for quote in Self.linearQuotes where symbol.hasSuffix(quote) && symbol.count > quote.count {
      return (String(symbol.dropLast(quote.count)), quote)
    }
    return nil
  }

  /// Letters, digits, `_` and `-`, at most 64: a symbol becomes part of file names.
  static func isSymbol(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.first != "-"
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
      }
  }

  /// The shipped config/pairs.yaml, compiled in.
  public static let builtIn: Pairs = {
    do throws(SettingsError) {
      return try parse(try SettingsFile.parse(Array(ConfigurationText.pairs.utf8), "built-in pairs"), path: "built-in pairs")
    } catch {
      preconditionFailure("the built-in pairs are not acceptable: \(error)")
    }
  }()

  /// The same instruments, with another meaning of bare symbols (app.exchange).
  func with(defaultMarket: Market) -> Pairs {
    Pairs(
      venue: venue, defaultMarket: defaultMarket, instruments: instruments, maximumExposures: maximumExposures, symbolLimits: symbolLimits)
  }

  static func parse(_ document: YAMLDocument, path: String) throws(SettingsError) -> Pairs {
    var reader = PairsReader(path: path)
    reader.note(document.duplicates)
    reader.read(document.root)
    reader.checkTogether()
    if !reader.violations.isEmpty { throw SettingsError(violations: reader.violations) }
    return Pairs(
      venue: reader.venue, defaultMarket: reader.defaultMarket, instruments: reader.instruments, maximumExposures: reader.maximumExposures,
      symbolLimits: reader.symbolLimits)
  }
}
