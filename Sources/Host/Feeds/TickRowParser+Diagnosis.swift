import Market

/// The slow path: everything that is not plain, and the words for what is wrong.
extension TickRowParser {
  enum Diagnosis {
    case tick(Tick)
    /// The row is good, but needs these decimals (adaptive reading only).
    case needsScales(price: Int, quantity: Int)
    /// Nothing but spaces.
    case blank
    case bad(String)
  }

  /// Reads one line with all rules. - Parameter line: without its newline.
  func diagnose(_ line: UnsafeBufferPointer<UInt8>) -> Diagnosis {
    var line = line
    if line.last == 0x0D { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
    guard line.count <= LineSource.tickRowBytes else { return .bad("the line is longer than 64 KiB") }
    if let index = line.firstIndex(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
      return .bad(line[index] == 0 ? "NUL byte at byte \(index + 1) of the line" : "control byte \(line[index]) at byte \(index + 1) of the line")
    }
    if line.allSatisfy(TickFieldSplitter.isSpace) { return .blank }
    guard let found = TickFieldSplitter.split(line, into: fields, capacity: columns.count) else {
      return .bad("a quote does not close, or text follows it")
    }
    for column in [columns.timestamp, columns.price, columns.quantity, columns.side] where column >= found || fields[column].isEmpty {
      return .bad("missing field '\(columns.names[column])'")
    }
    guard found == columns.count else { return .bad("\(found) fields where the header has \(columns.count)") }
    return values()
  }

  /// The four fields, in the order in which a reader would check them.
  private func values() -> Diagnosis {
    let milliseconds: Int64
    switch number(columns.timestamp, scale: 0) {
    case .raw(let raw) where TickRowParser.millisecondRange.contains(raw): milliseconds = raw
    case .notANumber(let reason): return .bad(reason)
    default: return .bad("\(label(columns.timestamp)) is not epoch milliseconds (UTC, 13 digits today)")
    }
    if keepsOrder, milliseconds < lastMilliseconds {
      return .bad("time goes back from \(lastMilliseconds) to \(milliseconds) (--sort accepts it)")
    }
    let price: Int64
    let quantity: Int64
    switch (number(columns.price, scale: priceScale), number(columns.quantity, scale: quantityScale)) {
    case (.raw(let first), .raw(let second)): (price, quantity) = (first, second)
    case (.notANumber(let reason), _), (_, .notANumber(let reason)): return .bad(reason)
    case (.tooLarge, _): return .bad("\(label(columns.price)) is too large")
    case (_, .tooLarge): return .bad("\(label(columns.quantity)) is too large")
    case (let first, let second): return tooPrecise(first.isTooPrecise ? columns.price : nil, second.isTooPrecise ? columns.quantity : nil)
    }
    guard price > 0 else { return .bad("\(label(columns.price)) must be above 0") }
    guard quantity > 0 else { return .bad("\(label(columns.quantity)) must be above 0") }
    if price > maximumPrice { return .bad(overMaximum(columns.price, maximumPrice, priceScale)) }
    if quantity > maximumQuantity { return .bad(overMaximum(columns.quantity, maximumQuantity, quantityScale)) }
    guard let side = side() else { return .bad("\(label(columns.side)) is not buy, sell, B or S") }
    return .tick(
      Tick(exchangeMilliseconds: milliseconds, trade: Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side)))
  }

  private enum Number {
    case raw(Int64)
    case tooPrecise
    case tooLarge
    case notANumber(String)

    var isTooPrecise: Bool { if case .tooPrecise = self { true } else { false } }
  }

  private func number(_ column: Int, scale: Int) -> Number {
    do throws(DecimalText.Failure) {
      return .raw(try DecimalText.parse(fields[column], scale: scale))
    } catch {
      switch error {
      case .malformed: return .notANumber("\(label(column)) is not a number")
      case .tooPrecise: return .tooPrecise
      case .overflow: return .tooLarge
      }
    }
  }

  /// More decimals than there are: adaptive reading takes them, up to what an instrument can have.
  private func tooPrecise(_ price: Int?, _ quantity: Int?) -> Diagnosis {
    var needed = [priceScale, quantityScale]
    for (index, column) in [price, quantity].enumerated() {
      guard let column else { continue }
      guard isAdaptive else {
        let scale = column == columns.price ? priceScale : quantityScale
        return .bad("\(label(column)) has more decimals than the instrument's \(scale)")
      }
      guard let decimals = DecimalText.decimals(of: fields[column]), decimals <= TickRowParser.maximumScale else {
        return .bad("\(label(column)) has more than \(TickRowParser.maximumScale) decimals")
      }
      needed[index] = decimals
    }
    return .needsScales(price: needed[0], quantity: needed[1])
  }

  private func side() -> Side? {
    let field = fields[columns.side]
    func reads(_ word: StaticString) -> Bool {
      guard field.count == word.utf8CodeUnitCount else { return false }
      return (0..<field.count).allSatisfy { field[$0] | 0x20 == word.utf8Start[$0] }
    }
    if reads("buy") || reads("b") { return .buy }
    if reads("sell") || reads("s") { return .sell }
    return nil
  }

  private func label(_ column: Int) -> String { "\(columns.names[column]) \(TickFieldSplitter.excerpt(fields[column]))" }

  private func overMaximum(_ column: Int, _ maximum: Int64, _ scale: Int) -> String {
    "\(label(column)) is over the maximum of \(DecimalText.formatShort(Int128(maximum), scale: scale))"
  }
}
