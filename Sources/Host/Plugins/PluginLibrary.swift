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

  public let digest: Digest
  /// Where the bytes came from.
  public let path: String
  /// `libEMACross.so`.
  public let fileName: String
  public let bytes: [UInt8]
  let descriptor: UnsafePointer<qe_descriptor>
  public let name: String
  public let version: String
  public let isModel: Bool
  public let events: UInt64
  /// Whether closed bars reach it; with a horizon above 0 it can open on nothing else.
  public var wantsBars: Bool { events & 1 << UInt64(QE_EVENT_BAR) != 0 }
  public let abi: (major: UInt32, minor: UInt32)
  let parameters: [ParameterRow]

  public static let sizeLimit = 256 << 20
  private static let loaded = Mutex<[Digest: PluginLibrary]>([:])

  /// Loads a library, or returns the image that the same bytes were loaded as before.
  ///
  /// - Parameter expected: the digest that a manifest promises; nil = none is promised.
  /// - Throws: `PluginError`; nothing is loaded then, and with a wrong digest no byte of it has run.
  public static func load(_ path: String, expected: Digest? = nil) throws(PluginError) -> PluginLibrary {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: sizeLimit) } catch { throw .reading(path, error) }
    let digest = SHA256Hasher.digest(of: bytes)
    if let expected, expected != digest {
      throw PluginError(.shaMismatch, path, "the manifest promises \(expected), the file is \(digest); publish it again if the change is yours")
    }
    if let known = loaded.withLock({ $0[digest] }) { return known.found(at: path) }
    if let reason = ElfHeader.objection(bytes) { throw PluginError(.compatMismatch("not an ELF shared library"), path, reason) }
    let library = try PluginLibrary(path: path, bytes: bytes, digest: digest)
    return loaded.withLock { table in
      if let first = table[digest] { return first.found(at: path) }
      table[digest] = library
      return library
    }
  }

  private init(path: String, bytes: [UInt8], digest: Digest) throws(PluginError) {
    self.path = path
    self.bytes = bytes
    self.digest = digest
    fileName = Self.fileName(of: path)
    let file: SealedMemoryFile
    do { file = try SealedMemoryFile(name: "quantumedge:\(fileName)", bytes: bytes) } catch {
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
    name = reader.name
    version = reader.version
    isModel = descriptor.pointee.kind == QE_KIND_MODEL
    events = descriptor.pointee.events
    abi = (descriptor.pointee.abi_major, descriptor.pointee.abi_minor)
    parameters = reader.parameters
  }

  /// The same image under the path that was asked for, so that errors and published files have that name.
  private func found(at path: String) -> PluginLibrary { path == self.path ? self : PluginLibrary(image: self, path: path) }

  private init(image: PluginLibrary, path: String) {
    self.path = path
    fileName = Self.fileName(of: path)
    digest = image.digest
    bytes = image.bytes
    descriptor = image.descriptor
    name = image.name
    version = image.version
    isModel = image.isModel
    events = image.events
    abi = image.abi
    parameters = image.parameters
  }

  private static func fileName(of path: String) -> String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }

  /// Whether both are one loaded image.
  public func isSameImage(as other: PluginLibrary) -> Bool { descriptor == other.descriptor }

  /// The extension's table, if the plugin knows the id.
  func `extension`<Table>(_ id: String, as type: Table.Type) -> UnsafePointer<Table>? {
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
