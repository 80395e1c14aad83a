import Glibc

/// A file that could not be read to its end.
public struct FileDigestError: Error, CustomStringConvertible {
  public let path: String
  public let code: Int32
  public var description: String { "\(path): cannot be read: \(String(cString: strerror(code)))" }
}

extension SHA256Hasher {
  /// The digest of a file's bytes, read in pieces of 1 MiB.
  public static func digest(ofFile path: String) throws(FileDigestError) -> Digest {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileDigestError(path: path, code: errno) }
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    // Unsafe: scratch for read(2), owned here; only the bytes that were read are hashed.
    defer { buffer.deallocate() }
    var hasher = SHA256Hasher()
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count == 0 { return hasher.finalize() }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileDigestError(path: path, code: errno)
      }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
