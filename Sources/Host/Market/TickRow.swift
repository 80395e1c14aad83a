/// A row of a tick file as this project writes it: `timestamp,price,qty,side`, epoch ms, exact plain decimals, `buy` or `sell`.
public enum TickRow {
  public static let header = "timestamp,price,qty,side\n"
  /// Three numbers, a side, commas and the line's end.
  public static let maximumLength = 3 * DecimalBytes.maximumLength + 8

  /// - Parameter buffer: room for `maximumLength` bytes.
  /// - Returns: how many bytes were written, the line's end included.
  public static func write(_ tick: Tick, priceScale: Int, quantityScale: Int, to buffer: UnsafeMutablePointer<UInt8>) -> Int {
    // Unsafe: never more than `maximumLength` bytes are written, for which the caller has room.
    var filled = DecimalBytes.write(tick.exchangeMilliseconds, scale: 0, to: buffer)
    func comma() {
      buffer[filled] = 0x2C
      filled += 1
    }
    comma()
    filled += DecimalBytes.write(tick.trade.price.raw, scale: priceScale, to: buffer + filled)
    comma()
    filled += DecimalBytes.write(tick.trade.quantity.raw, scale: quantityScale, to: buffer + filled)
    let side: StaticString = tick.trade.takerSide == .buy ? ",buy\n" : ",sell\n"
    (buffer + filled).update(from: side.utf8Start, count: side.utf8CodeUnitCount)
    return filled + side.utf8CodeUnitCount
  }
}
