import CZlib

/// Gzip members one after another, each with its checksum verified by zlib.
final class GzipDecoder: Decoder {
  // zlib keeps a pointer back to the stream, so it lives at one address.
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isAtBoundary = true
  private var membersRead = 0

  init() throws(DecoderFailure) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = qe_gunzip_init(stream)
    guard code == Z_OK else {
      stream.deallocate()
      throw DecoderFailure(code: .system, reason: "zlib does not start (code \(code))")
    }
    self.stream = stream
  }

  deinit {
    // Z_STREAM_ERROR is the only failure: a stream that was never set up, which init excludes.
    _ = inflateEnd(stream)
    stream.deallocate()
  }

  func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DecoderFailure) -> (consumed: Int, produced: Int) {
    var skipped = 0
    if isAtBoundary, membersRead > 0 {
      // Zeros after a member are padding (tapes, block devices), as gzip itself reads them.
      while skipped < input.count, input[skipped] == 0 { skipped += 1 }
      if skipped == input.count { return (skipped, 0) }
      let code = inflateReset(stream)
      guard code == Z_OK else { throw DecoderFailure(code: .system, reason: "zlib does not restart (code \(code))") }
    }
    let packed = min(input.count - skipped, Int(UInt32.max))
    let room = min(output.count, Int(UInt32.max))
    // zlib reads through this pointer and never writes; its type merely lacks const.
    stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: ($0 + skipped).assumingMemoryBound(to: UInt8.self)) }
    stream.pointee.avail_in = uInt(packed)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = uInt(room)
    let code = inflate(stream, Z_NO_FLUSH)
    let consumed = packed - Int(stream.pointee.avail_in)
    let produced = room - Int(stream.pointee.avail_out)
    stream.pointee.next_in = nil
    stream.pointee.next_out = nil
    switch code {
    case Z_STREAM_END:
      isAtBoundary = true
      membersRead += 1
    case Z_OK, Z_BUF_ERROR:
      if consumed > 0 { isAtBoundary = false }
    case Z_MEM_ERROR:
      throw DecoderFailure(code: .system, reason: "no memory to unpack gzip data")
    case Z_DATA_ERROR where membersRead > 0 && isAtBoundary:
      throw DecoderFailure(code: .corrupt, reason: "bytes after the end of the gzip data")
    default:
      let detail = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw DecoderFailure(code: .corrupt, reason: "corrupt gzip data (\(detail))")
    }
    return (skipped + consumed, produced)
  }
}
