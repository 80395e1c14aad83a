import Glibc
import YAMLDocument

/// A YAML file with this target's errors.
enum SettingsFile {
  static func document(_ path: String) throws(SettingsError) -> YAMLDocument {
    try parse(try bytes(of: path), path)
  }

  /// A file's text, at most as large as a YAML file may be.
  static func text(_ path: String) throws(SettingsError) -> String {
    let bytes = try bytes(of: path)
    guard bytes.count <= YAMLDocument.sizeLimit else {
      throw SettingsError(violations: ["\(path): is larger than \(YAMLDocument.sizeLimit) bytes; thin its rows out"])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether there is something of this name. A link that leads nowhere and a folder that may not be searched count as there: reading
  /// them then says what is wrong, where falling back to defaults would hide it.
  static func exists(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  static func parse(_ bytes: [UInt8], _ path: String) throws(SettingsError) -> YAMLDocument {
    do throws(YAMLError) { return try YAMLDocument(bytes: bytes, path: path) } catch {
      throw SettingsError(violations: [error.description])
    }
  }

  private static let waitMilliseconds: Int32 = 5000

  /// At most one byte over the parser's limit, so that it can refuse what is too large.
  private static func bytes(of path: String) throws(SettingsError) -> [UInt8] {
    // What is no file, as a pipe, may never have anything to read: neither the opening nor the reading of it waits for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path, "opened") }
    defer { close(descriptor) }
    let chunk = 16384
    var bytes: [UInt8] = []
    var count = 0
    while count <= YAMLDocument.sizeLimit {
      bytes.append(contentsOf: repeatElement(0, count: count + chunk - bytes.count))
      var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wish, 1, waitMilliseconds) != 0 else {
        throw SettingsError(
          kind: .missingInput,
          violations: ["\(path): nothing comes from it for \(waitMilliseconds / 1000) seconds; name a file, not a pipe that nobody writes"])
      }
      // Unsafe: the kernel writes into the array's own storage, within the room just made.
      let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, chunk) }
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else { throw unreadable(path, "read") }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func unreadable(_ path: String, _ verb: String) -> SettingsError {
    let reason = String(cString: strerror(errno))
    return SettingsError(kind: .missingInput, violations: ["\(path): cannot be \(verb): \(reason); name a file that exists and may be read"])
  }
}
