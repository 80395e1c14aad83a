import Engine
import Market
import Session

/// What the host shows of itself once a second.
public struct RunStatus: Sendable {
  public struct Symbol: Sendable {
    public var name: String
    public var lastPrice: String
    public var position: String
  }

  public var mode: String
  public var uptimeSeconds: Int
  public var events: Int
  public var symbols: [Symbol]
  public var equity: Money
  public var pnl: Money
  public var counters: RunCounters
  /// Why nothing may open; nil while it may.
  public var blocked: String?

  /// One line for a terminal or a log.
  public var line: String {
    let market = symbols.map { "\($0.name) \($0.lastPrice) pos \($0.position)" }.joined(separator: "  ")
    let state = blocked.map { "STOPPED \($0)" } ?? "trading"
    return
      "\(mode) \(uptimeSeconds)s  \(market)  pnl \(DecimalText.format(pnl, decimals: 4))  equity \(DecimalText.format(equity, decimals: 2))  "
      + "fills \(counters.fills)  refused \(counters.refusals)  events \(events)  \(state)"
  }
}
