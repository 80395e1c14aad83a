import Glibc

/// All files below a folder, without git. Symlinks are not followed.
struct FolderWalk {
  private(set) var files: [FilePath] = []
  private(set) var unreadable: [GuardReport.Skip] = []
  private let root: FilePath

  init(_ root: FilePath) {
    self.root = root
    var waiting: [(path: FilePath, rules: IgnoreRules)] = [(FilePath(""), IgnoreRules())]
    while let (folder, inherited) = waiting.popLast() {
      guard let names = names(in: folder) else { continue }
      var rules = inherited
      if names.contains(where: { $0.name == FilePath(".gitignore") && !$0.isFolder }),
        let file = try? OpenFile(root.appending(folder.appending(FilePath(".gitignore")))),
        let text = try? OpenFile.read(file.descriptor, at: 0, count: min(file.byteCount, 1 << 20))
      {
        rules = rules.adding(text, in: folder)
      }
      for (name, isFolder) in names {
        let path = folder.appending(name)
        if rules.ignores(path, isFolder: isFolder) { continue }
        if !isFolder { files.append(path) } else if name != FilePath(".git") { waiting.append((path, rules)) }
      }
    }
    files.sort()
  }

  private mutating func names(in folder: FilePath) -> [(name: FilePath, isFolder: Bool)]? {
    let path = root.appending(folder)
    guard let stream = path.withCString({ opendir($0) }) else {
      unreadable.append(.init(path: folder.isEmpty ? FilePath(".") : folder, reason: String(cString: strerror(errno))))
      return nil
    }
    defer { closedir(stream) }
    var result: [(FilePath, Bool)] = []
    while let entry = readdir(stream) {
      // Unsafe: the kernel ends the name with a zero.
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) { FilePath(UnsafeBufferPointer(start: $0, count: strlen($0))) }
      }
      if name == FilePath(".") || name == FilePath("..") { continue }
      var status = stat()
      guard path.appending(name).withCString({ lstat($0, &status) }) == 0 else { continue }
      let kind = status.st_mode & S_IFMT
      if kind == S_IFDIR || kind == S_IFREG || kind == S_IFLNK { result.append((name, kind == S_IFDIR)) }
    }
    return result.sorted { $0.0 < $1.0 }
  }
}
