import Kernel

/// One bound for all that hosts wrote below a folder, over symbols, kinds and sources: the oldest files go first.
struct StorageBound {
  private let folder: String
  private let maximumBytes: Int64

  /// Nil: there is no bound.
  init?(_ options: StorageOptions) {
    guard let maximumBytes = options.maximumTotalBytes else { return nil }
    folder = options.folder
    self.maximumBytes = maximumBytes
  }

  private struct Place {
    let own: OwnFiles
    let entry: OwnFiles.Entry
    let size: Int64
    var path: String { "\(own.folder)/\(entry.name)" }
    var lockPath: String { RowStream.lockPath(own.folder, entry.key) }
  }

  /// Removes the oldest until the rest is within the bound. What is being written stays and counts, here and where another host stores.
  ///
  /// - Parameters:
  ///   - open: paths of the files that this host writes.
  ///   - held: paths of the locks that it has.
  func apply(open: Set<String>, held: Set<String>) throws(KernelError) {
    var places: [Place] = []
    for folder in folders {
      let own = OwnFiles(folder: folder)
      for entry in try own.entries() where own.isOurs(entry) {
        places.append(Place(own: own, entry: entry, size: try Files.size("\(folder)/\(entry.name)")))
      }
    }
    var total = places.reduce(0) { $0 + $1.size }
    // Of all folders, and each of them oldest first.
    for place in places.sorted(by: { ($0.entry.begun, $0.path) < ($1.entry.begun, $1.path) }) where !open.contains(place.path) {
      if total <= maximumBytes { return }
      var lock: FileLock?
      if !held.contains(place.lockPath) {
        // Whoever stores it, in another process, keeps to the bound by its own.
        lock = try FileLock.tryAcquire(place.lockPath)
        if lock == nil { continue }
      }
      try Files.remove(place.path)
      try place.own.change(removing: [place.entry.name])
      _ = consume lock
      total -= place.size
    }
  }

  /// Each kind's, and those of sources in it.
  private var folders: [String] {
    RowStream.Kind.allCases.flatMap { kind in
      let path = "\(folder)/\(kind.rawValue)"
      let inside = ((try? Files.names(in: path)) ?? []).map { "\(path)/\($0)" }.filter { Files.isFolder($0) }.sorted()
      return [path] + inside
    }
  }
}
