import CZstd

/// One zstd frame with a content checksum, so that damage is seen on reading.
final class ZstdEncoder: Encoder {
  private let context: OpaquePointer

  init(level: Int32 = 3) throws(DecoderFailure) {
    guard let context = ZSTD_createCCtx() else { throw DecoderFailure(code: .system, reason: "no memory to pack zstd data") }
    self.context = context
    try ZstdEncoder.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
    try ZstdEncoder.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
  }

  // Frees and returns 0 for every context that was made.
  deinit { _ = ZSTD_freeCCtx(context) }

  func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, finish: Bool) throws(DecoderFailure) -> EncoderStep {
    var plain = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var packed = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let left = ZSTD_compressStream2(context, &packed, &plain, finish ? ZSTD_e_end : ZSTD_e_continue)
    try ZstdEncoder.check(left)
    return EncoderStep(consumed: plain.pos, produced: packed.pos, isDone: finish ? left == 0 : plain.pos == plain.size)
  }

  private static func check(_ code: Int) throws(DecoderFailure) {
    if ZSTD_isError(code) != 0 {
      throw DecoderFailure(code: .system, reason: "zstd packing failed (\(String(cString: ZSTD_getErrorName(code))))")
    }
  }
}
