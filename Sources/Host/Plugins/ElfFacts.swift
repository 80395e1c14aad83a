/// What a library's bytes say of how it was linked and built. They may be anything: what cannot be read of its makers is not
/// there, and what cannot be told of the loader's part is said.
struct ElfFacts {
  /// DT_NEEDED, in order.
  private(set) var needed: [String] = []
  /// Entries by which the loader would take in other files, by name.
  private(set) var detours: [String] = []
  /// Why it cannot be told what the loader would do; nothing that is needed is known then.
  private(set) var obscurity: String?
  /// The Swift toolchain that linked it, `clang 21.0.0 11673e6660b2`; nil where nothing says so.
  private(set) var toolchain: String?

  /// Compiled from Swift; also where that cannot be told.
  private(set) var isSwift = false

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    do throws(ElfDynamic.Obscure) {
      let dynamic = try ElfDynamic(bytes)
      needed = dynamic.needed
      detours = dynamic.detours
    } catch { obscurity = error.reason }
    readSections()
  }

  // MARK: Numbers and texts, inside the bytes or not at all

  private func integer(_ offset: Int, _ size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return Int(exactly: (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) })
  }

  private func text(_ offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count else { return nil }
    let limit = min(bytes.count, offset + 256)
    guard let end = bytes[offset..<limit].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  /// - Returns: nil when the sum is no offset.
  private func sum(_ one: Int, _ other: Int) -> Int? {
    let sum = one.addingReportingOverflow(other)
    return sum.overflow ? nil : sum.partialValue
  }

  // MARK: Who built it

  private struct Section {
    var name: String
    var offset: Int
    var size: Int
  }

  /// Nil without a readable table.
  private var sections: [Section]? {
    guard let table = integer(40, 8), let size = integer(58, 2), let count = integer(60, 2), let names = integer(62, 2), table > 0, size >= 64,
      count > 0, count <= 4096, names < count, let namesRow = sum(table, names * size), let namesOffset = integer(namesRow + 24, 8)
    else { return nil }
    return (0..<count).compactMap { index in
      guard let row = sum(table, index * size), let name = integer(row, 4), let place = sum(namesOffset, name), let text = text(place),
        let offset = integer(row + 24, 8), let length = integer(row + 32, 8), let end = sum(offset, length), end <= bytes.count
      else { return nil }
      return Section(name: text, offset: offset, size: length)
    }
  }

  private mutating func readSections() {
    let sections = sections
    // Every library that a Swift driver links needs the runtime; only what Swift compiled has something in these.
    isSwift = needed.contains { $0.hasPrefix("libswiftCore.so") } && (sections?.contains { $0.name.hasPrefix("swift5_") && $0.size > 0 } ?? true)
    guard let comment = sections?.first(where: { $0.name == ".comment" }), comment.size <= 1 << 16 else { return }
    toolchain = Self.toolchain(
      String(decoding: bytes[comment.offset..<(comment.offset + comment.size)].map { $0 == 0 ? 0x0A : $0 }, as: UTF8.self))
  }

  /// The toolchain's own start-up code, which every Swift library has, carries its compiler's version and source commit.
  private static func toolchain(_ comment: String) -> String? {
    let found = comment.split(separator: "\n").compactMap { line -> String? in
      guard line.hasPrefix("clang version "), line.contains("swiftlang/llvm-project"), line.hasSuffix(")") else { return nil }
      let words = line.split(separator: " ")
      guard words.count >= 4, let commit = words.last?.dropLast(), commit.count >= 12 else { return nil }
      return "clang \(words[2]) \(commit.prefix(12))"
    }
    return found.isEmpty ? nil : Set(found).sorted().joined(separator: " + ")
  }
}
