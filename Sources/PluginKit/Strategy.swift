/// A strategy: a struct whose handlers get events and write wishes.
///
/// Handlers run on the host's engine thread for every event: no allocation, no I/O, no clock, no class or existential in
/// stored properties that they touch. A trap (`Int(Double.nan)`, overflow, an index past the end) ends the host.
/// May be `~Copyable`, to own memory and free it in `deinit`.
public protocol Strategy: Plugin, ~Copyable {
  /// What to be called for.
  static var events: Events { get }
  /// Above 0 when `events` has `.timer`.
  static var timerPeriodMilliseconds: Int64 { get }
  /// The schema whose features `Context` shall lend, 32 bytes; nil = none.
  static var featureSchemaHash: [UInt8]? { get }

  mutating func onTrade(_ trade: borrowing Trade, _ context: borrowing Context, _ intents: inout Intents)
  mutating func onQuote(_ quote: borrowing Quote, _ context: borrowing Context, _ intents: inout Intents)
  mutating func onDepth(_ depth: borrowing Depth, _ context: borrowing Context, _ intents: inout Intents)
  mutating func onBar(_ bar: borrowing Bar, _ context: borrowing Context, _ intents: inout Intents)
  /// - Parameter scheduledMilliseconds: when it was due, epoch milliseconds UTC.
  mutating func onTimer(_ scheduledMilliseconds: Int64, _ context: borrowing Context, _ intents: inout Intents)
  mutating func onPrediction(_ prediction: Prediction, _ context: borrowing Context, _ intents: inout Intents)
  mutating func onMarkPrice(_ markPrice: borrowing MarkPrice, _ context: borrowing Context, _ intents: inout Intents)
  /// Always delivered.
  mutating func onOrderUpdate(_ update: borrowing OrderUpdate, _ context: borrowing Context, _ intents: inout Intents)
  /// Always delivered.
  mutating func onRiskState(_ state: borrowing RiskState, _ context: borrowing Context, _ intents: inout Intents)
}

extension Strategy where Self: ~Copyable {
  public static var timerPeriodMilliseconds: Int64 { 0 }
  public static var featureSchemaHash: [UInt8]? { nil }

  @inlinable public mutating func onTrade(_ trade: borrowing Trade, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onQuote(_ quote: borrowing Quote, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onDepth(_ depth: borrowing Depth, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onBar(_ bar: borrowing Bar, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onTimer(_ scheduledMilliseconds: Int64, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onPrediction(_ prediction: Prediction, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onMarkPrice(_ markPrice: borrowing MarkPrice, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onOrderUpdate(_ update: borrowing OrderUpdate, _ context: borrowing Context, _ intents: inout Intents) {}
  @inlinable public mutating func onRiskState(_ state: borrowing RiskState, _ context: borrowing Context, _ intents: inout Intents) {}
}
