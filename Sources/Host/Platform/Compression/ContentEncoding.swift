/// How the bytes of a file are packed.
public enum ContentEncoding: String, Sendable, Hashable, CaseIterable {
  case plain
  case gzip
  case zstd

  /// What a name promises: `.gz` and `.zst`, in any case, else plain.
  public init(extensionOf path: String) {
    let name = path.lowercased()
    if name.hasSuffix(".gz") {
      self = .gzip
    } else if name.hasSuffix(".zst") {
      self = .zstd
    } else {
      self = .plain
    }
  }

  /// The bytes that are needed to tell.
  static let magicBytes = 4

  /// What the first bytes say; nil if they are the beginning of nothing known (then it is plain text).
  init?(magic: UnsafeRawBufferPointer) {
    if magic.count >= 2, magic[0] == 0x1F, magic[1] == 0x8B {
      self = .gzip
      return
    }
    guard magic.count >= 4 else { return nil }
    let isFrame = magic[0] == 0x28 && magic[1] == 0xB5 && magic[2] == 0x2F && magic[3] == 0xFD
    // Skippable frames: what pzstd and seekable files begin with.
    let isSkippable = magic[0] & 0xF0 == 0x50 && magic[1] == 0x2A && magic[2] == 0x4D && magic[3] == 0x18
    guard isFrame || isSkippable else { return nil }
    self = .zstd
  }
}
