/// A price in quote currency per base unit: `raw / 10^priceScale` of its instrument.
public struct Price: Sendable, BitwiseCopyable, Hashable, Comparable, Codable {
  public var raw: Int64
  public init(raw: Int64) { self.raw = raw }
  public static var zero: Price { Price(raw: 0) }
  public static func < (a: Price, b: Price) -> Bool { a.raw < b.raw }
}

/// An amount of the base asset: `raw / 10^quantityScale` of its instrument. Signed where it is a position.
public struct Quantity: Sendable, BitwiseCopyable, Hashable, Comparable, Codable {
  public var raw: Int64
  public init(raw: Int64) { self.raw = raw }
  public static var zero: Quantity { Quantity(raw: 0) }
  public static func < (a: Quantity, b: Quantity) -> Bool { a.raw < b.raw }
}
