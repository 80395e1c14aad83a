import PluginKit

/// When a kind of wish may be tried again. An entry that is refused time after time is asked for ever less often, up to 64 pauses.
struct Pause {
  private(set) var until: Int64 = 0
  private var refusals: Int64 = 0

  func isOver(_ context: borrowing Context) -> Bool { context.receiveNanoseconds >= until }

  mutating func begin(_ nanoseconds: Int64, _ context: borrowing Context) {
    until = max(until, context.receiveNanoseconds &+ nanoseconds)
  }

  mutating func refused(_ code: UInt32, _ nanoseconds: Int64, _ context: borrowing Context) {
    // A price that moved on is no fault, and another entry's end is waited for without counting.
    guard code != RefusalCode.wouldTake, code != RefusalCode.inflightLimit else { return begin(nanoseconds, context) }
    begin(nanoseconds << refusals, context)
    refusals = min(refusals + 1, 6)
  }

  mutating func wentWell() { refusals = 0 }

  func save(to writer: inout StateWriter) {
    writer.write(until)
    writer.write(refusals)
  }

  mutating func restore(from reader: inout StateReader) throws {
    until = try reader.read()
    refusals = try reader.read()
    guard (0...6).contains(refusals) else { throw Refusal("the state's refusals are out of bounds") }
  }
}
