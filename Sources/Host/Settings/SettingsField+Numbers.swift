import Market
import Risk

/// Kinds of keys whose values are numbers.
extension SettingsField {
  static func integer(
    _ name: String, _ range: ClosedRange<Int64>, get: @escaping @Sendable (Settings) -> Int64,
    set: @escaping @Sendable (inout Settings, Int64) -> Void
  ) -> SettingsField {
    SettingsField(name: name, shape: .integer(range)) { settings, written in
      read(written, scale: 0, range, "write a whole number, \(range.lowerBound)...\(range.upperBound)") { set(&settings, $0) }
    } show: {
      String(get($0))
    }
  }

  static func bps(_ name: String, _ path: Path<BasisPoints>, _ range: ClosedRange<Int64>) -> SettingsField {
    let unit = PowerOfTen[BasisPoints.scale]
    let advice = "write basis points, \(range.lowerBound)...\(range.upperBound), at most \(BasisPoints.scale) decimals"
    return SettingsField(name: name, shape: .number(range, decimals: BasisPoints.scale)) { settings, written in
      read(written, scale: BasisPoints.scale, range.lowerBound * unit...range.upperBound * unit, advice) {
        settings[keyPath: path] = BasisPoints(raw: $0)
      }
    } show: {
      DecimalText.formatShort(Int128($0[keyPath: path].raw), scale: BasisPoints.scale)
    }
  }

  /// Amounts have 6 decimals: enough for any currency's cents, and 10^12 units still fit into 64 bits.
  static let moneyScale = 6
  static let maximumUnits: Int64 = 1_000_000_000_000

  static func cash(_ name: String, _ path: Path<Money>) -> SettingsField {
    let unit = PowerOfTen[moneyScale]
    return SettingsField(name: name, shape: .number(1...maximumUnits, decimals: moneyScale)) { settings, written in
      read(written, scale: moneyScale, unit...maximumUnits * unit, "write an amount, 1...\(maximumUnits), at most \(moneyScale) decimals") {
        settings[keyPath: path] = money($0)
      }
    } show: {
      DecimalText.formatShort($0[keyPath: path].raw, scale: Money.scale)
    }
  }

  /// An amount of quote currency; `null` = unlimited.
  static func limit(_ name: String, _ path: LimitPath<Money?>) -> SettingsField {
    let advice = "write an amount, 0...\(maximumUnits), at most \(moneyScale) decimals, or null for unlimited"
    return SettingsField(name: name, shape: .optional(.number(0...maximumUnits, decimals: moneyScale), none: "unlimited")) { settings, written in
      if case .null = written {
        settings.limits[keyPath: path] = nil
        return nil
      }
      return read(written, scale: moneyScale, 0...maximumUnits * PowerOfTen[moneyScale], advice) { settings.limits[keyPath: path] = money($0) }
    } show: {
      $0.limits[keyPath: path].map { DecimalText.formatShort($0.raw, scale: Money.scale) } ?? "null"
    }
  }

  /// Any other limit, 0...maximum; `null` = unlimited.
  static func limit(_ name: String, _ path: LimitPath<Int64?>, _ maximum: Int64, scale: Int, what: String) -> SettingsField {
    let decimals = scale == 0 ? "" : ", at most \(scale) decimals"
    let advice = "write \(what), 0...\(maximum)\(decimals), or null for unlimited"
    return SettingsField(name: name, shape: .optional(scale == 0 ? .integer(0...maximum) : .number(0...maximum, decimals: scale), none: "unlimited"))
    { settings, written in
      if case .null = written {
        settings.limits[keyPath: path] = nil
        return nil
      }
      return read(written, scale: scale, 0...maximum * PowerOfTen[scale], advice) { settings.limits[keyPath: path] = $0 }
    } show: {
      $0.limits[keyPath: path].map { DecimalText.formatShort(Int128($0), scale: scale) } ?? "null"
    }
  }

  /// A number whose scaled integer is kept.
  static func scaled(_ name: String, _ path: Path<Int64>, _ range: ClosedRange<Int64>, scale: Int, what: String) -> SettingsField {
    let unit = PowerOfTen[scale]
    let advice = "write \(what), \(range.lowerBound)...\(range.upperBound), at most \(scale) decimals"
    return SettingsField(name: name, shape: .number(range, decimals: scale)) { settings, written in
      read(written, scale: scale, range.lowerBound * unit...range.upperBound * unit, advice) { settings[keyPath: path] = $0 }
    } show: {
      DecimalText.formatShort(Int128($0[keyPath: path]), scale: scale)
    }
  }

  /// The same for an amount.
  static func scaled(_ name: String, _ path: Path<Money>, _ range: ClosedRange<Int64>, scale: Int, what: String) -> SettingsField {
    let unit = PowerOfTen[scale]
    let advice = "write \(what), \(range.lowerBound)...\(range.upperBound), at most \(scale) decimals"
    return SettingsField(name: name, shape: .number(range, decimals: scale)) { settings, written in
      read(written, scale: scale, range.lowerBound * unit...range.upperBound * unit, advice) {
        settings[keyPath: path] = Money(raw: Int128($0) * Int128(PowerOfTen[Money.scale - scale]))
      }
    } show: {
      DecimalText.formatShort($0[keyPath: path].raw, scale: Money.scale)
    }
  }

  /// A limit in basis points; `null` = unlimited.
  static func limitBps(_ name: String, _ path: LimitPath<BasisPoints?>) -> SettingsField {
    let unit = PowerOfTen[BasisPoints.scale]
    let advice = "write basis points, 0...10000, at most \(BasisPoints.scale) decimals, or null for unlimited"
    return SettingsField(name: name, shape: .optional(.number(0...10_000, decimals: BasisPoints.scale), none: "unlimited")) { settings, written in
      if case .null = written {
        settings.limits[keyPath: path] = nil
        return nil
      }
      return read(written, scale: BasisPoints.scale, 0...10_000 * unit, advice) { settings.limits[keyPath: path] = BasisPoints(raw: $0) }
    } show: {
      $0.limits[keyPath: path].map { DecimalText.formatShort(Int128($0.raw), scale: BasisPoints.scale) } ?? "null"
    }
  }

  /// `[BTCUSDT=5000, binance.spot.ETHUSDT=2000]`; an empty list = none has a limit of its own.
  static func symbolAmounts(_ name: String) -> SettingsField {
    let advice = "write a list of SYMBOL=amount, as [BTCUSDT=5000, ETHUSDT=2000]"
    return SettingsField(name: name, shape: .list(example: "[BTCUSDT=5000, ETHUSDT=2000]")) { settings, written in
      var amounts: [String: Money] = [:]
      for item in written.items where !item.isEmpty {
        let parts = item.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Pairs.isSymbol(parts[0]) || InstrumentID(parts[0]).map({ Pairs.isSymbol($0.symbol) }) == true else {
          return "\(Excerpt.quoted(item)) is no limit of a symbol; \(advice)"
        }
        if amounts[parts[0]] != nil { return "\(Excerpt.quoted(parts[0])) is there twice; \(advice)" }
        let problem = read(.text(parts[1]), scale: moneyScale, 0...maximumUnits * PowerOfTen[moneyScale], advice) { amounts[parts[0]] = money($0) }
        if let problem { return problem }
      }
      settings.symbolNotional = amounts
      return nil
    } show: {
      $0.symbolNotional.sorted { $0.key < $1.key }.map { "\($0.key)=\(DecimalText.formatShort($0.value.raw, scale: Money.scale))" }.joined(
        separator: ",")
    }
  }

  /// The reference's `_pct` keys are fractions; their message says so, for 5 is a usual slip for 0.05.
  static func fraction(_ name: String, _ path: LimitPath<Int64?>) -> SettingsField {
    limit(name, path, 1, scale: RiskLimits.fractionScale, what: "a fraction (0.05 is 5 %)")
  }

  /// A figure of the mock market: no money, so the nearest double will do.
  ///
  /// - Parameters:
  ///   - words: the range for people.
  ///   - range: the same with 9 decimals.
  static func real(_ name: String, _ path: Path<Double>, _ words: String, _ range: ClosedRange<Int64>) -> SettingsField {
    SettingsField(name: name, shape: .decimal(range, decimals: 9)) { settings, written in
      read(written, scale: 9, range, "write a number, \(words), at most 9 decimals") { settings[keyPath: path] = Double($0) / 1e9 }
    } show: {
      "\($0[keyPath: path])"
    }
  }

  /// One price for all symbols, or a list of one each.
  static func startPrices(_ name: String) -> SettingsField {
    let advice = "write a price above 0, at most 1000000000 with 9 decimals, or a list with one for each symbol"
    return SettingsField(name: name, shape: .list(example: "[60000, 3000]")) { settings, written in
      var prices: [String] = []
      for item in written.items {
        let problem = read(.text(item), scale: 9, 1...1_000_000_000 * PowerOfTen[9], advice) {
          prices.append(DecimalText.formatShort(Int128($0), scale: 9))
        }
        if let problem { return problem }
      }
      guard !prices.isEmpty else { return "there is no price; \(advice)" }
      settings.mock.startPrices = prices
      return nil
    } show: {
      $0.mock.startPrices.joined(separator: ",")
    }
  }

  private static func money(_ raw: Int64) -> Money { Money(raw: Int128(raw) * Int128(PowerOfTen[Money.scale - moneyScale])) }

  static func read(_ written: WrittenValue, scale: Int, _ range: ClosedRange<Int64>, _ advice: String, _ store: (Int64) -> Void) -> String? {
    guard case .text(let text) = written else { return "\(written.quoted) is not a number; \(advice)" }
    switch NumberText.read(text, scale: scale, in: range) {
    case .value(let raw): store(raw)
    case .problem(let problem): return "\(problem); \(advice)"
    }
    return nil
  }
}
