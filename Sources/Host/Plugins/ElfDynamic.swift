import Glibc

/// What the loader will do for a library, from its bytes. They may be hostile: only the one plain layout that linkers write
/// is read, in which the loader cannot see anything else than what is seen here. All others are refused in words.
struct ElfDynamic {
  /// DT_NEEDED, in order.
  private(set) var needed: [String] = []
  /// Entries by which the loader would take in other files, by name.
  private(set) var detours: [String] = []

  struct Obscure: Error { let reason: String }

  private let bytes: [UInt8]
  private var loads: [Segment] = []

  init(_ bytes: [UInt8]) throws(Obscure) {
    self.bytes = bytes
    let segments = try segments()
    loads = segments.filter { $0.type == 1 }
    try checkLoads()
    let dynamics = segments.filter { $0.type == 2 }
    // The loader takes the last of several.
    guard dynamics.count == 1 else { throw Obscure(reason: "it has \(dynamics.count) dynamic segments") }
    try readEntries(dynamics[0])
  }

  private struct Segment {
    var type: UInt64
    var offset: UInt64
    var address: UInt64
    var size: UInt64
    var memorySize: UInt64
  }

  private static let pageSize = UInt64(getpagesize())
  private static let nameLimit = 256

  private func integer(_ offset: UInt64, _ size: UInt64) throws(Obscure) -> UInt64 {
    guard let end = sum(offset, size), end <= UInt64(bytes.count) else { throw Obscure(reason: "its tables leave the file") }
    return (0..<size).reduce(0) { $0 | UInt64(bytes[Int(offset + $1)]) << (8 * $1) }
  }

  private func sum(_ one: UInt64, _ other: UInt64) -> UInt64? {
    let sum = one.addingReportingOverflow(other)
    return sum.overflow ? nil : sum.partialValue
  }

  private func segments() throws(Obscure) -> [Segment] {
    let (table, size, count) = (try integer(32, 8), try integer(54, 2), try integer(56, 2))
    guard size == 56 else { throw Obscure(reason: "its segment table has rows of \(size) bytes") }
    var segments: [Segment] = []
    for index in 0..<count {
      guard let row = sum(table, index * size), row < UInt64(bytes.count) else { throw Obscure(reason: "its segment table leaves the file") }
      segments.append(
        Segment(
          type: try integer(row, 4), offset: try integer(row + 8, 8), address: try integer(row + 16, 8), size: try integer(row + 32, 8),
          memorySize: try integer(row + 40, 8)))
    }
    return segments
  }

  /// Whole pages are mapped, a later segment over an earlier one: so none may share a page.
  private func checkLoads() throws(Obscure) {
    var end: UInt64 = 0
    for load in loads {
      guard load.size <= load.memorySize, load.address % Self.pageSize == load.offset % Self.pageSize, load.address / Self.pageSize >= end,
        let last = sum(load.address, load.memorySize), let up = sum(last, Self.pageSize - 1),
        let stop = sum(load.offset, load.size), stop <= UInt64(bytes.count)
      else { throw Obscure(reason: "its segments overlap, or are not in order") }
      end = up / Self.pageSize
    }
  }

  /// Where bytes of an address stand in the file, and where the file's part of that segment ends.
  private func place(_ address: UInt64) -> (offset: UInt64, end: UInt64)? {
    for load in loads where address >= load.address && address - load.address < load.size {
      return (load.offset + (address - load.address), load.offset + load.size)
    }
    return nil
  }

  private mutating func readEntries(_ dynamic: Segment) throws(Obscure) {
    // The loader goes by the address, to the entry that ends the table, whatever offset and size say.
    guard let start = place(dynamic.address), start.offset == dynamic.offset, dynamic.size <= start.end - start.offset else {
      throw Obscure(reason: "its dynamic segment is not where it is loaded")
    }
    var entries: [(tag: UInt64, value: UInt64)] = []
    var row = start.offset
    while true {
      guard row + 16 <= start.offset + dynamic.size else { throw Obscure(reason: "its dynamic segment has no end") }
      let entry = (tag: try integer(row, 8), value: try integer(row + 8, 8))
      if entry.tag == 0 { break }
      entries.append(entry)
      row += 16
    }
    let tables = entries.filter { $0.tag == 5 }
    // Again the last of several.
    guard tables.count == 1, let strings = place(tables[0].value) else { throw Obscure(reason: "it has no single table of names") }
    // The loader writes addresses into its entries: no name may stand among them.
    let written = start.offset..<(start.offset + dynamic.size)
    for (tag, value) in entries where tag == 1 || Self.detourNames[tag] != nil {
      guard let name = text(strings, value, outside: written) else { throw Obscure(reason: "a name that it gives to the loader cannot be read") }
      if tag == 1 { needed.append(name) } else { detours.append("\(Self.detourNames[tag] ?? "") \(name)") }
    }
  }

  private func text(_ table: (offset: UInt64, end: UInt64), _ value: UInt64, outside: Range<UInt64>) -> String? {
    guard let start = sum(table.offset, value), start < table.end else { return nil }
    let limit = min(table.end, start + UInt64(Self.nameLimit))
    guard let end = bytes[Int(start)..<Int(limit)].firstIndex(of: 0), !outside.overlaps(start..<UInt64(end + 1)) else { return nil }
    // Not repaired: another name than the loader's is no answer.
    return String(validating: bytes[Int(start)..<end], as: UTF8.self)
  }

  private static let detourNames: [UInt64: String] = [
    0x6FFF_FEFC: "DT_AUDIT", 0x6FFF_FEFB: "DT_DEPAUDIT", 0x7FFF_FFFD: "DT_AUXILIARY", 0x7FFF_FFFF: "DT_FILTER",
  ]
}
