import Glibc

/// The unpacked bytes of a plain, gzip or zstd file, as a stream.
///
/// The first bytes decide the format. The name is a promise on top: a file called `.gz` or `.zst` that does not begin
/// so is corrupt, not plain. Memory is bounded: `bufferBytes` for packed input (nothing for plain files, which are read
/// straight into the caller's buffer) plus the format's window. Not for use by two threads at once.
public final class ByteReader {
  /// As given.
  public let path: String
  public let encoding: ContentEncoding
  /// Size of the file on disk; 0 if it is a pipe or a device.
  public let fileBytes: Int64
  /// Bytes taken from the file so far, for a progress line.
  public private(set) var fileBytesRead: Int64 = 0

  private let descriptor: FileDescriptor
  private let decoder: (any Decoder)?
  private let buffer: UnsafeMutableRawBufferPointer
  private var bufferStart = 0
  private var bufferEnd = 0
  private var isAtEndOfFile = false

  /// Opens and looks at the first bytes.
  ///
  /// - Parameter bufferBytes: packed bytes per `read(2)`, at least 16.
  /// - Throws: `.missing` for a file that does not exist, is a folder or may not be opened; `.truncated` or `.corrupt`
  ///   for a name that promises what the bytes are not; `.system` if the read itself fails.
  public init(path: String, bufferBytes: Int = 1 << 20) throws(CompressionError) {
    precondition(bufferBytes >= 16, "a buffer of \(bufferBytes) bytes is too small")
    self.path = path
    let (descriptor, size) = try ByteReader.open(path)
    self.descriptor = descriptor
    fileBytes = size

    var magic: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
    var have = 0
    var found: ContentEncoding?
    var failed = false
    // The four bytes are read in place: a tuple of bytes is contiguous memory.
    withUnsafeMutableBytes(of: &magic) { bytes in
      while have < ContentEncoding.magicBytes {
        let count = descriptor.read(bytes.baseAddress! + have, ContentEncoding.magicBytes - have)
        if count < 0 { failed = true }
        if count <= 0 { break }
        have += count
      }
      found = ContentEncoding(magic: UnsafeRawBufferPointer(rebasing: bytes[..<have]))
    }
    if failed { throw CompressionError(.system, path: path, reason: "cannot be read: \(systemReason())") }
    let promised = ContentEncoding(extensionOf: path)
    if found == nil, promised != .plain {
      if have < ContentEncoding.magicBytes {
        throw CompressionError(.truncated, path: path, reason: "truncated \(promised.rawValue) data: the file has \(have) bytes")
      }
      throw CompressionError(.corrupt, path: path, reason: "named as \(promised.rawValue) but does not begin as \(promised.rawValue) data")
    }
    encoding = found ?? .plain
    do throws(DecoderFailure) {
      switch encoding {
      case .plain: decoder = nil
      case .gzip: decoder = try GzipDecoder()
      case .zstd: decoder = try ZstdDecoder()
      }
    } catch {
      throw CompressionError(error.code, path: path, reason: error.reason)
    }
    buffer = .allocate(byteCount: encoding == .plain ? ContentEncoding.magicBytes : bufferBytes, alignment: 16)
    withUnsafeBytes(of: &magic) { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<have])) }
    bufferEnd = have
    fileBytesRead = Int64(have)
  }

  deinit { buffer.deallocate() }

  /// Unpacks at least one byte into `target`, or returns 0 at the end.
  ///
  /// - Throws: `.truncated` if the file ends inside a frame, `.corrupt`, `.system`.
  public func read(into target: UnsafeMutableRawBufferPointer) throws(CompressionError) -> Int {
    guard !target.isEmpty else { return 0 }
    guard let decoder else {
      if bufferStart < bufferEnd {
        let count = min(target.count, bufferEnd - bufferStart)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[bufferStart..<(bufferStart + count)]))
        bufferStart += count
        return count
      }
      return try fill(target)
    }
    while true {
      if bufferStart == bufferEnd, !isAtEndOfFile {
        bufferStart = 0
        bufferEnd = try fill(buffer)
        isAtEndOfFile = bufferEnd == 0
      }
      let isDrained = bufferStart == bufferEnd
      if isDrained, decoder.isAtBoundary, isAtEndOfFile { return 0 }
      let step: (consumed: Int, produced: Int)
      do throws(DecoderFailure) {
        step = try decoder.decode(UnsafeRawBufferPointer(rebasing: buffer[bufferStart..<bufferEnd]), into: target)
      } catch {
        throw CompressionError(error.code, path: path, reason: error.reason)
      }
      bufferStart += step.consumed
      if step.produced > 0 { return step.produced }
      if isDrained, isAtEndOfFile {
        throw CompressionError(.truncated, path: path, reason: "truncated \(encoding.rawValue) data: the file ends inside a frame")
      }
      if !isDrained, step.consumed == 0 {
        throw CompressionError(.corrupt, path: path, reason: "corrupt \(encoding.rawValue) data (no progress)")
      }
    }
  }

  private func fill(_ target: UnsafeMutableRawBufferPointer) throws(CompressionError) -> Int {
    let count = descriptor.read(target.baseAddress!, target.count)
    if count < 0 { throw CompressionError(.system, path: path, reason: "cannot be read: \(systemReason())") }
    fileBytesRead += Int64(count)
    return count
  }

  private static func open(_ path: String) throws(CompressionError) -> (FileDescriptor, Int64) {
    let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else {
      let reason = errno == ENOENT ? "no such file" : "cannot be opened: \(systemReason())"
      throw CompressionError(.missing, path: path, reason: reason)
    }
    let descriptor = FileDescriptor(owning: number)
    var status = stat()
    guard fstat(number, &status) == 0 else {
      throw CompressionError(.system, path: path, reason: "cannot be examined: \(systemReason())")
    }
    let type = status.st_mode & S_IFMT
    guard type != S_IFDIR else { throw CompressionError(.missing, path: path, reason: "is a folder, not a file") }
    return (descriptor, type == S_IFREG ? Int64(status.st_size) : 0)
  }
}
