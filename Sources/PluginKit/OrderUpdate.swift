/// Where an order of yours stands. Each intent ends in exactly one final state.
public enum OrderState: UInt32, Sendable {
  case working = 1
  case partial = 2
  /// The venue has not said; the host allows no new exposure meanwhile.
  case unknown = 3
  case refused = 16
  case filled = 17
  case cancelled = 18
  case expired = 19
  case replaced = 20
  /// A cancel that is over, or a target that needed no order.
  case done = 21
}

/// Refusals that a strategy may want to answer in another way than by waiting. The numbers are frozen; all of them stand
/// in the host's docs/ARCHITECTURE.md.
public enum RefusalCode {
  /// More entries on their way than the host allows at once: ask again when one is over.
  public static let inflightLimit: UInt32 = 16
  /// A bracket or another exit protects the position: leave with `Intents.target`.
  public static let exitWorking: UInt32 = 78
  /// Another instance holds or works the other side of the instrument.
  public static let oppositeInstance: UInt32 = 79
  /// A post-only order came too late for its price: not a fault, the next quote may do.
  public static let wouldTake: UInt32 = 129
}

/// News of an order of yours. Fills are its states `partial` and `filled`.
public struct OrderUpdate: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_order_update>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_order_update>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  /// The intent's; 0 for an order that the host made for you.
  @inlinable public var tag: UInt64 { lent.pointee.tag }
  /// Of an order that no intent of yours asked for: a leg of a bracket, a time stop, a flatten. `hostOrderID` tells
  /// several of them apart; the position in the context already has what it filled.
  @inlinable public var isHostMade: Bool { lent.pointee.tag == 0 }
  /// 0 if no order was made.
  @inlinable public var hostOrderID: UInt64 { lent.pointee.host_order_id }
  /// A state this kit does not know counts as unknown.
  @inlinable public var state: OrderState { OrderState(rawValue: lent.pointee.state) ?? .unknown }
  /// Nothing more comes for this tag. States of later ABI minors follow the same rule.
  @inlinable public var isFinal: Bool { lent.pointee.state >= QE_ORDER_REFUSED }
  /// It tells of a fill: `lastQuantity` at `price`.
  @inlinable public var isFill: Bool { lent.pointee.last_quantity > 0 }
  /// Reason of a refusal, 0 otherwise; some are named in `RefusalCode`.
  @inlinable public var code: UInt32 { lent.pointee.code }
  @inlinable public var side: Side? { Side(rawValue: lent.pointee.side) }
  /// Of this fill in base currency; 0 if this is none.
  @inlinable public var lastQuantity: Double { scales.pointee.quantity(lent.pointee.last_quantity) }
  @inlinable public var rawLastQuantity: Int64 { lent.pointee.last_quantity }
  /// Filled so far.
  @inlinable public var totalQuantity: Double { scales.pointee.quantity(lent.pointee.total_quantity) }
  @inlinable public var rawTotalQuantity: Int64 { lent.pointee.total_quantity }
  /// Of this fill in quote currency; 0 if this is none.
  @inlinable public var price: Double { scales.pointee.price(lent.pointee.price) }
  @inlinable public var rawPrice: Int64 { lent.pointee.price }
  /// Of this fill in `feeAsset`, for display and rough sizing; negative = rebate.
  @inlinable public var fee: Double { qe_money_to_double(lent.pointee.fee) }
  /// At most 15 bytes, which a String holds without allocating.
  public var feeAsset: String {
    withUnsafeBytes(of: lent.pointee.fee_asset) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }
  /// This fill added liquidity.
  @inlinable public var isMaker: Bool { lent.pointee.maker == 1 }
}

/// Whether opening orders are allowed now.
public struct RiskState: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_risk_state>
  @inlinable init(_ lent: UnsafePointer<qe_risk_state>) { self.lent = lent }
  @inlinable public var openingAllowed: Bool { lent.pointee.opening_allowed == 1 }
  /// Why not; 0 when allowed.
  @inlinable public var code: UInt32 { lent.pointee.code }
}
