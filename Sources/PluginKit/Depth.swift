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

  @usableFromInline let event: qe_depth
  @usableFromInline let scales: Scales
  @inlinable init(_ event: qe_depth, _ scales: Scales) {
    self.event = event
    self.scales = scales
  }

  @inlinable public var bidCount: Int { event.bids == nil ? 0 : Int(event.bid_count) }
  @inlinable public var askCount: Int { event.asks == nil ? 0 : Int(event.ask_count) }
  /// Level `index` from the best; nil past the end.
  @inlinable public func bid(_ index: Int) -> Level? { index >= 0 && index < bidCount ? Level(event.bids![index], scales) : nil }
  @inlinable public func ask(_ index: Int) -> Level? { index >= 0 && index < askCount ? Level(event.asks![index], scales) : nil }
}
