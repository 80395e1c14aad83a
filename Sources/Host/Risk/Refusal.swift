import Market

/// A refusal with its figures: what was found, what was allowed, and so how much was left.
///
/// A result, not an error: refusing is normal work.
public struct Refusal: Sendable, BitwiseCopyable, Hashable, Codable {
  /// What `value` and `limit` count.
  public enum Unit: UInt8, Sendable, BitwiseCopyable, Codable {
    /// No figures belong to this code.
    case none
    /// Raw money (10^-18 quote currency).
    case money
    /// Raw quantity of the instrument.
    case quantity
    /// Raw price of the instrument.
    case price
    case count
    /// Parts of a million.
    case fraction
    /// 10^-6 basis points.
    case basisPoints
    case milliseconds
  }

  public var code: RefusalCode
  public var unit: Unit
  public var value: Int128
  public var limit: Int128

  public init(_ code: RefusalCode, unit: Unit = .none, value: Int128 = 0, limit: Int128 = 0) {
    self.code = code
    self.unit = unit
    self.value = value
    self.limit = limit
  }

  static func money(_ code: RefusalCode, _ value: Money, limit: Money) -> Refusal {
    Refusal(code, unit: .money, value: value.raw, limit: limit.raw)
  }

  /// How far the value is beyond the limit, whichever side of it is the allowed one: never above zero, because nothing is
  /// refused that has room.
  public var headroom: Int128 { -Int128((limit - value).magnitude) }

  /// `ORDER_NOTIONAL_LIMIT: 12000, limit 10000, headroom -2000`, for people.
  ///
  /// - Parameter spec: of the instrument; nil for what concerns the account, which has money or nothing for figures.
  public func text(for spec: InstrumentSpec?) -> String {
    let scale: Int
    switch unit {
    case .none: return code.name
    case .money: scale = Money.scale
    case .quantity: scale = Int(spec?.quantityScale ?? 0)
    case .price: scale = Int(spec?.priceScale ?? 0)
    case .count, .milliseconds: scale = 0
    case .fraction, .basisPoints: scale = 6
    }
    let show = { DecimalText.formatShort($0, scale: scale) }
    return "\(code.name): \(show(value)), limit \(show(limit)), headroom \(show(headroom))"
  }
}
