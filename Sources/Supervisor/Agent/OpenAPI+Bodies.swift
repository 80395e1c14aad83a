import JSONTree

extension OpenAPI.Body {
  private typealias Member = OpenAPI.Member

  static let heartbeat = OpenAPI.Body(
    name: "Heartbeat",
    members: [
      Member("host_id", .text(limit: 128), "Which host; the reference's bot gives none."),
      Member("mode", .text(limit: 16), "paper, demo, live or mock."),
      Member("uptime_s", .number, "Seconds since its start."), Member("equity", .number, "Of the whole account."),
      Member("pnl", .number, "Of the day."), Member("realized_pnl_today", .number, "Of the day."), Member("unrealized_pnl", .number, "At the mark."),
      Member("open_positions", .number, "How many."), Member("active_positions", .number, "The same."),
      Member("open_notional", .number, "At the mark."), Member("open_positions_notional", .number, "The same."),
      Member("worst_notional", .number, "If all that is open filled in the worst way."), Member("last_tick_ts", .text(limit: 128), "ISO 8601."),
      Member("trading_day", .text(limit: 128), "ISO 8601."), Member("base_currency", .text(limit: 16), "Of all amounts."),
      Member("version", .text(limit: 128), "Of the host."), Member("blocked", .text(limit: 128), "Why nothing opens."),
      Member("order_seq", .count, "Of the last order that is contained."),
      Member("flatten_id", .text(limit: 64), "Of the order to close everything that was carried out last."),
      Member(
        "symbols",
        .objects(
          [
            Member("symbol", .text(limit: 32), isRequired: true, "Its name."), Member("position", .number, "Signed, in base units."),
            Member("worst_notional", .number, isRequired: true, "With all orders that could fill."),
          ], limit: 1000), "Of each symbol."),
    ])

  static let order = OpenAPI.Body(
    name: "Order",
    members: [
      Member("symbol", .text(limit: 32), isRequired: true, "Its name."), Member("side", .word(["BUY", "SELL"]), isRequired: true, "In any case."),
      Member("order_type", .word(["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]), isRequired: true, "In any case."),
      Member("quantity", .number, isRequired: true, "In base units."), Member("price", .number, "In quote units."),
      Member("notional", .number, "In quote units; without it price times quantity."), Member("leverage", .number, "1 without it."),
      Member("is_reduce_only", .flag, "Whether it can only reduce a position."), Member("host_id", .text(limit: 128), "Which host."),
      Member("client_order_id", .text(limit: 128), "The host's name of it; asked again, it is the same order."),
      Member("position_before", .number, "Signed, in base units."), Member("order_seq", .count, "Its number among the host's orders."),
    ])

  static let ending = OpenAPI.Body(
    name: "OrderReport",
    members: [
      Member("host_id", .text(limit: 128), "Which host."), Member("client_order_id", .text(limit: 128), isRequired: true, "As it was asked about."),
      Member("status", .word(["FILLED", "CANCELED", "REJECTED", "EXPIRED"]), isRequired: true, "In any case."),
      Member("filled_notional", .number, "In quote units; FILLED needs it."), Member("symbol", .text(limit: 32), "Its name."),
      Member("pnl", .number, "What it realized."),
    ])

  static let telemetry = OpenAPI.Body(
    name: "TelemetryEvent",
    members: [Member("data", .anything, "By type. What is missing or of another kind has the reference's default.")])

  /// An operator's.
  static func order(besides members: [OpenAPI.Member]) -> OpenAPI.Body {
    OpenAPI.Body(
      name: "OperatorOrder" + members.map { $0.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }.joined()
        + (members.contains(where: \.isRequired) ? "Required" : ""),
      members: [
        Member("reason", .text(limit: 200), isRequired: true, "For the audit."), Member("mode", .text(limit: 16), "Of hosts of it alone."),
      ] + members)
  }
}
