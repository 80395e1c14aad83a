/// Why a model file is refused: one line with the byte, the place in the model and what is wrong there.
public struct MalformedFile: Error, CustomStringConvertible {
  /// Counted from 0; the file's size when its end came too early.
  public let offset: Int
  public let reason: String

  public init(at offset: Int, _ reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "byte \(offset): \(reason)" }
}
