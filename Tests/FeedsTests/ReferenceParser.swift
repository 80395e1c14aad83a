import Foundation
import Market

/// The rules of a row, written the slow and obvious way, to hold the fast parser against.
enum ReferenceParser {
  /// Nil = refused.
  static func parse(_ line: [UInt8], priceScale: Int, quantityScale: Int, maximumPrice: Int64, maximumQuantity: Int64) -> Tick? {
    var line = line
    if line.last == 13 { line.removeLast() }
    if line.contains(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) { return nil }
    guard let fields = fields(line), fields.count == 5 else { return nil }
    guard let time = number(fields[0], 0), time >= 100_000_000_000, time <= 9_000_000_000_000 else { return nil }
    guard let price = number(fields[2], priceScale), price > 0, price <= Decimal(maximumPrice) else { return nil }
    guard let quantity = number(fields[3], quantityScale), quantity > 0, quantity <= Decimal(maximumQuantity) else { return nil }
    let side: Side
    switch fields[4].lowercased() {
    case "b", "buy": side = .buy
    case "s", "sell": side = .sell
    default: return nil
    }
    func int(_ value: Decimal) -> Int64 { NSDecimalNumber(decimal: value).int64Value }
    return Tick(exchangeMilliseconds: int(time), trade: Trade(price: Price(raw: int(price)), quantity: Quantity(raw: int(quantity)), takerSide: side))
  }

  private static func fields(_ line: [UInt8]) -> [String]? {
    var result: [String] = []
    var rest = line[...]
    while true {
      while let first = rest.first, first == 32 || first == 9 { rest.removeFirst() }
      var field: [UInt8] = []
      if rest.first == 34 {
        rest.removeFirst()
        var closed = false
        while let byte = rest.popFirst() {
          if byte != 34 {
            field.append(byte)
          } else if rest.first == 34 {
            field += [34, 34]
            rest.removeFirst()
          } else {
            closed = true
            break
          }
        }
        guard closed else { return nil }
        while let first = rest.first, first == 32 || first == 9 { rest.removeFirst() }
        guard rest.isEmpty || rest.first == 44 else { return nil }
      } else {
        while let first = rest.first, first != 44 {
          field.append(first)
          rest.removeFirst()
        }
        while let last = field.last, last == 32 || last == 9 { field.removeLast() }
      }
      // Bytes that are no UTF-8 become replacement characters, which no field accepts.
      result.append(String(decoding: field, as: UTF8.self))
      guard rest.popFirst() != nil else { return result }
    }
  }

  /// `[+-]digits[.digits][e[+-]digits]` times 10^scale if that is a whole number.
  private static func number(_ text: String, _ scale: Int) -> Decimal? {
    guard text.wholeMatch(of: /[+\-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+\-]?[0-9]{1,4})?/) != nil else { return nil }
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    var mantissa = String(parts[0])
    let negative = mantissa.hasPrefix("-")
    if mantissa.hasPrefix("-") || mantissa.hasPrefix("+") { mantissa.removeFirst() }
    let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let decimals = halves.count > 1 ? halves[1].count : 0
    var digits = Array(halves.joined().utf8)
    var power = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - decimals + scale
    while digits.last == 48, digits.count > 1 {
      digits.removeLast()
      power += 1
    }
    digits = Array(digits.drop { $0 == 48 })
    if digits.isEmpty { return 0 }
    guard power >= 0, digits.count + power <= 19 else { return nil }
    guard let value = Decimal(string: String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: power)) else { return nil }
    return negative ? -value : value
  }
}
