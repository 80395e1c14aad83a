/// The parts of a shared library that say what it shows and needs, read from bytes; nothing is loaded.
struct ElfFile {
  private let bytes: [UInt8]

  /// - Precondition: `PluginFile.read` has let the bytes through: a 64-bit little-endian shared library.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func integer(_ offset: Int, _ size: Int) -> Int? {
    guard offset >= 0, size <= 8, offset <= bytes.count - size else { return nil }
    return Int(truncatingIfNeeded: (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) })
  }

  private func text(_ offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[offset..<min(end, offset + 256)], as: UTF8.self)
  }

  private struct Section {
    var type: Int
    var offset: Int
    var size: Int
    var link: Int
  }

  private var sections: [Section] {
    guard let table = integer(40, 8), let size = integer(58, 2), let count = integer(60, 2), size >= 64, count <= 4096 else { return [] }
    return (0..<count).compactMap { index in
      let row = table + index * size
      guard let type = integer(row + 4, 4), let offset = integer(row + 24, 8), let size = integer(row + 32, 8), let link = integer(row + 40, 4)
      else { return nil }
      return Section(type: type, offset: offset, size: size, link: link)
    }
  }

  /// Names that other libraries can bind to; nil without a table of sections.
  var exported: [String]? {
    let sections = sections
    guard let table = sections.first(where: { $0.type == 11 }), table.link < sections.count, table.size <= bytes.count else { return nil }
    return (0..<table.size / 24).compactMap { index in
      let row = table.offset + index * 24
      guard let name = integer(row, 4), let info = integer(row + 4, 1), let other = integer(row + 5, 1), let section = integer(row + 6, 2)
      else { return nil }
      // Global or weak, default or protected (which Swift uses), defined in a section of this file.
      guard info >> 4 == 1 || info >> 4 == 2, other & 3 == 0 || other & 3 == 3, section != 0, section < 0xFF00 else { return nil }
      return text(sections[table.link].offset + name)
    }
  }

  /// Names of the libraries that it asks the loader for; nil without a table of sections.
  var needed: [String]? {
    let sections = sections
    guard let table = sections.first(where: { $0.type == 6 }), table.link < sections.count, table.size <= bytes.count else {
      return sections.isEmpty ? nil : []
    }
    return (0..<table.size / 16).compactMap { index in
      guard integer(table.offset + index * 16, 8) == 1, let name = integer(table.offset + index * 16 + 8, 8) else { return nil }
      return text(sections[table.link].offset + name)
    }
  }
}
