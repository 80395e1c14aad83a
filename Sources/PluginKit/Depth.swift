/// Top of the book, best level first. Lent memory: it cannot be kept, which is why it cannot be copied.
public struct Depth: ~Copyable {
  /// One price level.
  public struct Level {
    @usableFromInline let level: qe_level
    @usableFromInline let scales: Scales
    @inlinable init(_ level: qe_level, _ scales: Scales) {
      self.level = level
      self.scales = scales
    }

    @inlinable public var price: Double { scales.price(level.price) }
    @inlinable public var quantity: Double { scales.quantity(level.quantity) }
    @inlinable public var rawPrice: Int64 { level.price }
    @inlinable public var rawQuantity: Int64 { level.quantity }
  }

  @usableFromInline let lent: UnsafePointer<qe_depth>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_depth>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  @inlinable public var bidCount: Int { lent.pointee.bids == nil ? 0 : Int(lent.pointee.bid_count) }
  @inlinable public var askCount: Int { lent.pointee.asks == nil ? 0 : Int(lent.pointee.ask_count) }
  /// Level `index` from the best; nil past the end.
  @inlinable public func bid(_ index: Int) -> Level? { index >= 0 && index < bidCount ? Level(lent.pointee.bids![index], scales.pointee) : nil }
  @inlinable public func ask(_ index: Int) -> Level? { index >= 0 && index < askCount ? Level(lent.pointee.asks![index], scales.pointee) : nil }
}
