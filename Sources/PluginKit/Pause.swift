/// When a kind of wish may be tried again. What is refused time after time is asked ever less often, up to 64 pauses.
///
/// ```swift
/// private var entries = Pause()
/// // In a call: `guard entries.isOver(context) else { return }`; in an update: `entries.refused(code, pauseNanoseconds, context)`.
/// ```
public struct Pause: Sendable {
  /// Nanoseconds on the host's receive clock.
  public private(set) var until: Int64 = 0
  private var refusals: Int64 = 0

  public init() {}

  @inlinable public func isOver(_ context: borrowing Context) -> Bool { context.receiveNanoseconds >= until }

  /// At least so long from now; one that is longer already stays.
  public mutating func begin(_ nanoseconds: Int64, _ context: borrowing Context) {
    until = max(until, context.receiveNanoseconds &+ nanoseconds)
  }

  /// After a refusal: `nanoseconds`, doubled for each refusal in a row before this one.
  ///
  /// - Parameters:
  ///   - code: the refusal's; one of ``RefusalCode``.
  ///   - nanoseconds: of the first pause, 0 or more.
  public mutating func refused(_ code: UInt32, _ nanoseconds: Int64, _ context: borrowing Context) {
    // A price that moved on is no fault, and another entry's end is waited for without counting.
    guard code != RefusalCode.wouldTake, code != RefusalCode.inflightLimit else { return begin(nanoseconds, context) }
    begin(nanoseconds << refusals, context)
    refusals = min(refusals + 1, 6)
  }

  /// The next refusal is the first in a row.
  public mutating func wentWell() { refusals = 0 }

  public func save(to writer: inout StateWriter) {
    writer.write(until)
    writer.write(refusals)
  }

  public mutating func restore(from reader: inout StateReader) throws {
    until = try reader.read()
    refusals = try reader.read()
    guard (0...6).contains(refusals) else { throw Refusal("the state's refusals are out of bounds") }
  }
}
