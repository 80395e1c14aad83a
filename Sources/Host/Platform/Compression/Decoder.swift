/// One step of unpacking; implementations own the C stream.
protocol Decoder: AnyObject {
  /// True where the data may end: before the first byte of a frame.
  var isAtBoundary: Bool { get }

  /// Unpacks what fits. Both counts are 0 only if more input is needed.
  func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DecoderFailure) -> (consumed: Int, produced: Int)
}

struct DecoderFailure: Error {
  var code: CompressionError.Code
  var reason: String
}
