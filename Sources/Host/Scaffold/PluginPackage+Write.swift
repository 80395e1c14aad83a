import Glibc

extension PluginPackage {
  /// Writes the package as `folder`, all of it or nothing: into a temporary folder beside it, then by one rename.
  ///
  /// - Parameter folder: must not exist or be empty; its parent must exist.
  /// - Throws: `ScaffoldError.notEmpty` for anything else in its place, `.io`.
  public func write(to folder: String) throws(ScaffoldError) {
    var target = Substring(folder)
    while target.count > 1, target.last == "/" { target.removeLast() }
    let path = String(target)
    if let entries = try PluginPackage.entryCount(path), entries > 0 { throw .notEmpty(path: path) }
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let temporary = try PluginPackage.makeTemporaryFolder(in: parent)
    do throws(ScaffoldError) {
      for file in files { try PluginPackage.write(file, in: temporary) }
      // Over an empty folder too; one that was filled meanwhile is refused by the kernel.
      if rename(temporary, path) != 0 {
        let code = errno
        if code == ENOTEMPTY || code == EEXIST || code == ENOTDIR { throw ScaffoldError.notEmpty(path: path) }
        throw .io(operation: "put the new package in place", path: path, reason: text(code))
      }
    } catch {
      PluginPackage.remove(temporary, files: files)
      throw error
    }
  }

  /// Nil if nothing is there; something that is no folder counts as full.
  private static func entryCount(_ path: String) throws(ScaffoldError) -> Int? {
    guard let folder = opendir(path) else {
      let code = errno
      if code == ENOENT { return nil }
      if code == ENOTDIR { return 1 }
      throw .io(operation: "look into the folder", path: path, reason: text(code))
    }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 2  // . and ..
  }

  private static func makeTemporaryFolder(in parent: String) throws(ScaffoldError) -> String {
    var template = Array((parent + "/.quantumedge-plugin-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .io(operation: "make a folder", path: parent, reason: text(errno))
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // mkdtemp makes it private; a package is as open as the user's umask says.
    let mask = umask(0)
    umask(mask)
    guard chmod(path, 0o777 & ~mask) == 0 else {
      let code = errno
      rmdir(path)
      throw .io(operation: "set the folder's permissions", path: path, reason: text(code))
    }
    return path
  }

  private static func write(_ file: File, in folder: String) throws(ScaffoldError) {
    for parent in parents(of: file.path) where mkdir(folder + "/" + parent, 0o777) != 0 && errno != EEXIST {
      throw .io(operation: "make a folder", path: folder + "/" + parent, reason: text(errno))
    }
    let path = folder + "/" + file.path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .io(operation: "make the file", path: path, reason: text(errno)) }
    let bytes = Array(file.text.utf8)
    var offset = 0
    var failure: Int32 = 0
    while offset < bytes.count, failure == 0 {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
      if written < 0 { failure = errno == EINTR ? 0 : errno } else { offset += written }
    }
    // A full disk may show only here.
    if Glibc.close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else { throw .io(operation: "write the file", path: path, reason: text(failure)) }
  }

  /// "a/b/c" -> "a", "a/b"
  private static func parents(of path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
  }

  /// Of our own temporary folder, which holds nothing but what `files` names; the failure that led here is the one told.
  private static func remove(_ folder: String, files: [File]) {
    for file in files { unlink(folder + "/" + file.path) }
    for parent in Set(files.flatMap { parents(of: $0.path) }).sorted(by: >) { rmdir(folder + "/" + parent) }
    rmdir(folder)
  }
}

private func text(_ code: Int32) -> String { String(cString: strerror(code)) }
