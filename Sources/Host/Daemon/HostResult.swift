import Session
import Storage

/// What a finished run of the host leaves.
public struct HostResult: Sendable {
  /// After the shutdown, but for `blocked`: the halt of the shutdown is no word about the run.
  public var status: RunStatus
  public var stoppedBy: String
  public var decisionHash: String
  /// By instance, then by shadow.
  public var instanceHashes: [String]
  /// What made the run worse than it should be: instances that are out, feeds that broke, a latch that is not set.
  public var failures: [String]
  /// Every instance is out, or a feed broke: the run did not do its work.
  public var hasFailed: Bool

  /// What is left open, in words.
  public var leftOpen: String {
    let positions = status.symbols.filter { !$0.position.isZero }.map { "\($0.name) \($0.position.text(decimals: $0.quantityDecimals))" }
    let orders = status.queues.openOrders
    var parts = positions.isEmpty ? [] : ["position " + positions.joined(separator: ", ")]
    if orders > 0 { parts.append(orders == 1 ? "1 order" : "\(orders) orders") }
    return parts.isEmpty ? "nothing is left open" : "left open: " + parts.joined(separator: "; ")
  }

  /// The object of `run --json`.
  public var json: JSONValue {
    .object([
      ("mode", .text(status.mode)), ("uptime_s", .integer(status.uptimeSeconds)), ("events", .integer(status.events)),
      ("fills", .integer(status.fills)), ("trades", .integer(status.trades)), ("pnl", status.pnl.json),
      ("equity", status.equity.json), ("fees", status.fees.json),
      ("positions", .object(status.symbols.map { (key: $0.name, value: $0.position.json) })),
      ("open_orders", .integer(status.queues.openOrders)),
      ("orders_rejected", .object(refusalCounts.map { (key: $0.name, value: .integer($0.count)) })),
      ("stopped_by", .text(stoppedBy)), ("halted", .optional(status.blocked)), ("decision_hash", .text(decisionHash)),
      (
        "instances",
        .array(
          zip(status.instances, instanceHashes).map { instance, hash in
            .object([
              ("id", .text(instance.id)), ("digest", .text(instance.digest)), ("decision_hash", .text(hash)),
              ("state", .text(instance.state.rawValue)),
              ("restarts", .integer(instance.restarts)), ("position", instance.position.json),
              ("shadow", .boolean(instance.isShadow)),
            ])
          })
      ),
      ("shadows", .array(status.shadows.map(\.json))), ("models", .array(status.models.map(\.json))),
      ("storage", status.storage?.json ?? .null),
      ("failures", .array(failures.map { .text($0) })),
    ])
  }

  var refusalCounts: [(name: String, count: Int)]
}
