/// One step of packing; implementations own the C stream.
protocol Encoder: AnyObject {
  /// Packs what fits. With `finish`, the end of the frame is written too; `isDone` says that nothing is left inside.
  func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, finish: Bool) throws(DecoderFailure) -> EncoderStep
}

struct EncoderStep {
  var consumed: Int
  var produced: Int
  var isDone: Bool
}
