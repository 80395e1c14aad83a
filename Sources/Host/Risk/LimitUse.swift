import Market

/// How much of one limit is used now: what a status screen and a report show.
public struct LimitUse: Sendable, BitwiseCopyable, Hashable {
  /// The code that a refusal at this limit would have.
  public var code: RefusalCode
  public var unit: Refusal.Unit
  /// Index of the instrument; -1 = the account's.
  public var instrument: Int32
  /// Ordinal of the instance; -1 = not one instance's.
  public var instance: Int32
  public var value: Int128
  /// Above zero.
  public var limit: Int128

  public init(_ code: RefusalCode, unit: Refusal.Unit, value: Int128, limit: Int128, instrument: Int32 = -1, instance: Int32 = -1) {
    self.code = code
    self.unit = unit
    self.value = value
    self.limit = limit
    self.instrument = instrument
    self.instance = instance
  }

  /// 0 = untouched, 1 = at the limit.
  public var fraction: Double { limit > 0 ? max(0, Money(raw: value).doubleValue / Money(raw: limit).doubleValue) : 0 }
}
