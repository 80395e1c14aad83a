import FoundationEssentials
import Kernel

/// The list of the files that hosts wrote into a folder, `.quantumedge-written`: cleaning up touches no other.
///
/// A file counts as ours while its name and identity are those of the list: not one that somebody has put in its place.
struct OwnFiles {
  struct Entry: Codable, Equatable {
    var name: String
    var identity: FileIdentity
    /// Whose it is: BTCUSDT_usdm.
    var key: String
    /// Epoch ns.
    var begun: Int64
  }

  let folder: String
  static let listName = ".quantumedge-written"

  private var listPath: String { "\(folder)/\(Self.listName)" }

  /// Oldest first; lines that are none are passed over.
  func entries() throws(KernelError) -> [Entry] {
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(listPath, limit: 64 << 20) } catch {
      if error.isMissing { return [] }
      throw error
    }
    let decoder = JSONDecoder()
    return bytes.split(separator: 0x0A).compactMap { try? decoder.decode(Entry.self, from: Data($0)) }.sorted {
      ($0.begun, $0.name) < ($1.begun, $1.name)
    }
  }

  func add(_ entry: Entry) throws(KernelError) {
    let lock = try FileLock.acquire("\(listPath).lock")
    // What a kill left of a line would swallow this one.
    if Files.isPresent(listPath) { _ = try Files.cutTornLine(listPath) }
    var line = (try? JSONEncoder().encode(entry)).map(Array.init) ?? []
    line.append(0x0A)
    try Files.append(line, to: listPath)
    _ = consume lock
  }

  /// Takes names off the list, and puts others on it.
  func change(removing names: Set<String>, adding added: [Entry] = []) throws(KernelError) {
    let lock = try FileLock.acquire("\(listPath).lock")
    let kept = try entries().filter { !names.contains($0.name) } + added
    let encoder = JSONEncoder()
    var bytes: [UInt8] = []
    for entry in kept {
      bytes += (try? encoder.encode(entry)).map(Array.init) ?? []
      bytes.append(0x0A)
    }
    try Files.writeAtomically(bytes, to: listPath)
    _ = consume lock
  }

  /// Whether the file of this name is still the one that was written.
  func isOurs(_ entry: Entry) -> Bool { Files.identity(at: "\(folder)/\(entry.name)") == entry.identity }
}
