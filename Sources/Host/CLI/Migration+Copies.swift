import Cryptography
import Kernel
import Market
import Session

/// Models, their registry and ticks: copied as they are.
extension Migration {
  /// One file of the old system, and its place here.
  struct Copy {
    var source: String
    /// Below the root.
    var path: String
    var bytes: Int64
  }

  /// The copies of one folder.
  struct Batch {
    var folder: String
    var target: String
    var copies: [Copy] = []
    /// Files that are here already, with the same bytes.
    var keptCount = 0
    /// Files that stay for a reason that is told of each.
    var leftCount = 0

    var bytes: Int64 { copies.reduce(0) { $0 + $1.bytes } }
    var words: String { "copied \(counted(copies.count)) (\(bytes) bytes) of \(folder) to \(target)" }

    func counted(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }
  }

  private static let copied = ["storage/models", "runtime/models", "data/ticks"]
  /// The folders that hold these in an old root.
  private static let holders = ["storage", "runtime", "data"]
  /// The old root itself, and the folder of its bot.
  private static let places = ["", "ai_scalper_bot/"]

  /// Looks at everything that is to be copied, and writes nothing.
  ///
  /// - Throws: a file cannot be read, or there is no room for all of them.
  mutating func planCopies(from old: String) throws -> [Batch] {
    let closed = Self.places.flatMap { place in Self.holders.compactMap { Files.realPath("\(old)/\(place)\($0)") } }
    var (planned, seen): ([String: String], Set<String>) = ([:], [])
    var batches: [Batch] = []
    for place in Self.places {
      for name in Self.copied {
        let folder = "\(old)/\(place)\(name)"
        guard Files.isFolder(folder), let real = Files.realPath(folder), seen.insert(real).inserted else { continue }
        var batch = Batch(folder: folder, target: "\(root)/\(name)")
        if name == "data/ticks", leavesTicks {
          left.append("\(folder): stays, as --without-ticks says; name it to those who read ticks: quantumedge train --data \(folder)")
          continue
        }
        if leads(batch.target, into: closed) {
          left.append("\(folder): stays; \(batch.target) leads into the old system's folders, whose files stay as they are")
          continue
        }
        try walk(folder, name, &batch, &planned)
        if batch.copies.isEmpty, batch.keptCount == 0, batch.leftCount == 0 { left.append("\(folder): has no files") }
        if batch.keptCount > 0 { left.append("\(folder): \(batch.counted(batch.keptCount)) in \(batch.target) already, with the same bytes") }
        batches.append(batch)
      }
    }
    try checkRoom(for: batches.reduce(0) { $0 + $1.bytes })
    return batches
  }

  /// Whether what would be made there is made in one of these.
  private func leads(_ target: String, into closed: [String]) -> Bool {
    var ancestor = target[...]
    while !Files.isPresent(String(ancestor)), let slash = ancestor.lastIndex(of: "/"), slash != ancestor.startIndex { ancestor = ancestor[..<slash] }
    guard let real = Files.realPath(String(ancestor)) else { return false }
    return closed.contains { real == $0 || real.hasPrefix($0 + "/") }
  }

  private mutating func walk(_ folder: String, _ name: String, _ batch: inout Batch, _ planned: inout [String: String]) throws {
    func leave(_ source: String, _ why: String) {
      left.append("\(source): \(why)")
      batch.leftCount += 1
    }
    for entry in try Files.names(in: folder) {
      let (source, path) = ("\(folder)/\(entry)", "\(name)/\(entry)")
      let target = "\(root)/\(path)"
      if Files.isFolder(source) {
        if Files.symlinkTarget(source) != nil {
          leave(source, "is a link to a folder; copy what it leads to")
        } else if Files.symlinkTarget(target) != nil {
          // Of published models that is the version that holds: nothing is put into it.
          leave(source, "\(target) is a link here; copy what you want of it elsewhere")
        } else {
          try walk(source, path, &batch, &planned)
        }
        continue
      }
      guard Files.isFile(source) else {
        leave(source, "is no file")
        continue
      }
      if let there = Files.isPresent(target) ? target : planned[path] {
        if try isSame(source, there) {
          batch.keptCount += 1
        } else {
          leave(source, "\(there) is \(there == target ? "there already" : "copied to \(target)"), with other bytes; compare them")
        }
        continue
      }
      try Files.checkReadable(source)
      planned[path] = source
      batch.copies.append(Copy(source: source, path: path, bytes: try Files.size(source)))
    }
  }

  private mutating func checkRoom(for bytes: Int64) throws {
    guard let space = DiskSpace.nearest(to: root), UInt64(bytes) > space.freeBytes else { return }
    let words = "\(space.folder): has \(space.freeBytes) bytes free, and the copies need \(bytes); make room, or give --without-ticks"
    guard isDry else { throw SessionError(.unavailable, words + "; nothing was done") }
    left.append(words)
  }

  private func isSame(_ path: String, _ other: String) throws -> Bool {
    guard Files.isFile(other), try Files.size(path) == Files.size(other) else { return false }
    return try digest(path) == digest(other)
  }

  private func digest(_ path: String) throws -> String {
    do throws(FileDigestError) { return try SHA256Hasher.digest(ofFile: path).hex } catch { throw SessionError(.unavailable, "\(error)") }
  }

  // MARK: Forwards

  mutating func copy(_ batches: [Batch]) throws {
    copies = batches.flatMap(\.copies)
    if isDry {
      for batch in batches where !batch.copies.isEmpty {
        done += batch.copies.map { "copied \($0.source) (\($0.bytes) bytes)" }
        done.append(batch.words)
      }
      return
    }
    guard !copies.isEmpty else { return }
    // All of them before the first: whatever an interruption leaves, it is known what was meant. Their digests are known only afterwards.
    record.folders = missingFolders
    record.copies = copies.map { Record.Copied(path: $0.path, source: Files.realPath($0.source) ?? $0.source, sha256: nil) }
    try writeRecord()
    do {
      var index = 0
      for var batch in batches where !batch.copies.isEmpty {
        for place in batch.copies.indices {
          let copy = batch.copies[place]
          let target = "\(root)/\(copy.path)"
          try Files.createFolders(String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]))
          // A file that the old system still writes may have grown.
          batch.copies[place].bytes = try Files.copyNew(copy.source, to: target)
          let sha256 = try digest(target)
          record.copies?[index].sha256 = sha256
          index += 1
        }
        done.append(batch.words)
      }
    } catch {
      try? writeRecord()
      throw error
    }
    try writeRecord()
  }

  /// Those that the copies need and that are not there, each before what is in it.
  private var missingFolders: [String] {
    var folders: Set<String> = []
    for copy in copies {
      var parts = copy.path.split(separator: "/").dropLast()
      while !parts.isEmpty, folders.insert(parts.joined(separator: "/")).inserted { parts.removeLast() }
    }
    return folders.filter { !Files.isPresent("\(root)/\($0)") }.sorted()
  }

  // MARK: Back

  mutating func undoCopies(of record: Record) throws {
    var count = 0
    for copied in (record.copies ?? []).reversed() {
      let path = "\(root)/\(copied.path)"
      let partial = path + Files.partialSuffix
      if !isDry, Files.isPresent(partial) { try Files.remove(partial) }
      guard Files.isPresent(path) else { continue }
      guard let isCopy = try isOurs(copied, path) else {
        left.append("\(path): stays: the migration was interrupted, and without \(copied.source) nobody knows whether this is its copy")
        continue
      }
      guard isCopy else {
        left.append("\(path): was changed since, and stays")
        continue
      }
      if !isDry { try Files.remove(path) }
      count += 1
    }
    if !isDry { for folder in (record.folders ?? []).reversed() { Files.removeEmptyFolder("\(root)/\(folder)") } }
    if count > 0 { done.append("removed \(count == 1 ? "1 copied file" : "\(count) copied files")") }
  }

  /// Nil where that cannot be told.
  private func isOurs(_ copied: Record.Copied, _ path: String) throws -> Bool? {
    guard Files.isFile(path) else { return false }
    if let sha256 = copied.sha256 { return try digest(path) == sha256 }
    return Files.isFile(copied.source) ? try isSame(copied.source, path) : nil
  }
}
