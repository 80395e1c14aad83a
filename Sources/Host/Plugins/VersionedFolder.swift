import Cryptography
import Kernel
import Market

/// What is published in one place: `versions/<stamp>-<digest>/` folders, and `current`, a symlink to one of them that is
/// swapped in one step.
///
/// Each version folder has a symlink `previous` to the one that was current before it: so a rollback after a rollback and
/// a publish goes where one came from, whatever the clock did. Writers take a lock; readers need none, because they follow
/// `current` once and then stay in that version's folder.
package struct VersionedFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package enum Current: Sendable, Equatable {
    case nothing
    /// A folder in `versions`.
    case version(String)
    /// A folder of its own, as the Python system publishes it.
    case folder
  }

  package var currentPath: String { "\(path)/current" }
  package func path(of version: String) -> String { "\(path)/versions/\(version)" }

  // MARK: Reading

  /// Where `current` leads now.
  ///
  /// - Throws: `manifest_invalid:current` for a symlink that leads elsewhere.
  package func current() throws(PluginError) -> Current {
    guard let target = Files.symlinkTarget(currentPath) else { return Files.isFolder(currentPath) ? .folder : .nothing }
    let parts = target.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "versions", parts[1] != "..", !parts[1].isEmpty else {
      throw PluginError(.manifestInvalid("current"), currentPath, "it points to \(target), not into versions/; publish again")
    }
    return .version(String(parts[1]))
  }

  /// Names of all versions, oldest first.
  package func versions() throws(PluginError) -> [String] {
    try Self.names("\(path)/versions").filter { !$0.contains(".tmp-") && Files.symlinkTarget(self.path(of: $0)) == nil }
  }

  /// The version that was current before another one; nil where there was none, or it is gone.
  package func version(before version: String) -> String? {
    guard let link = Files.symlinkTarget("\(path(of: version))/previous"), let name = link.split(separator: "/").last.map(String.init),
      Files.isFolder(path(of: name))
    else { return nil }
    return name
  }

  // MARK: Writing, under the lock

  /// The right to write, for as long as the value lives.
  package func lock() throws(PluginError) -> FileLock {
    do throws(KernelError) {
      try Files.createFolders("\(path)/versions")
      return try FileLock.acquire("\(path)/lock")
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  /// Names sort as they were made, when they are made under the lock.
  package static func name(nanoseconds: Int64, digest: Digest) -> String { "\(UTCStamp.text(nanoseconds: nanoseconds))-\(digest.hex.prefix(8))" }

  /// Makes a version's folder.
  ///
  /// - Parameter write: puts the files there.
  package func create(_ version: String, write: (_ folder: String) throws(KernelError) -> Void) throws(PluginError) {
    let folder = path(of: version)
    guard !Files.isPresent(folder) else { throw PluginError(.storeFailed("create"), folder, "it exists already; is the clock right?") }
    try Self.storing { () throws(KernelError) in
      try Files.createFolders(folder)
      try write(folder)
    }
  }

  /// Makes a version current; what is in its `previous` stays.
  package func swap(to version: String) throws(PluginError) {
    try Self.storing { () throws(KernelError) in try Files.swapSymlink(at: currentPath, to: "versions/\(version)") }
  }

  /// Makes a version current, and the one that is current now the one before it.
  ///
  /// - Parameter adopted: the name that a folder which stands in the place of the symlink gets among the versions.
  package func succeed(by version: String, adopted: String? = nil) throws(PluginError) {
    // One that leads elsewhere is replaced, and nothing was before.
    switch (try? current()) ?? .nothing {
    case .nothing: break
    case .version(let before): try linkPrevious(of: version, to: before)
    case .folder:
      guard let adopted else { throw PluginError(.storeFailed("swap"), currentPath, "a folder stands there, not a symlink; move it away") }
      try linkPrevious(of: version, to: adopted)
      return try replaceFolder(by: version, as: adopted)
    }
    try swap(to: version)
  }

  /// Makes a version current in the place of a folder, which gets a name among the versions; what is in its `previous` stays.
  ///
  /// The link is made where the folder is to go, and then they change places: at no moment there is no `current`.
  package func replaceFolder(by version: String, as adopted: String) throws(PluginError) {
    try Self.storing { () throws(KernelError) in
      try Files.swapSymlink(at: path(of: adopted), to: "versions/\(version)")
      do throws(KernelError) { try Files.exchange(currentPath, path(of: adopted)) } catch {
        guard error.isUnsupported else { throw error }
        // A file system that cannot exchange: for a moment there is none.
        try Files.remove(path(of: adopted))
        try Files.move(currentPath, to: path(of: adopted))
        try Files.swapSymlink(at: currentPath, to: "versions/\(version)")
      }
    }
  }

  private func linkPrevious(of version: String, to before: String) throws(PluginError) {
    try Self.storing { () throws(KernelError) in
      try Files.swapSymlink(at: "\(path(of: version))/previous", to: "../../versions/\(before)")
    }
  }

  /// Removes the oldest versions beyond a number; never the current one, nor the one that a rollback would go to.
  ///
  /// - Parameter keeping: 1...; the current one counts, and so does the one before it, which stays also where one alone is to be kept.
  package func prune(keeping count: Int) throws(PluginError) {
    // What one who was killed had begun to remove.
    for name in try Self.names("\(path)/versions") where name.hasSuffix(Self.prunedSuffix) {
      try Self.storing { () throws(KernelError) in try Files.removeTree(self.path(of: name)) }
    }
    let all = try versions()
    var kept: Set<String> = []
    if case .version(let current) = try current() {
      kept.insert(current)
      if let before = version(before: current) { kept.insert(before) }
    }
    for version in all.reversed() where kept.count < max(count, 1) { kept.insert(version) }
    for version in all where !kept.contains(version) {
      try Self.storing { () throws(KernelError) in
        // Out of sight in one step: nobody finds half a version.
        let hidden = path(of: version) + Self.prunedSuffix
        try Files.move(path(of: version), to: hidden)
        try Files.removeTree(hidden)
      }
    }
  }

  private static let prunedSuffix = ".tmp-pruned"

  // MARK: Errors of the kernel

  /// A folder that cannot be read is trouble; taken for empty it would hide what is published.
  package static func names(_ folder: String) throws(PluginError) -> [String] {
    do { return try Files.names(in: folder) } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  package static func storing(_ body: () throws(KernelError) -> Void) throws(PluginError) {
    do { try body() } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }
}
