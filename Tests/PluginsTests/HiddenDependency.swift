import Testing

/// Ways to write a library so that its table of needed libraries reads otherwise than it loads.
enum HiddenDependency: CaseIterable {
  case sizeTooSmall
  case offsetElsewhere
  case twoDynamicSegments
  case twoTablesOfNames
  case longName
  case overlappingSegments

  var reason: String {
    switch self {
    case .sizeTooSmall: "no end"
    case .offsetElsewhere: "not where it is loaded"
    case .twoDynamicSegments: "2 dynamic segments"
    case .twoTablesOfNames: "no single table"
    case .longName: "cannot be read"
    case .overlappingSegments: "overlap"
    }
  }

  func applied(to whole: [UInt8]) throws -> [UInt8] {
    var bytes = whole
    let rows = Self.segments(whole)
    let dynamic = try #require(rows.first { Self.integer(whole, $0, 4) == 2 })
    switch self {
    case .sizeTooSmall: Self.put(16, at: dynamic + 32, &bytes)
    case .offsetElsewhere: Self.put(Self.integer(whole, dynamic + 8, 8) + 16, at: dynamic + 8, &bytes)
    case .twoDynamicSegments:
      let spare = try #require(rows.last { $0 > dynamic && Self.integer(whole, $0, 4) > 2 })
      bytes.replaceSubrange(spare..<(spare + 56), with: whole[dynamic..<(dynamic + 56)])
    case .twoTablesOfNames: return try Self.withEntry(5, 0, whole)
    case .longName:
      let name = try #require(Self.find("libanl.so.1", whole))
      for place in name..<(name + 300) { bytes[place] = UInt8(ascii: "a") }
    case .overlappingSegments:
      let loads = rows.filter { Self.integer(whole, $0, 4) == 1 }
      let last = try #require(loads.last)
      Self.put(Self.integer(whole, loads[0] + 16, 8) + Self.integer(whole, last + 8, 8) % 4096, at: last + 16, &bytes)
    }
    return bytes
  }

  /// With one entry more, before all others.
  static func withEntry(_ tag: Int, _ value: UInt64, _ whole: [UInt8]) throws -> [UInt8] {
    let dynamic = try #require(segments(whole).first { integer(whole, $0, 4) == 2 })
    let (start, size) = (integer(whole, dynamic + 8, 8), integer(whole, dynamic + 32, 8))
    var bytes = whole
    // The last but the end makes room: what it says is not needed to be refused.
    let kept = Array(whole[start..<(start + size - 32)])
    bytes.replaceSubrange(start..<(start + 16), with: [UInt8](repeating: 0, count: 16))
    put(tag, at: start, &bytes)
    for index in 0..<8 { bytes[start + 8 + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    bytes.replaceSubrange((start + 16)..<(start + 16 + kept.count), with: kept)
    return bytes
  }

  private static func segments(_ bytes: [UInt8]) -> [Int] {
    (0..<integer(bytes, 56, 2)).map { integer(bytes, 32, 8) + $0 * 56 }
  }

  private static func integer(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  private static func put(_ value: Int, at offset: Int, _ bytes: inout [UInt8]) {
    for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  private static func find(_ text: String, _ bytes: [UInt8]) -> Int? {
    let wanted = Array(text.utf8)
    return bytes.indices.dropLast(wanted.count).first { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
  }
}
