import Glibc
import PluginABI

/// Code that has been loaded: its descriptor, checked.
struct PluginImage {
  /// Static memory of an image that stays loaded.
  let descriptor: UnsafePointer<qe_descriptor>
  let facts: PluginFacts

  init(descriptor: UnsafePointer<qe_descriptor>, facts: PluginFacts) {
    self.descriptor = descriptor
    self.facts = facts
  }

  /// Runs the library's constructors and asks its entry.
  ///
  /// - Parameters:
  ///   - loaderPath: of the bytes that were hashed.
  ///   - path: where they came from, for errors.
  init(loading loaderPath: String, of path: String) throws(PluginError) {
    guard let handle = dlopen(loaderPath, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw PluginError(.compatMismatch("cannot be loaded"), path, dlerror().map { String(cString: $0) } ?? "dlopen failed")
    }
    guard let symbol = dlsym(handle, "quantumedge_plugin_entry") else {
      throw PluginError(.entryMissing, path, "it exports no quantumedge_plugin_entry; build it against quantumedge_plugin.h")
    }
    typealias Entry = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?
    // Unsafe: the one symbol of the contract, whose signature the header fixes.
    let entry = unsafeBitCast(symbol, to: Entry.self)
    var text = [CChar](repeating: 0, count: 512)
    guard let descriptor = entry(QE_ABI_MAJOR, QE_ABI_MINOR, &text, text.count) else {
      let reason = PluginText.bounded(text)
      throw PluginError(
        .abiUnsupported(reason.isEmpty ? "no range given" : reason), path,
        "this host speaks plugin ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR); rebuild the plugin")
    }
    let reader = DescriptorReader(descriptor: descriptor, path: path)
    try reader.validate()
    self.descriptor = descriptor
    facts = reader.facts
  }

  /// The extension's table, if the plugin knows the id.
  func `extension`<Table>(_ id: String, as type: Table.Type) -> UnsafePointer<Table>? {
    guard let get = descriptor.pointee.get_extension, let table = get(id) else { return nil }
    // Unsafe: the id fixes the type; its struct_size is checked before any field is used.
    let size = table.loadUnaligned(as: UInt32.self)
    return Int(size) >= MemoryLayout<Table>.size ? table.assumingMemoryBound(to: type) : nil
  }
}
