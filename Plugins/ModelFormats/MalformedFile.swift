/// Why a model file is refused: one line with the byte, the place in the model and what is wrong there.
public struct MalformedFile: Error, CustomStringConvertible {
  /// Counted from 0; the file's size when its end came too early.
  public let offset: Int
  public let reason: String

  /// Scalars of the longest reason; a file's keys and names are as long as their author likes.
  private static let limit = 300

  /// - Parameter reason: may name what the file says. What is no printable ASCII in it is escaped: a file may not end the line
  ///   that refuses it, nor speak to a terminal.
  public init(at offset: Int, _ reason: String) {
    self.offset = offset
    var shown = ""
    for scalar in reason.unicodeScalars.prefix(MalformedFile.limit) {
      shown += (0x20...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
    }
    self.reason = reason.unicodeScalars.count > MalformedFile.limit ? shown + "..." : shown
  }

  public var description: String { "byte \(offset): \(reason)" }
}
