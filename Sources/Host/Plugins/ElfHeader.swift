/// Just enough of ELF to say in words what dlopen would say in its own, and what it would not say at all: it maps a file
/// that was cut and dies by SIGBUS on the first page that is not there.
enum ElfHeader {
  /// Why the bytes are no shared library of this machine; nil when nothing speaks against loading them.
  static func objection(_ bytes: [UInt8]) -> String? {
    guard bytes.count >= headerSize, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return "it is not an ELF file" }
    guard bytes[4] == 2, bytes[5] == 1 else { return "it is not a 64-bit little-endian ELF file" }
    let type = integer(bytes, 16, 2)
    guard type == 3 else { return "it is an ELF file but no shared library" }
    let machine = integer(bytes, 18, 2)
    guard machine == thisMachine else { return "it is built for another machine (ELF machine \(machine), this is \(thisMachine))" }
    // The section table stands at the end of what a linker writes: a cut file loses it.
    guard ends(at: integer(bytes, 40, 8), integer(bytes, 58, 2) * integer(bytes, 60, 2), within: bytes) else { return "it is cut short" }
    // A stripped file may have no section table; its segments are what is mapped.
    let (table, entrySize, count) = (integer(bytes, 32, 8), integer(bytes, 54, 2), integer(bytes, 56, 2))
    guard count > 0, entrySize >= programHeaderSize, ends(at: table, entrySize * count, within: bytes) else {
      return "it has no segments, or is cut short"
    }
    for index in 0..<count {
      let row = Int(table + index * entrySize)
      guard ends(at: integer(bytes, row + 8, 8), integer(bytes, row + 32, 8), within: bytes) else { return "a segment of it is cut short" }
    }
    return nil
  }

  private static let headerSize = 64
  private static let programHeaderSize: UInt64 = 56

  #if arch(x86_64)
    private static let thisMachine: UInt64 = 62
  #elseif arch(arm64)
    private static let thisMachine: UInt64 = 183
  #endif

  private static func ends(at offset: UInt64, _ size: UInt64, within bytes: [UInt8]) -> Bool {
    let end = offset.addingReportingOverflow(size)
    return !end.overflow && end.partialValue <= UInt64(bytes.count)
  }

  /// - Precondition: the bytes are there.
  private static func integer(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}
