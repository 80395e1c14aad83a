import Glibc
import Kernel
import PluginABI
import Plugins

/// The entry as the dynamic loader gives it, before any of its words are believed.
private struct RawEntry {
  typealias Function = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?
  let call: Function

  init(_ file: PluginFile) throws(Finding) {
    file.mapLibraries()
    guard let handle = dlopen(Trial.pluginPath, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw .fails(dlerror().map { String(cString: $0) } ?? "dlopen failed")
    }
    guard let symbol = dlsym(handle, Catalogue.entryName) else { throw .fails("it exports no \(Catalogue.entryName)") }
    // Unsafe: the one symbol of the contract, whose signature the header fixes.
    call = unsafeBitCast(symbol, to: Function.self)
  }
}

/// A text buffer that ends at the end of its page, with nothing behind.
final class EdgeText {
  let start: UnsafeMutablePointer<CChar>
  let capacity: Int
  private let pages: UnsafeMutableRawPointer

  init(_ capacity: Int) {
    self.capacity = capacity
    // Unsafe: two pages of our own, the second closed; unmapped in deinit.
    guard let pages = mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), pages != MAP_FAILED,
      mprotect(pages + 4096, 4096, PROT_NONE) == 0
    else { preconditionFailure("no memory for a text") }
    self.pages = pages
    memset(pages, 0x5A, 4096)
    start = (pages + 4096 - capacity).assumingMemoryBound(to: CChar.self)
  }

  deinit { munmap(pages, 8192) }

  var closedPage: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pages + 4096, count: 4096) }
  /// What stands in front of the buffer is as it was.
  var isFrontUntouched: Bool { UnsafeRawBufferPointer(start: pages, count: 4096 - capacity).allSatisfy { $0 == 0x5A } }
  /// nil without an end.
  var text: String? {
    let bytes = UnsafeBufferPointer(start: start, count: capacity)
    guard let end = bytes.firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Catalogue {
  /// Loading, and what the descriptor says.
  static let loadingCases: [Case] = [
    Case(
      "loads", "loads, and its entry gives a descriptor for ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR)", after: ["no-undeclared-dependencies"], seconds: 5
    ) {
      trial in
      let entry = try RawEntry(trial.file())
      let text = EdgeText(512)
      guard entry.call(QE_ABI_MAJOR, QE_ABI_MINOR, text.start, text.capacity) != nil else {
        throw Finding.fails("the entry refuses ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR): \(text.text ?? "a text without its end")")
      }
      return "ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR)"
    },
    Case("descriptor-valid", "descriptor, tables and parameter rows are sound", after: ["loads"], seconds: 5) { trial in
      let facts: PluginFacts
      do { facts = try trial.plugin().facts } catch let error as PluginError { throw Finding.fails("\(error.code.name): \(error.advice)") }
      return "\(facts.isModel ? "model" : "strategy") \(facts.name) \(facts.version), \(facts.parameters.count) parameters"
    },
    Case("entry-stable", "the entry gives the same descriptor each time", after: ["descriptor-valid"], seconds: 5) { trial in
      let entry = try RawEntry(trial.file())
      let text = EdgeText(512)
      guard let first = entry.call(QE_ABI_MAJOR, QE_ABI_MINOR, text.start, 512) else { throw Finding.fails("the entry refuses this host") }
      let content = descriptorBytes(first)
      for minor: UInt32 in [QE_ABI_MINOR, QE_ABI_MINOR, QE_ABI_MINOR + 7] {
        guard let next = entry.call(QE_ABI_MAJOR, minor, text.start, 512) else { throw Finding.fails("refuses minor version \(minor)") }
        guard next == first else { throw Finding.fails("another address for minor version \(minor)") }
        guard descriptorBytes(next) == content else { throw Finding.fails("another content at the same address") }
      }
      return "same address, same content"
    },
    Case("refuses-wrong-abi", "refuses another major version with a bounded text", strictness: 2, after: ["descriptor-valid"], seconds: 5) { trial in
      let entry = try RawEntry(trial.file())
      var words = ""
      for (major, capacity) in [
        (UInt32(0), 512), (QE_ABI_MAJOR + 1, 512), (UInt32.max, 512), (QE_ABI_MAJOR + 1, 16), (QE_ABI_MAJOR + 1, 1), (QE_ABI_MAJOR + 1, 0),
      ] {
        let text = EdgeText(capacity)
        if capacity < 512 { try trial.watch(text.closedPage, failing: "writes past an error text of \(capacity) bytes") }
        guard entry.call(major, 0, text.start, capacity) == nil else { throw Finding.fails("accepts major version \(major)") }
        guard text.isFrontUntouched else { throw Finding.fails("writes in front of the error text") }
        if capacity > 0, text.text == nil { throw Finding.fails("the text of a refusal has no end within \(capacity) bytes") }
        if capacity == 512 { words = text.text ?? "" }
      }
      guard words.contains(where: \.isNumber) else { throw Finding.fails("the text does not name the versions it supports: '\(words)'") }
      return words
    },
    Case("unknown-extension", "answers an unknown extension with NULL", after: ["descriptor-valid"], seconds: 5) { trial in
      guard let get = try trial.plugin().descriptor.pointee.get_extension else { return "it has none" }
      for id in ["", "quantumedge.nothing/1", "quantumedge.state/999", String(repeating: "x", count: 4000)] {
        guard get(id) == nil else { throw Finding.fails("has an answer to '\(id.prefix(40))'") }
      }
      return "NULL"
    },
    Case("extension-tables", "tables of known extensions are whole and stable", after: ["unknown-extension"], seconds: 5) { trial in
      guard let get = try trial.plugin().descriptor.pointee.get_extension else { return "it has none" }
      var known: [String] = []
      for (id, size) in [
        (QE_EXTENSION_STATE, MemoryLayout<qe_state_extension>.size), (QE_EXTENSION_PREDICT_BATCH, MemoryLayout<qe_predict_batch_extension>.size),
        (QE_EXTENSION_NATIVE_RUNTIME, MemoryLayout<qe_native_runtime_extension>.size),
      ] {
        guard let table = get(id) else { continue }
        guard table.loadUnaligned(as: UInt32.self) >= UInt32(size) else { throw Finding.fails("\(id): struct_size is below \(size)") }
        for offset in stride(from: 8, to: size, by: 8) where table.loadUnaligned(fromByteOffset: offset, as: UInt.self) == 0 {
          throw Finding.fails("\(id): the function at offset \(offset) is NULL")
        }
        guard get(id) == table else { throw Finding.fails("\(id): another table each time") }
        known.append(id)
      }
      return known.isEmpty ? "it has none" : known.joined(separator: ", ")
    },
  ]

  /// Without following its pointers: they are part of it.
  private static func descriptorBytes(_ descriptor: UnsafePointer<qe_descriptor>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: descriptor, count: MemoryLayout<qe_descriptor>.size))
  }
}
