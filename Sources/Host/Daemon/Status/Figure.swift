import FoundationEssentials
import Market
import Session

/// A decimal number as it was counted, on its way to a reader: exact in JSON and back.
public struct Figure: Sendable {
  /// value x 10^scale
  public let raw: Int128
  public let scale: Int

  public init(_ raw: Int128, scale: Int) {
    self.raw = raw
    self.scale = scale
  }

  /// With 8 decimals, as everywhere in JSON.
  public init(_ money: Money) {
    self.init(Figure(money.raw, scale: Money.scale), decimals: 8)
  }

  /// The same, rounded half away from zero to fewer decimals.
  public init(_ figure: Figure, decimals: Int) {
    let unit = UInt128(PowerOfTen[min(18, max(0, figure.scale - decimals))])
    let rounded = Int128((figure.raw.magnitude + unit / 2) / unit)
    self.init(figure.raw < 0 ? -rounded : rounded, scale: min(decimals, figure.scale))
  }

  public var isZero: Bool { raw == 0 }
  public var json: JSONValue { .number(DecimalText.format(raw, scale: scale)) }

  /// Rounded half away from zero, or filled up with zeros.
  public func text(decimals: Int) -> String {
    if decimals >= scale { return DecimalText.format(raw * Int128(PowerOfTen[min(18, decimals - scale)]), scale: decimals) }
    return DecimalText.format(Figure(self, decimals: decimals).raw, scale: decimals)
  }

  /// Without zeros at the end.
  public var shortText: String { DecimalText.formatShort(raw, scale: scale) }
}

extension Figure: Equatable {
  public static func == (a: Figure, b: Figure) -> Bool { a.shortText == b.shortText }
}

extension Figure: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // A Decimal has 38 digits: the text is the one that was written, less zeros at its end.
    let text = try container.decode(Decimal.self).description
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let raw = Int128(parts.joined()), parts.count == 1 || parts[1].count <= 18 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no decimal number of at most 18 decimals")
    }
    self.init(raw, scale: parts.count == 2 ? parts[1].count : 0)
  }
}
