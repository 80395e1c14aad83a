import Market
import Risk
import Simulation
import YAMLDocument

/// One key of settings.yaml: its name, and how its value becomes part of `Settings`.
struct SettingsField: Sendable {
  /// A value as it was written.
  enum Written {
    case null
    case text(String)
    case list([String])
  }

  let name: String
  /// Returns what is wrong and what to write, or nil.
  let apply: @Sendable (inout Settings, Written) -> String?
  /// The effective value as text; `null` for unlimited.
  let show: @Sendable (Settings) -> String

  static let all: [SettingsField] = [
    choice("app.mode", \.mode),
    path("app.data_path", \.dataPath),
    path("app.runtime_path", \.runtimePath),
    path("app.pairs_file", \.pairsFile),
    choice("simulation.fill", \.simulation.fillPrice),
    bps("simulation.taker_fee_bps", \.simulation.takerFee, -1000...1000),
    bps("simulation.maker_fee_bps", \.simulation.makerFee, -1000...1000),
    bps("simulation.synthetic_spread_bps", \.simulation.syntheticSpread, 0...5000),
    money("simulation.initial_cash", 1...1_000_000_000_000) { $0.simulation.initialCash } set: { $0.simulation.initialCash = $1 ?? .zero },
    limit("risk.max_order_notional", \.maximumOrderNotional),
    limit("risk.max_notional_per_symbol", \.maximumSymbolNotional),
    limit("risk.max_gross_exposure", \.maximumGrossExposure),
    ratio("risk.max_leverage", \.maximumLeverage, 1000),
    count("risk.max_orders_per_second", \.maximumOrdersPerSecond, RiskLimits.ordersPerSecondBound),
    limit("risk.session.max_daily_loss_abs", \.maximumDailyLoss),
    ratio("risk.session.max_daily_loss_pct", \.maximumDailyLossFraction, 1),
    limit("risk.session.max_drawdown_abs", \.maximumDrawdown),
    ratio("risk.session.max_drawdown_pct", \.maximumDrawdownFraction, 1),
    flag("risk.resume_on_new_day", \.limits.resumeOnNewDay),
    flag("risk.kill_switch.enabled", \.killSwitch.enabled),
    optionalText("risk.kill_switch.file", \.killSwitch.file),
    optionalText("risk.kill_switch.reason", \.killSwitch.reason),
    integer("features.max_gap_seconds", 1...86_400) { $0.maximumGapSeconds } set: { $0.maximumGapSeconds = $1 },
    integer("feed.mock.seed", 0...Int64.max) { Int64(clamping: $0.mock.seed) } set: { $0.mock.seed = UInt64($1) },
    symbols("feed.mock.symbols"),
    startPrice("feed.mock.start_price"),
    real("feed.mock.trades_per_second", \.mock.tradesPerSecond, 0.001...100_000),
    real("feed.mock.volatility_bps", \.mock.volatilityBps, 0...1000),
    integer("feed.mock.spread_ticks", 1...1000) { Int64($0.mock.spreadTicks) } set: { $0.mock.spreadTicks = Int($1) },
    integer("plugins.max_intents_per_event", 1...256) { Int64($0.maximumIntentsPerEvent) } set: { $0.maximumIntentsPerEvent = Int($1) },
  ]

  // MARK: Kinds of values

  // Key paths to values of plain structs hold no state: sendable in fact, if not by declaration.
  private typealias Path<Value> = WritableKeyPath<Settings, Value> & Sendable
  private typealias LimitPath<Value> = WritableKeyPath<RiskLimits, Value> & Sendable

  private static func choice<Value: RawRepresentable & CaseIterable & Sendable>(_ name: String, _ path: Path<Value>) -> SettingsField
  where Value.RawValue == String {
    let values = Array(Value.allCases)
    return SettingsField(name: name) { settings, written in
      guard case .text(let text) = written, let value = values.first(where: { $0.rawValue == text }) else {
        return "write one of \(values.map(\.rawValue).joined(separator: ", "))"
      }
      settings[keyPath: path] = value
      return nil
    } show: {
      $0[keyPath: path].rawValue
    }
  }

  private static func path(_ name: String, _ path: Path<String>) -> SettingsField {
    SettingsField(name: name) { settings, written in
      guard case .text(let text) = written, !text.isEmpty, !text.utf8.contains(0) else { return "write a path" }
      settings[keyPath: path] = text
      return nil
    } show: {
      $0[keyPath: path]
    }
  }

  private static func optionalText(_ name: String, _ path: Path<String?>) -> SettingsField {
    SettingsField(name: name) { settings, written in
      switch written {
      case .null: settings[keyPath: path] = nil
      case .text(let text) where !text.isEmpty && !text.utf8.contains(0): settings[keyPath: path] = text
      default: return "write a text, or null for none"
      }
      return nil
    } show: {
      $0[keyPath: path] ?? "null"
    }
  }

  private static func flag(_ name: String, _ path: Path<Bool>) -> SettingsField {
    SettingsField(name: name) { settings, written in
      switch written {
      case .text("true"): settings[keyPath: path] = true
      case .text("false"): settings[keyPath: path] = false
      default: return "write true or false"
      }
      return nil
    } show: {
      $0[keyPath: path] ? "true" : "false"
    }
  }

  private static func integer(
    _ name: String, _ range: ClosedRange<Int64>, get: @escaping @Sendable (Settings) -> Int64, set: @escaping @Sendable (inout Settings, Int64) -> Void
  ) -> SettingsField {
    SettingsField(name: name) { settings, written in
      guard case .text(let text) = written, let value = decimal(text, scale: 0), range.contains(value) else {
        return "write a whole number, \(range.lowerBound)...\(range.upperBound)"
      }
      set(&settings, value)
      return nil
    } show: {
      String(get($0))
    }
  }

  private static func bps(_ name: String, _ path: Path<BasisPoints>, _ range: ClosedRange<Int64>) -> SettingsField {
    let unit = PowerOfTen[BasisPoints.scale]
    return SettingsField(name: name) { settings, written in
      guard case .text(let text) = written, let raw = decimal(text, scale: BasisPoints.scale),
        (range.lowerBound * unit...range.upperBound * unit).contains(raw)
      else { return "write basis points, \(range.lowerBound)...\(range.upperBound), at most 6 decimals" }
      settings[keyPath: path] = BasisPoints(raw: raw)
      return nil
    } show: {
      DecimalText.formatShort(Int128($0[keyPath: path].raw), scale: BasisPoints.scale)
    }
  }

  /// Amounts are read with 6 decimals: enough for any currency's cents, and 10^12 units still fit.
  private static let moneyScale = 6

  private static func money(
    _ name: String, _ range: ClosedRange<Int64>, isNullable: Bool = false, get: @escaping @Sendable (Settings) -> Money?,
    set: @escaping @Sendable (inout Settings, Money?) -> Void
  ) -> SettingsField {
    SettingsField(name: name) { settings, written in
      let advice =
        "write an amount of quote currency, \(range.lowerBound)...\(range.upperBound), at most 6 decimals" + (isNullable ? ", or null for unlimited" : "")
      switch written {
      case .null where isNullable: set(&settings, nil)
      case .text(let text):
        let unit = PowerOfTen[moneyScale]
        guard let raw = decimal(text, scale: moneyScale), (range.lowerBound * unit...range.upperBound * unit).contains(raw) else { return advice }
        set(&settings, Money(raw: Int128(raw) * Int128(PowerOfTen[Money.scale - moneyScale])))
      default: return advice
      }
      return nil
    } show: {
      get($0).map { DecimalText.formatShort($0.raw, scale: Money.scale) } ?? "null"
    }
  }

  private static func limit(_ name: String, _ path: LimitPath<Money?>) -> SettingsField {
    money(name, 0...1_000_000_000_000, isNullable: true) { $0.limits[keyPath: path] } set: { $0.limits[keyPath: path] = $1 }
  }

  private static func ratio(_ name: String, _ path: LimitPath<Int64?>, _ maximum: Int64) -> SettingsField {
    scaled(name, path, maximum, scale: RiskLimits.fractionScale, what: maximum == 1 ? "a fraction (0.05 is 5 %)" : "a multiple")
  }

  private static func count(_ name: String, _ path: LimitPath<Int64?>, _ maximum: Int64) -> SettingsField {
    scaled(name, path, maximum, scale: 0, what: "a whole number")
  }

  private static func scaled(_ name: String, _ path: LimitPath<Int64?>, _ maximum: Int64, scale: Int, what: String) -> SettingsField {
    SettingsField(name: name) { settings, written in
      switch written {
      case .null: settings.limits[keyPath: path] = nil
      case .text(let text):
        guard let raw = decimal(text, scale: scale), (0...maximum * PowerOfTen[scale]).contains(raw) else {
          return "write \(what), 0...\(maximum), or null for unlimited"
        }
        settings.limits[keyPath: path] = raw
      case .list: return "write \(what), 0...\(maximum), or null for unlimited"
      }
      return nil
    } show: {
      $0.limits[keyPath: path].map { DecimalText.formatShort(Int128($0), scale: scale) } ?? "null"
    }
  }

  /// A figure of the mock market: no money, so a double will do.
  private static func real(_ name: String, _ path: Path<Double>, _ range: ClosedRange<Double>) -> SettingsField {
    SettingsField(name: name) { settings, written in
      guard case .text(let text) = written, decimal(text, scale: 9) != nil, let value = Double(text), range.contains(value) else {
        return "write a number, \(range.lowerBound)...\(range.upperBound)"
      }
      settings[keyPath: path] = value
      return nil
    } show: {
      "\($0[keyPath: path])"
    }
  }

  /// One for all symbols, or one each in their order.
  private static func startPrice(_ name: String) -> SettingsField {
    SettingsField(name: name) { settings, written in
      guard let items = items(written), !items.isEmpty, items.allSatisfy({ decimal($0, scale: 9).map { $0 > 0 } ?? false }) else {
        return "write a price above 0 with at most 9 decimals, or a list with one for each of feed.mock.symbols"
      }
      settings.mock.startPrices = items
      return nil
    } show: {
      $0.mock.startPrices.joined(separator: ",")
    }
  }

  /// A list, or on the command line words with commas between them.
  private static func items(_ written: Written) -> [String]? {
    switch written {
    case .list(let list): list
    case .text(let text): text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    case .null: nil
    }
  }

  private static func symbols(_ name: String) -> SettingsField {
    SettingsField(name: name) { settings, written in
      let advice = "write a list of different symbols, [BTCUSDT, ETHUSDT], 1...64 of them"
      guard let items = items(written), !items.isEmpty, items.count <= 64, Set(items).count == items.count, items.allSatisfy({ !$0.isEmpty }) else { return advice }
      settings.mock.symbols = items
      return nil
    } show: {
      $0.mock.symbols.joined(separator: ",")
    }
  }

  private static func decimal(_ text: String, scale: Int) -> Int64? {
    do throws(DecimalText.Failure) { return try DecimalText.parse(text, scale: scale) } catch { return nil }
  }
}
