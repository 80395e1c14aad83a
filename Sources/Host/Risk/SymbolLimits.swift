import Market

/// Limits of one symbol beside the account's: of both the tighter holds. `nil` = the account's alone.
public struct SymbolLimits: Sendable, Hashable {
  /// Largest worst-case notional of one opening order.
  public var maximumOrderNotional: Money?
  /// Widest quote that is opened into.
  public var maximumSpread: BasisPoints?
  /// How far beyond the touch an opening limit order may be priced.
  public var priceCollar: BasisPoints?

  public init(maximumOrderNotional: Money? = nil, maximumSpread: BasisPoints? = nil, priceCollar: BasisPoints? = nil) {
    self.maximumOrderNotional = maximumOrderNotional
    self.maximumSpread = maximumSpread
    self.priceCollar = priceCollar
  }

  /// Whether the account's hold alone.
  public var isNone: Bool { self == SymbolLimits() }
}

extension RiskLimits {
  /// What holds for a symbol with limits of its own.
  public func tightened(by own: SymbolLimits) -> RiskLimits {
    var other = self
    other.maximumOrderNotional = own.maximumOrderNotional
    other.maximumSpread = own.maximumSpread
    other.priceCollar = own.priceCollar
    return tightened(by: other)
  }
}

extension RiskGate {
  func orderNotionalLimit(_ instrument: Int32) -> Money? {
    tighter(limits.maximumOrderNotional?.raw, symbolLimits.isEmpty ? nil : symbolLimits[Int(instrument)].maximumOrderNotional?.raw).map {
      Money(raw: $0)
    }
  }

  func spreadLimit(_ instrument: Int32) -> BasisPoints? {
    tighter(limits.maximumSpread?.raw, symbolLimits.isEmpty ? nil : symbolLimits[Int(instrument)].maximumSpread?.raw).map { BasisPoints(raw: $0) }
  }

  func collarLimit(_ instrument: Int32) -> BasisPoints? {
    tighter(limits.priceCollar?.raw, symbolLimits.isEmpty ? nil : symbolLimits[Int(instrument)].priceCollar?.raw).map { BasisPoints(raw: $0) }
  }

  @inline(__always)
  private func tighter<Value: FixedWidthInteger>(_ common: Value?, _ own: Value?) -> Value? {
    guard let own else { return common }
    return common.map { min($0, own) } ?? own
  }
}
