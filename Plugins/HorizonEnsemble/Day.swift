import PluginKit

/// What the instance did since the UTC day's begin.
struct Day {
  private static let nanoseconds: Int64 = 86_400_000_000_000

  /// Days since 1970; -1 = nothing came yet.
  private var number: Int64 = -1
  private(set) var trades: Int64 = 0
  /// Of the account, at the day's first event.
  private var equity = 0.0
  /// Of this instance, net of fees.
  private var result = 0.0
  /// Differences are added up: the host counts over all days.
  private var lastRealized = 0.0

  mutating func note(_ context: borrowing Context) {
    let today = context.receiveNanoseconds / Day.nanoseconds
    let realized = context.realizedPnL
    if number < 0 { lastRealized = realized }
    if today != number {
      number = today
      trades = 0
      equity = context.equity
      result = 0
    }
    result += realized - lastRealized
    lastRealized = realized
  }

  mutating func countTrade() { trades += 1 }

  /// - Parameter fraction: of the equity at the day's begin.
  func hasLost(_ fraction: Double) -> Bool { result < 0 && -result >= fraction * max(0, equity) }

  func save(to writer: inout StateWriter) {
    writer.write(number)
    writer.write(trades)
    writer.write(equity)
    writer.write(result)
    writer.write(lastRealized)
  }

  mutating func restore(from reader: inout StateReader) throws {
    number = try reader.read()
    trades = try reader.read()
    equity = try reader.readFinite()
    result = try reader.readFinite()
    lastRealized = try reader.readFinite()
    guard number >= -1, (0...Int64.max / 2).contains(trades) else { throw Refusal("the state's day is out of bounds") }
  }
}
