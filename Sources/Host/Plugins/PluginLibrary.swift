import Cryptography
import Glibc
import Kernel
import PluginABI
import Synchronization

/// A plugin's code, loaded for the life of the process from bytes that were hashed first.
///
/// What was hashed is what runs: the file is read once, those bytes are digested, put into a sealed memory file and
/// loaded from there. An image is never unloaded, because Swift's runtime keeps pointers into it.
public final class PluginLibrary: @unchecked Sendable {
  // Unchecked: the descriptor is static memory of an image that stays loaded, and is only read.

  public let file: PluginFile
  public let facts: PluginFacts
  public let descriptor: UnsafePointer<qe_descriptor>
  public var digest: Digest { file.digest }
  public var path: String { file.path }
  public var fileName: String { file.fileName }
  public var bytes: [UInt8] { file.bytes }
  public var name: String { facts.name }
  public var version: String { facts.version }
  public var isModel: Bool { facts.isModel }
  public var events: UInt64 { facts.events }
  var parameters: [ParameterRow] { facts.parameters }

  private static let loaded = Mutex<[Digest: PluginLibrary]>([:])

  /// Loads a library, or returns the image that the same bytes were loaded as before.
  ///
  /// - Parameter expected: the digest that a manifest promises; nil = none is promised.
  /// - Throws: `PluginError`; nothing is loaded then, and with a wrong digest no byte of it has run.
  public static func load(_ path: String, expected: Digest? = nil) throws(PluginError) -> PluginLibrary {
    try load(try PluginFile.read(path, expected: expected))
  }

  /// The same for bytes that were read already.
  public static func load(_ file: PluginFile) throws(PluginError) -> PluginLibrary {
    if let known = loaded.withLock({ $0[file.digest] }) { return known.found(as: file) }
    let library = try PluginLibrary(file)
    return loaded.withLock { table in
      if let first = table[file.digest] { return first.found(as: file) }
      table[file.digest] = library
      return library
    }
  }

  private init(_ plugin: PluginFile) throws(PluginError) {
    let path = plugin.path
    let file: SealedMemoryFile
    do { file = try SealedMemoryFile(name: "quantumedge:\(plugin.fileName)", bytes: plugin.bytes) } catch {
      throw PluginError(.compatMismatch("memory file"), path, error.description)
    }
    guard let handle = dlopen(file.path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
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
    self.file = plugin
    facts = reader.facts
  }

  /// The same image under the path that was asked for, so that errors and published files have that name.
  private func found(as file: PluginFile) -> PluginLibrary { file.path == path ? self : PluginLibrary(image: self, file: file) }

  private init(image: PluginLibrary, file: PluginFile) {
    self.file = file
    facts = image.facts
    descriptor = image.descriptor
  }

  /// Whether both are one loaded image.
  public func isSameImage(as other: PluginLibrary) -> Bool { descriptor == other.descriptor }

  /// The extension's table, if the plugin knows the id.
  public func `extension`<Table>(_ id: String, as type: Table.Type) -> UnsafePointer<Table>? {
    guard let get = descriptor.pointee.get_extension, let table = get(id) else { return nil }
    // Unsafe: the id fixes the type; its struct_size is checked before any field is used.
    let size = table.loadUnaligned(as: UInt32.self)
    return Int(size) >= MemoryLayout<Table>.size ? table.assumingMemoryBound(to: type) : nil
  }
}

/// Text that a plugin wrote: bounded, terminated or not.
enum PluginText {
  static let limit = 512

  static func bounded(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// At most `limit` bytes of a C string; nil for NULL.
  static func bounded(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    return bounded(Array(UnsafeBufferPointer(start: pointer, count: strnlen(pointer, limit))))
  }
}
