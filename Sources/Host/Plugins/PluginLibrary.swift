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
    try plugin.checkDependencies()
    try plugin.checkToolchain()
    for library in plugin.runtimeLibraries { dlopen(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) }
    let memory: SealedMemoryFile
    do { memory = try SealedMemoryFile(name: "quantumedge:\(plugin.fileName)", bytes: plugin.bytes) } catch {
      throw PluginError(.compatMismatch("memory file"), plugin.path, error.description)
    }
    let image = try PluginImage(loading: memory.path, of: plugin.path)
    descriptor = image.descriptor
    file = plugin
    facts = image.facts
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
    PluginImage(descriptor: descriptor, facts: facts).extension(id, as: type)
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
