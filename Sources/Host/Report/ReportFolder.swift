import Glibc

/// Where a report is made: `DIR.partial-<pid>` until `commit`, so that a failed run leaves nothing that looks like a report.
///
/// Dropped without `commit`, it removes what was written.
struct ReportFolder: ~Copyable {
  /// Where the report will be.
  let path: String
  /// Where its files are written.
  let partialPath: String
  private var isCommitted = false

  /// Makes the partial folder, and the folders above it where they are missing.
  ///
  /// - Throws: `foreignFolder` or `notAFolder` if `requested` may not be replaced, `inputOutput`.
  init(_ requested: String) throws(ReportError) {
    guard !requested.isEmpty else { throw .nameless }
    let path = Self.resolved(requested)
    let partialPath = "\(path).partial-\(getpid())"
    try Self.checkReplaceable(path)
    try Self.makeParents(of: path)
    try Self.makePartial(partialPath)
    self.path = path
    self.partialPath = partialPath
  }

  deinit {
    if !isCommitted { Self.remove(partialPath) }
  }

  func file(_ file: ReportFile) -> String { "\(partialPath)/\(file.rawValue)" }

  /// Puts the finished report in its place; an older report of ours goes.
  mutating func commit() throws(ReportError) {
    // What came into the folder during the run counts as well.
    try Self.checkReplaceable(path)
    if rename(partialPath, path) == 0 {  // absent or empty: atomic
      isCommitted = true
      return
    }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw .system("rename the finished report", path, errno) }
    let aside = "\(path).old-\(getpid())"
    guard rename(path, aside) == 0 else { throw .system("move the older report away", path, errno) }
    guard rename(partialPath, path) == 0 else {
      let number = errno
      _ = rename(aside, path)  // best effort: the error below names the folder either way
      throw .system("rename the finished report", path, number)
    }
    isCommitted = true
    Self.remove(aside)
  }

  /// A link stays a link and `.` gets a name: the real path where there is one, else the words without trailing slashes.
  private static func resolved(_ requested: String) -> String {
    if let real = realpath(requested, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var text = requested[...]
    while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
    return String(text)
  }

  /// Absent, empty, or a report: `results.json` and nothing that we did not write.
  private static func checkReplaceable(_ path: String) throws(ReportError) {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return }
      throw errno == ENOTDIR ? .notAFolder(path) : .system("read the folder", path, errno)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        // d_name is a C string inside the entry, valid until the next readdir.
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      guard ReportFile(rawValue: name) != nil else { throw .foreign(path, entry: name) }
      names.append(name)
    }
    if let first = names.first, !names.contains(ReportFile.results.rawValue) { throw .foreign(path, entry: first) }
  }

  private static func makePartial(_ path: String) throws(ReportError) {
    if mkdir(path, 0o777) == 0 { return }
    // A dead process had our number: its leavings are ours to clear, and nothing else is.
    guard errno == EEXIST else { throw .system("make the folder", path, errno) }
    remove(path)
    guard mkdir(path, 0o777) == 0 else { throw .system("make the folder", path, errno) }
  }

  private static func makeParents(of path: String) throws(ReportError) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      let parent = String(path[..<slash])
      if mkdir(parent, 0o777) != 0, errno != EEXIST { throw .system("make the folder", parent, errno) }
      end = slash
    }
  }

  /// Our files by name, then the folder; anything else in it stays, and then the folder too.
  private static func remove(_ path: String) {
    for file in ReportFile.allCases { _ = unlink("\(path)/\(file.rawValue)") }
    _ = rmdir(path)
  }
}
