import JSONTree
import Kernel
import Plugins

extension ModelRegistry {
  /// Puts an entry in the place of its symbol's and horizon's one; its trials are added to those that were made before.
  ///
  /// - Returns: what stands there now.
  /// - Throws: `registry_invalid:<what>`, and nothing was written; `store_failed:<what>`.
  @discardableResult
  public func record(_ entry: Entry) throws(PluginError) -> Entry {
    let lock = try acquire()
    let recorded = try put(entry, into: try entries())
    _ = consume lock
    return recorded
  }

  /// Writes a model's file beside the registry and records it.
  ///
  /// All of it is done under the lock, so that no other training comes between the number of trials, the file and the entry. The file is named
  /// by its digest and stands before the entry does: whoever reads the registry, after a crash as well, finds the model that it names. What
  /// the entry before named stays until the next one, for those who have just read it. `signal_xgb_<SYMBOL>_h<horizon>.json`, where the
  /// Python system looks, is a link to the last.
  /// - Parameter make: given the trials that were recorded before; its entry's path and digest are set here.
  /// - Throws: what `make` throws, and as `record`.
  @discardableResult
  public func record(
    symbol: String, horizonSeconds: Int64, _ make: (_ trials: Int64) throws -> (entry: Entry, model: ModelFile)
  ) throws -> Entry {
    guard ModelManifest.isSymbol(symbol) else { throw Self.noSymbol(symbol, path) }
    let lock = try acquire()
    let all = try entries()
    let before = all.last { $0.symbol == symbol && $0.horizonSeconds == horizonSeconds }
    var (entry, model) = try make(before?.trials ?? 0)
    let stem = Self.stem(symbol: symbol, horizonSeconds: horizonSeconds)
    let name = "\(stem).\(model.digest.hex.prefix(16)).json"
    entry.modelPath = "\(folder)/\(name)"
    entry.digest = model.digest
    try check(entry)
    let recorded: Entry
    do throws(KernelError) {
      try Files.writeAtomically(model.bytes, to: entry.modelPath)
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
    recorded = try put(entry, into: all)
    do throws(KernelError) {
      try Files.swapSymlink(at: "\(folder)/\(stem).json", to: name)
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
    // One that cannot be removed takes room, and is tried again by the next.
    let kept = [name, "\(stem).json", before?.modelPath.split(separator: "/").last.map(String.init)]
    for other in (try? Files.names(in: folder)) ?? [] where other.hasPrefix("\(stem).") && other.hasSuffix(".json") && !kept.contains(other) {
      try? Files.remove("\(folder)/\(other)")
    }
    _ = consume lock
    return recorded
  }

  /// `signal_xgb_BTCUSDT_h5`, as the Python system calls a model's file.
  public static func stem(symbol: String, horizonSeconds: Int64) -> String { "signal_xgb_\(symbol)_h\(horizonSeconds)" }

  private func acquire() throws(PluginError) -> FileLock {
    do throws(KernelError) {
      try Files.createFolders(folder)
      return try FileLock.acquire("\(path).lock")
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  private func put(_ entry: Entry, into entries: [Entry]) throws(PluginError) -> Entry {
    try check(entry)
    var (entry, all) = (entry, entries)
    let isSame = { (other: Entry) in other.symbol == entry.symbol && other.horizonSeconds == entry.horizonSeconds }
    entry.trials += all.filter(isSame).map(\.trials).max() ?? 0
    if let place = all.firstIndex(where: isSame) {
      all[place] = entry
      all = all.enumerated().filter { $0.offset == place || !isSame($0.element) }.map(\.element)
    } else {
      all.append(entry)
    }
    let bytes = Array(JSONNode.array(all.map(\.node)).indented.utf8)
    do { try Files.writeAtomically(bytes, to: path) } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
    return entry
  }

  /// By the reader's own rules: one entry that it refuses would take all others from every symbol.
  private func check(_ entry: Entry) throws(PluginError) {
    guard ModelManifest.isSymbol(entry.symbol) else { throw Self.noSymbol(entry.symbol, path) }
    do throws(PluginError) { _ = try self.entry(entry.node, "new") } catch {
      throw PluginError(error.code, path, "no reader would take the new entry of \(entry.symbol)/\(entry.horizonSeconds); nothing is recorded")
    }
  }

  private static func noSymbol(_ symbol: String, _ path: String) -> PluginError {
    PluginError(
      .registryInvalid("symbol"), path, "'\(symbol)' is no symbol of a model: 1...64 letters, digits and _ are allowed; nothing is recorded")
  }
}
