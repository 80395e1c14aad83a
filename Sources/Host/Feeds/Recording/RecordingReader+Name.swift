import Compression
import Glibc

extension RecordingReader {
  /// Whether a file is a recording: by its name (`.jsonl`), else by its first byte, because no tick file begins with `{`.
  ///
  /// A file that cannot be read is none; whoever opens it then says why.
  public static func recognises(_ path: String) -> Bool {
    let name = unpackedName(path)
    if name.hasSuffix(".jsonl") { return true }
    if name.hasSuffix(".csv") { return false }
    // What a look takes out of a pipe is gone.
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let reader = try? ByteReader(path: path, bufferBytes: 4096) else {
      return false
    }
    var first: UInt8 = 0
    // One byte, in place.
    let count = withUnsafeMutableBytes(of: &first) { try? reader.read(into: $0) }
    return count == 1 && first == 0x7B
  }

  /// - Throws: for a pipe or a device, because a recording is read twice.
  static func checkIsFile(_ path: String) throws(TickFileError) {
    var status = stat()
    // What cannot be examined is told by whoever opens it.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG, status.st_mode & S_IFMT != S_IFDIR else { return }
    throw TickFileError(.usage, path: path, reason: "a recording is read twice; a pipe or a device cannot be")
  }

  /// `X` of `X.ws.jsonl.gz`, and of `X.jsonl`.
  static func stem(_ path: String) -> String {
    var stem = Substring(path)
    for ending in [".gz", ".zst", ".jsonl", ".ws"] where stem.lowercased().hasSuffix(ending) { stem = stem.dropLast(ending.count) }
    return String(stem)
  }

  private static func unpackedName(_ path: String) -> String {
    var name = Substring(path.lowercased())
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
    return String(name)
  }
}
