import JSONScanner
import Market

/// Prices, quantities and levels.
extension BinanceDecoder {
  enum Trouble: Error {
    case bad(String)
    case needsScales(price: Int, quantity: Int)
  }

  var priceScale: Int { limits.priceScale }
  var quantityScale: Int { limits.quantityScale }

  /// Reads, and once more with larger scales if they may grow.
  @inline(__always)
  func adapting(_ read: () throws(Trouble) -> Content) throws(BadMessage) -> Content {
    while true {
      do throws(Trouble) {
        return try read()
      } catch {
        switch error {
        case .bad(let reason): throw BadMessage(reason: reason)
        case .needsScales(let price, let quantity):
          guard grow(price: price, quantity: quantity) else {
            throw BadMessage(reason: "its decimals do not fit into 64 bits beside the larger values before it")
          }
        }
      }
    }
  }

  @inline(__always)
  func price(_ element: JSONElement?, _ name: StaticString, allowsZero: Bool = false) throws(Trouble) -> Int64 {
    guard let text = element?.text else { throw .bad("price \(name) is no string") }
    let value: Int64
    do throws(DecimalText.Failure) {
      value = try numbers.value(text, scale: limits.priceScale)
    } catch {
      throw trouble(error, "price \(name)", text, isPrice: true)
    }
    guard value > 0 || (allowsZero && value == 0) else { throw .bad("price \(name) \(TickFieldSplitter.excerpt(text)) is not above 0") }
    guard value <= limits.maximumPrice else { throw over("price \(name)", text, limits.maximumPrice, limits.priceScale) }
    if isAdaptive { largestPrice = max(largestPrice, value) }
    return value
  }

  @inline(__always)
  func tradedQuantity(_ element: JSONElement?, _ name: StaticString) throws(Trouble) -> Int64 {
    guard let text = element?.text else { throw .bad("quantity \(name) is no string") }
    let value: Int64
    do throws(DecimalText.Failure) {
      value = try numbers.value(text, scale: limits.quantityScale)
    } catch {
      throw trouble(error, "quantity \(name)", text, isPrice: false)
    }
    return try checked(value, name, text, maximum: limits.maximumQuantity)
  }

  @inline(__always)
  private func checked(
    _ value: Int64, _ name: StaticString, _ text: UnsafeBufferPointer<UInt8>, maximum: Int64
  ) throws(Trouble) -> Int64 {
    guard value >= 0 else { throw .bad("quantity \(name) \(TickFieldSplitter.excerpt(text)) is below 0") }
    guard value <= maximum else { throw over("quantity \(name)", text, maximum, limits.quantityScale) }
    if isAdaptive { largestQuantity = max(largestQuantity, value) }
    return value
  }

  /// What rests at a price. Orders from before a change of the step size rest with more decimals than an instrument has;
  /// of those only whole steps can be traded, so they are rounded down, and counted.
  @inline(__always)
  func restingQuantity(_ element: JSONElement?, _ name: StaticString) throws(Trouble) -> Int64 {
    guard let text = element?.text else { throw .bad("quantity \(name) is no string") }
    let value: Int64
    do throws(DecimalText.Failure) {
      value = try numbers.value(text, scale: limits.quantityScale)
    } catch {
      guard error == .tooPrecise, !isAdaptive, let floored = floored(text) else {
        throw trouble(error, "quantity \(name)", text, isPrice: false)
      }
      flooredQuantities += 1
      value = floored
    }
    return try checked(value, name, text, maximum: Instrument.quantityBound)
  }

  private func floored(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let decimals = DecimalText.decimals(of: text), let exact = try? DecimalText.parse(text, scale: decimals), exact > 0 else { return nil }
    return exact / PowerOfTen[decimals - limits.quantityScale]
  }

  func readLevels(bids: JSONElement?, _ bidName: StaticString, asks: JSONElement?, _ askName: StaticString) throws(Trouble) {
    bidCount = 0
    askCount = 0
    bidCount = try readSide(bids, bidName, from: 0)
    askCount = try readSide(asks, askName, from: bidCount)
  }

  /// `[["price","quantity"],...]`; older streams had a third, empty element.
  private func readSide(_ element: JSONElement?, _ name: StaticString, from start: Int) throws(Trouble) -> Int {
    guard var list = element?.elements else { throw .bad("\(name) is no list of levels") }
    // Locals: members of a class are checked for overlapping access each time.
    let (priceScale, quantityScale, maximumPrice) = (limits.priceScale, limits.quantityScale, limits.maximumPrice)
    var (levels, capacity) = (levels, levelCapacity)
    var count = start
    while let level = list.next() {
      guard var pair = level.elements, let first = pair.next(), let second = pair.next() else { throw .bad("a level of \(name) is no pair") }
      let price: Int64
      let quantity: Int64
      // All but odd levels are taken here.
      if !isAdaptive, let priceText = first.text, let quantityText = second.text,
        let plainPrice = numbers.plain(priceText, scale: priceScale), let plainQuantity = numbers.plain(quantityText, scale: quantityScale),
        plainPrice > 0, plainPrice <= maximumPrice, plainQuantity <= Instrument.quantityBound
      {
        price = plainPrice
        quantity = plainQuantity
      } else {
        price = try self.price(first, name)
        quantity = try restingQuantity(second, name)
      }
      if count == capacity {
        growLevels(keeping: count)
        (levels, capacity) = (self.levels, levelCapacity)
      }
      (levels + count).initialize(to: BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity)))
      count += 1
    }
    return count - start
  }

  private func growLevels(keeping count: Int) {
    let memory = UnsafeMutablePointer<BookLevel>.allocate(capacity: levelCapacity * 2)
    memory.moveInitialize(from: levels, count: count)
    levels.deallocate()
    levels = memory
    levelCapacity *= 2
  }

  private func trouble(
    _ failure: DecimalText.Failure, _ label: @autoclosure () -> String, _ text: UnsafeBufferPointer<UInt8>, isPrice: Bool
  ) -> Trouble {
    let excerpt = TickFieldSplitter.excerpt(text)
    switch failure {
    case .malformed: return .bad("\(label()) \(excerpt) is not a number")
    case .overflow: return .bad("\(label()) \(excerpt) does not fit into 64 bits")
    case .tooPrecise:
      guard isAdaptive else {
        return .bad("\(label()) \(excerpt) has more decimals than the instrument's \(isPrice ? limits.priceScale : limits.quantityScale)")
      }
      guard let decimals = DecimalText.decimals(of: text), decimals <= DecimalField.maximumScale else {
        return .bad("\(label()) \(excerpt) has more than \(DecimalField.maximumScale) decimals")
      }
      return .needsScales(price: isPrice ? decimals : limits.priceScale, quantity: isPrice ? limits.quantityScale : decimals)
    }
  }

  private func over(_ label: String, _ text: UnsafeBufferPointer<UInt8>, _ maximum: Int64, _ scale: Int) -> Trouble {
    .bad("\(label) \(TickFieldSplitter.excerpt(text)) is over the maximum of \(DecimalText.formatShort(Int128(maximum), scale: scale))")
  }

  /// False if the values read before do not fit at the new scales.
  private func grow(price: Int, quantity: Int) -> Bool {
    let larger = largestPrice.multipliedReportingOverflow(by: PowerOfTen[price - limits.priceScale])
    let wider = largestQuantity.multipliedReportingOverflow(by: PowerOfTen[quantity - limits.quantityScale])
    guard !larger.overflow, !wider.overflow, larger.partialValue <= TickLimits.unbounded, wider.partialValue <= TickLimits.unbounded else {
      return false
    }
    largestPrice = larger.partialValue
    largestQuantity = wider.partialValue
    limits.priceScale = price
    limits.quantityScale = quantity
    return true
  }
}
