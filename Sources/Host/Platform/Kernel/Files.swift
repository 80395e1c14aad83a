import CKernel
import Glibc

/// Files by system calls: whole reads with a bound, atomic writes, atomic symlinks.
public enum Files {
  /// All bytes of a regular file.
  ///
  /// - Throws: EFBIG when it has more than `limit` bytes, EISDIR for what is not a regular file.
  public static func read(_ path: String, limit: Int) throws(KernelError) -> [UInt8] { try readWithMode(path, limit: limit).bytes }

  /// The same, with the permissions (the lower 12 bits of `st_mode`) of the very file that was read.
  public static func readWithMode(_ path: String, limit: Int) throws(KernelError) -> (bytes: [UInt8], mode: UInt32) {
    // Not blocking: a pipe without a writer would hold the caller for ever before it is seen to be no file.
    let descriptor = qe_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw KernelError("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw KernelError("look at", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw KernelError("read", path, code: EISDIR) }
    guard status.st_size <= limit else { throw KernelError("read", path, code: EFBIG) }
    // One byte more than it has, so that a file that grows meanwhile is noticed rather than cut.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var filled = 0
    while true {
      let space = bytes.count - filled
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, space) }
      if count < 0 {
        if errno == EINTR { continue }
        throw KernelError("read", path)
      }
      if count == 0 { break }
      filled += count
      if filled == bytes.count { throw KernelError("read", path, code: EBUSY) }
    }
    bytes.removeLast(bytes.count - filled)
    return (bytes, status.st_mode & 0o7777)
  }

  /// The first bytes of a regular file; fewer where it has no more.
  public static func read(_ path: String, upTo count: Int) throws(KernelError) -> [UInt8] {
    let descriptor = qe_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw KernelError("open", path) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, count - filled) }
      if got < 0 {
        if errno == EINTR { continue }
        throw KernelError("read", path)
      }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }

  /// All of a file that the kernel makes while it is read, as those under `/proc`: it has no size, and each read gives a part.
  ///
  /// - Throws: also where it is longer than `limit`.
  public static func readUnsized(_ path: String, limit: Int) throws(KernelError) -> [UInt8] {
    let descriptor = qe_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw KernelError("open", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw KernelError("read", path)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: part[..<count])
      guard bytes.count <= limit else { throw KernelError("read", path, code: EFBIG) }
    }
  }

  /// A rename takes the place of a device, a pipe or a link as it takes a file's.
  ///
  /// - Throws: something stands there that is no regular file, or it cannot be looked at.
  public static func checkReplaceable(_ path: String) throws(KernelError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw KernelError("look at", path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw KernelError("replace what is no regular file", path, code: EOPNOTSUPP) }
  }

  /// Replaces a file as a whole: a temporary beside it, fsync, rename. On failure the old one stands. A link, a pipe, a device or a folder
  /// is not replaced.
  ///
  /// - Parameter replacing: whether one that stands there is replaced; else it is an error, also where two do it at once.
  public static func writeAtomically(_ bytes: [UInt8], to path: String, mode: Int32 = 0o644, replacing: Bool = true) throws(KernelError) {
    if replacing { try checkReplaceable(path) }
    let temporary = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = qe_open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode)
    // Errors name the file that was meant: of the one beside it nobody has heard.
    guard descriptor >= 0 else { throw KernelError("create", path) }
    do throws(KernelError) {
      defer { close(descriptor) }
      try writeAll(bytes, descriptor, path)
      guard fsync(descriptor) == 0 else { throw KernelError("sync", path) }
      if replacing {
        guard rename(temporary, path) == 0 else { throw KernelError("replace", path) }
      } else {
        guard qe_rename_new(temporary, path) == 0 else { throw KernelError("create", path) }
      }
    } catch {
      unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  /// - Throws: it is not there, or this user may not read it.
  public static func checkReadable(_ path: String) throws(KernelError) {
    guard access(path, R_OK) == 0 else { throw KernelError("read", path) }
  }

  static func writeAll(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(KernelError) {
    var offset = 0
    while offset < bytes.count {
      let left = bytes.count - offset
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, left) }
      if count < 0 {
        if errno == EINTR { continue }
        throw KernelError("write", path)
      }
      offset += count
    }
  }

  /// Points the symlink at `path` to `target`, whatever it pointed to, in one step.
  public static func swapSymlink(at path: String, to target: String) throws(KernelError) {
    let temporary = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    guard symlink(target, temporary) == 0 else { throw KernelError("link", path) }
    guard rename(temporary, path) == 0 else {
      let error = KernelError("swap", path)
      unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  /// Where a symlink points; nil when there is none.
  public static func symlinkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), Int(PATH_MAX)) }
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }

  /// The folder and all above it that are missing.
  public static func createFolders(_ path: String) throws(KernelError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
      if mkdir(made, 0o755) != 0 && errno != EEXIST { throw KernelError("create", made) }
    }
    guard isFolder(path) else { throw KernelError("create", path, code: ENOTDIR) }
  }

  /// Removes a file or a symlink.
  public static func remove(_ path: String) throws(KernelError) {
    if unlink(path) != 0 { throw KernelError("remove", path) }
  }

  /// A new file to append to; the caller closes it.
  public static func createNew(_ path: String, mode: Int32) throws(KernelError) -> Int32 {
    let descriptor = qe_open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, mode)
    guard descriptor >= 0 else { throw KernelError("create", path) }
    return descriptor
  }

  /// Appends in one write, or throws.
  public static func append(_ bytes: [UInt8], to path: String) throws(KernelError) {
    let descriptor = qe_open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw KernelError("open", path) }
    defer { close(descriptor) }
    try writeAll(bytes, descriptor, path)
  }

  public static func identity(_ descriptor: Int32) -> FileIdentity? {
    var identity = FileIdentity(inode: 0, bornNanoseconds: 0)
    return qe_identity(descriptor, nil, &identity.inode, &identity.bornNanoseconds) == 0 ? identity : nil
  }

  /// Nil where nothing stands; of a link its own.
  public static func identity(at path: String) -> FileIdentity? {
    var identity = FileIdentity(inode: 0, bornNanoseconds: 0)
    return qe_identity(-1, path, &identity.inode, &identity.bornNanoseconds) == 0 ? identity : nil
  }

  /// Cuts off what stands behind the last line's end.
  ///
  /// - Returns: how many bytes.
  public static func cutTornLine(_ path: String) throws(KernelError) -> Int {
    let descriptor = qe_open(path, O_RDWR, 0)
    guard descriptor >= 0 else { throw KernelError("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw KernelError("look at", path) }
    let size = Int(status.st_size)
    var end = size
    var byte: UInt8 = 0
    while end > 0 {
      guard pread(descriptor, &byte, 1, off_t(end - 1)) == 1 else { throw KernelError("read", path) }
      if byte == 0x0A { break }
      end -= 1
    }
    if end < size, ftruncate(descriptor, off_t(end)) != 0 { throw KernelError("truncate", path) }
    return size - end
  }

  /// Does nothing where something stands in it.
  public static func removeEmptyFolder(_ path: String) { rmdir(path) }

  /// Bytes of a file; links are followed.
  public static func size(_ path: String) throws(KernelError) -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { throw KernelError("look at", path) }
    return Int64(status.st_size)
  }

  /// When it was last written, epoch seconds.
  public static func modified(_ path: String) throws(KernelError) -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { throw KernelError("look at", path) }
    return Int64(status.st_mtim.tv_sec)
  }

  /// In one step; what stands at the new name is replaced.
  public static func move(_ path: String, to other: String) throws(KernelError) {
    if rename(path, other) != 0 { throw KernelError("rename", path) }
  }

  /// Without symlinks and dots; nil where nothing stands there.
  public static func realPath(_ path: String) -> String? {
    // Unsafe: realpath's own memory, copied and freed here.
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether anything stands at the path, a symlink that leads nowhere included; also when it cannot be looked at.
  public static func isPresent(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  public static func isSocket(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, sorted, without `.` and `..`; empty when it is not there.
  ///
  /// - Throws: when it is there and cannot be read.
  public static func names(in path: String) throws(KernelError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw KernelError("list", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The folder of the loaded library that has a symbol.
  public static func libraryFolder(ofSymbol symbol: String) -> String? {
    guard let name = qe_library_of(symbol) else { return nil }
    let path = String(cString: name)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }

  /// How many; 0 when it cannot be read.
  public static func count(in path: String) -> Int { (try? names(in: path).count) ?? 0 }

  /// A rename is durable once its folder is; a file system that cannot sync a folder has nothing better to offer.
  static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = qe_open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY, 0)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }
}

/// What tells a file from every other one, also from one that a file system gives a removed one's inode.
public struct FileIdentity: Sendable, Hashable, Codable {
  public var inode: UInt64
  /// Epoch ns; 0 where the file system does not say.
  public var bornNanoseconds: Int64

  public init(inode: UInt64, bornNanoseconds: Int64) {
    self.inode = inode
    self.bornNanoseconds = bornNanoseconds
  }
}
