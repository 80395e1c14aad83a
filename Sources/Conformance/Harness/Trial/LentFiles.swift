import Cryptography
import Glibc
import Kernel
import PluginABI
import Plugins

/// The files of a model's manifest, in the child: read once, held to their digests, and lent from sealed memory that nobody can write.
final class LentFiles {
  private struct Row {
    var name: String
    var bytes: UnsafeRawBufferPointer
    var descriptor: Int32
  }

  private let rows: [Row]
  let hasRuntime: Bool
  var isEmpty: Bool { rows.isEmpty }

  static let sizeLimit = PluginFile.sizeLimit

  /// - Throws: fails for a file that is not what the manifest promises, or a runtime that needs what the host does not have.
  init(_ files: [LentFile]) throws {
    rows = try files.map(Self.row)
    hasRuntime = files.contains(where: \.isRuntime)
  }

  private static func row(_ file: LentFile) throws -> Row {
    let bytes: [UInt8]
    if file.isRuntime {
      let library = try PluginFile.read(file.path, expected: file.digest)
      try library.prepareRuntime()
      bytes = library.bytes
    } else {
      bytes = try Files.read(file.path, limit: sizeLimit)
      guard SHA256Hasher.digest(of: bytes) == file.digest else { throw Finding.fails("sha_mismatch: \(file.name) has changed since it was read") }
    }
    guard !bytes.isEmpty else { throw Finding.fails("\(file.name) is empty") }
    // Kept open: see SealedMemoryFile.
    let memory = try SealedMemoryFile(name: "quantumedge:\(file.name)", bytes: bytes)
    // Unsafe: mapped for the rest of the process, and only to be read: an adapter that writes into it is seen.
    guard let base = mmap(nil, bytes.count, PROT_READ, MAP_PRIVATE, memory.descriptor, 0), base != MAP_FAILED else {
      throw Finding.skips("no memory for \(file.name)")
    }
    return Row(
      name: file.name, bytes: UnsafeRawBufferPointer(start: base, count: bytes.count), descriptor: file.isRuntime ? memory.descriptor : -1)
  }

  /// For one call of create; the names are lent by the caller.
  func rows(_ lend: (String) -> UnsafePointer<CChar>) -> [qe_file] {
    rows.map { row in
      qe_file(
        name: lend(row.name), bytes: row.bytes.bindMemory(to: UInt8.self).baseAddress, size: UInt64(row.bytes.count), fd: row.descriptor, reserved: 0,
        reserved_tail: 0)
    }
  }
}
