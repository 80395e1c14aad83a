import PluginKit

/// Buys when the price has risen by `threshold_bps` within the last seconds, sells when it has fallen by as much.
///
/// A sample to start from: replace the rule, keep the shape. The handlers run for every event on the host's engine thread:
/// no allocation, no I/O, no clock, and nothing that traps (`Int(someDouble)` does on NaN: use `context.scales.rawPrice`).
struct __NAME__: StatefulStrategy {
  static let name = "__NAME__"
  static let version = "0.1.0"
  static let summary = "Follows a move of threshold_bps"
  /// What to be called for. Order updates and risk states come always.
  static let events: Events = [.trades, .bars]
  static let parameters: [Parameter] = [
    .quantity("quantity", default: 0.001, in: 0...1_000_000, "size of an entry, above 0, in base currency"),
    .real("threshold_bps", default: 10, in: 0.1...1000, "move that is followed, in basis points"),
  ]

  private let quantity: Int64
  private let threshold: Double

  /// The price that the move is measured from; 0 = none yet.
  private var reference = 0.0
  private var lastTag: UInt64 = 0
  /// The tag of the order in flight, 0 = none: one order at a time.
  private var inFlight: UInt64 = 0

  init(_ configuration: Configuration) throws {
    quantity = try configuration.quantity("quantity")
    threshold = try configuration.real("threshold_bps") / 10_000
    guard quantity > 0 else { throw Refusal("quantity must be above 0") }
  }

  mutating func onTrade(_ trade: borrowing Trade, _ context: borrowing Context, _ intents: inout Intents) {
    let price = trade.price
    guard price > 0, reference > 0, inFlight == 0 else { return }
    let move = price / reference - 1
    let position = context.rawPosition
    if move > threshold, position == 0 {
      // False when the host takes no more wishes in this call; the next trade asks again.
      if intents.market(.buy, quantity: quantity, tag: lastTag + 1) { sent() }
    } else if move < -threshold, position > 0 {
      if intents.market(.sell, quantity: position, tag: lastTag + 1, reduceOnly: true) { sent() }
    }
  }

  mutating func onBar(_ bar: borrowing Bar, _ context: borrowing Context, _ intents: inout Intents) {
    // A slow average of closes.
    reference = reference == 0 ? bar.close : reference + (bar.close - reference) / 16
  }

  mutating func onOrderUpdate(_ update: borrowing OrderUpdate, _ context: borrowing Context, _ intents: inout Intents) {
    if update.isFinal, update.tag == inFlight { inFlight = 0 }
  }

  private mutating func sent() {
    lastTag += 1
    inFlight = lastTag
  }

  // State, for reloads and restarts: write everything that events change, read it back in the same order.

  func save(to writer: inout StateWriter) {
    writer.write(reference)
    writer.write(lastTag)
    writer.write(inFlight)
  }

  mutating func restore(from reader: inout StateReader) throws {
    reference = try reader.readFinite()
    lastTag = try reader.read()
    inFlight = try reader.read()
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(__NAME__.self, major, minor, error, capacity) }
