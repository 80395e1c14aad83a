import Glibc

/// Writes a plain, gzip or zstd file that appears whole or not at all.
///
/// The bytes go to a hidden file beside the target; `commit` makes them durable and renames. A writer that is dropped
/// without `commit` removes what it wrote. Not for use by two threads at once.
public final class ByteWriter {
  public let path: String
  public let encoding: ContentEncoding

  private let temporaryPath: String
  private let replaces: Bool
  private let descriptor: FileDescriptor
  private let encoder: (any Encoder)?
  private let buffer: UnsafeMutableRawBufferPointer
  private var isCommitted = false

  /// Opens the hidden file; nothing of the target is touched.
  ///
  /// - Parameters:
  ///   - encoding: nil takes it from the name's extension.
  ///   - replaces: whether an existing target may be replaced.
  /// - Throws: `.exists`, or `.system` if the folder does not take the file.
  public init(path: String, encoding: ContentEncoding? = nil, replaces: Bool = false) throws(CompressionError) {
    self.path = path
    self.encoding = encoding ?? ContentEncoding(extensionOf: path)
    self.replaces = replaces
    var status = stat()
    if lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw CompressionError(.exists, path: path, reason: "is a folder") }
      // A rename would put a file in the place of a link, a pipe or a device.
      if status.st_mode & S_IFMT != S_IFREG { throw CompressionError(.exists, path: path, reason: "is no plain file, and is not replaced") }
      if !replaces { throw ByteWriter.existing(path) }
    }
    temporaryPath = ByteWriter.temporary(for: path)
    let number = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard number >= 0 else {
      throw CompressionError(.system, path: path, reason: "cannot be written: \(systemReason()) (the folder must exist and be writable)")
    }
    descriptor = FileDescriptor(owning: number)
    do throws(DecoderFailure) {
      switch self.encoding {
      case .plain: encoder = nil
      case .gzip: encoder = try GzipEncoder()
      case .zstd: encoder = try ZstdEncoder()
      }
    } catch {
      unlink(temporaryPath)
      throw CompressionError(error.code, path: path, reason: error.reason)
    }
    buffer = .allocate(byteCount: encoder == nil ? 0 : 1 << 18, alignment: 16)
  }

  deinit {
    buffer.deallocate()
    if !isCommitted { unlink(temporaryPath) }
  }

  /// Packs and writes all of `bytes`. - Throws: `.system`, for example on a full disk.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(CompressionError) {
    precondition(!isCommitted, "the file is already complete")
    guard !bytes.isEmpty else { return }
    if encoder == nil { try put(bytes) } else { try pack(bytes, finish: false) }
  }

  /// Ends the data, makes it durable and gives it its name. Call once.
  ///
  /// - Throws: `.exists` if the target has appeared meanwhile and may not be replaced, `.system`.
  public func commit() throws(CompressionError) {
    precondition(!isCommitted, "the file is already complete")
    if encoder != nil { try pack(UnsafeRawBufferPointer(start: nil, count: 0), finish: true) }
    guard fsync(descriptor.number) == 0 else { throw failure() }
    try rename()
    isCommitted = true
  }

  private func rename() throws(CompressionError) {
    if replaces {
      guard Glibc.rename(temporaryPath, path) == 0 else { throw failure() }
      return
    }
    // A hard link never replaces, whoever else creates the target in between.
    if link(temporaryPath, path) == 0 {
      unlink(temporaryPath)
      return
    }
    if errno == EEXIST { throw ByteWriter.existing(path) }
    // File systems without links (FAT, some network shares): a look, then a rename.
    guard access(path, F_OK) != 0 else { throw ByteWriter.existing(path) }
    guard Glibc.rename(temporaryPath, path) == 0 else { throw failure() }
  }

  private func pack(_ bytes: UnsafeRawBufferPointer, finish: Bool) throws(CompressionError) {
    guard let encoder else { return }
    var rest = bytes
    while true {
      let step: EncoderStep
      do throws(DecoderFailure) {
        step = try encoder.encode(rest, into: buffer, finish: finish)
      } catch {
        throw CompressionError(error.code, path: path, reason: error.reason)
      }
      try put(UnsafeRawBufferPointer(rebasing: buffer[..<step.produced]))
      rest = UnsafeRawBufferPointer(rebasing: rest[step.consumed...])
      if step.isDone { return }
      guard step.produced > 0 || step.consumed > 0 else {
        throw CompressionError(.system, path: path, reason: "\(encoding.rawValue) packing makes no progress")
      }
    }
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws(CompressionError) {
    guard descriptor.write(bytes) else { throw failure() }
  }

  private func failure() -> CompressionError {
    CompressionError(.system, path: path, reason: "cannot be written: \(systemReason())")
  }

  private static func existing(_ path: String) -> CompressionError {
    CompressionError(.exists, path: path, reason: "exists already; choose another name, or replace it with --force")
  }

  /// Beside the target, because a rename works inside one file system only; with process and time, because two runs may meet.
  private static func temporary(for path: String) -> String {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let suffix = ".\(getpid()).\(now.tv_sec)\(now.tv_nsec).tmp"
    guard let slash = path.lastIndex(of: "/") else { return ".\(path)\(suffix)" }
    return path[...slash] + "." + path[path.index(after: slash)...] + suffix
  }
}
