import CZstd

/// Zstandard frames one after another, skippable ones passed over.
///
/// Memory: the frame's window, at most 128 MiB (libzstd's own bound for streams; `zstd -19` makes 8 MiB).
final class ZstdDecoder: Decoder {
  private let context: OpaquePointer
  private(set) var isAtBoundary = true

  init() throws(DecoderFailure) {
    guard let context = ZSTD_createDCtx() else { throw DecoderFailure(code: .system, reason: "no memory to unpack zstd data") }
    self.context = context
  }

  // Frees and returns 0 for every context that was made.
  deinit { _ = ZSTD_freeDCtx(context) }

  func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DecoderFailure) -> (consumed: Int, produced: Int) {
    var packed = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var plain = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let code = ZSTD_decompressStream(context, &plain, &packed)
    if ZSTD_isError(code) != 0 {
      throw DecoderFailure(code: .corrupt, reason: "corrupt zstd data (\(String(cString: ZSTD_getErrorName(code))))")
    }
    if code == 0 {
      isAtBoundary = true
    } else if packed.pos > 0 {
      isAtBoundary = false
    }
    return (packed.pos, plain.pos)
  }
}
