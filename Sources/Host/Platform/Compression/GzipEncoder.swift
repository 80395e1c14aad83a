import CZlib

/// One gzip member without a name or a time in its head, so that equal input gives equal files.
final class GzipEncoder: Encoder {
  // zlib keeps a pointer back to the stream, so it lives at one address.
  private let stream: UnsafeMutablePointer<z_stream>

  init(level: Int32 = 6) throws(DecoderFailure) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = qe_gzip_init(stream, level)
    guard code == Z_OK else {
      stream.deallocate()
      throw DecoderFailure(code: .system, reason: "zlib does not start (code \(code))")
    }
    self.stream = stream
  }

  deinit {
    // Z_DATA_ERROR only says that an unfinished stream was dropped, which is what an abandoned file is.
    _ = deflateEnd(stream)
    stream.deallocate()
  }

  func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, finish: Bool) throws(DecoderFailure) -> EncoderStep {
    let plain = min(input.count, Int(UInt32.max))
    let room = min(output.count, Int(UInt32.max))
    // zlib reads through this pointer and never writes; its type merely lacks const.
    stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self)) }
    stream.pointee.avail_in = uInt(plain)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = uInt(room)
    let code = deflate(stream, finish ? Z_FINISH : Z_NO_FLUSH)
    guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
      throw DecoderFailure(code: .system, reason: "gzip packing failed (code \(code))")
    }
    let step = EncoderStep(
      consumed: plain - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out),
      isDone: finish ? code == Z_STREAM_END : stream.pointee.avail_in == 0)
    stream.pointee.next_in = nil
    stream.pointee.next_out = nil
    return step
  }
}
