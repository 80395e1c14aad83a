import Session
import Storage

// The keys once for writing and once for reading; a test takes a status through both.

extension RunStatus {
  enum CodingKeys: String, CodingKey {
    case mode, events, equity, pnl, drawdown, fees, fills, trades, refused, symbols, instances, shadows, models, limits, refusals, queues, storage,
      supervisor
    case uptimeSeconds = "uptime_s"
    case processID = "pid"
    case quoteAsset = "quote_asset"
    case pnlToday = "pnl_today"
    case blocked = "halted"
    case blockedWhy = "halted_why"
  }

  /// The object of `status --json`.
  public var json: JSONValue {
    .object([
      ("mode", .text(mode)), ("uptime_s", .integer(uptimeSeconds)), ("pid", .integer(processID)), ("events", .integer(events)),
      ("quote_asset", .text(quoteAsset)), ("equity", equity.json), ("pnl_today", pnlToday.json), ("pnl", pnl.json), ("drawdown", drawdown.json),
      ("fees", fees.json), ("fills", .integer(fills)), ("trades", .integer(trades)), ("refused", .integer(refused)),
      ("halted", .optional(blocked)), ("halted_why", .optional(blockedWhy)), ("symbols", .array(symbols.map(\.json))),
      ("instances", .array(instances.map(\.json))), ("shadows", .array(shadows.map(\.json))), ("models", .array(models.map(\.json))),
      ("limits", .array(limits.map(\.json))), ("refusals", .array(refusals.map(\.json))),
      ("queues", queues.json), ("storage", storage?.json ?? .null), ("supervisor", supervisor?.json ?? .null),
    ])
  }
}

extension RunStatus.Symbol {
  enum CodingKeys: String, CodingKey {
    case name = "symbol"
    case priceDecimals = "price_decimals"
    case quantityDecimals = "quantity_decimals"
    case last, bid, ask, position, unrealized
    case feedAgeMilliseconds = "feed_age_ms"
    case isStale = "stale"
    case lagMilliseconds = "lag_ms"
    case averagePrice = "average_price"
  }

  var json: JSONValue {
    .object([
      ("symbol", .text(name)), ("price_decimals", .integer(priceDecimals)), ("quantity_decimals", .integer(quantityDecimals)),
      ("last", .optional(last)), ("bid", .optional(bid)), ("ask", .optional(ask)),
      ("feed_age_ms", feedAgeMilliseconds.map { .integer($0) } ?? .null), ("stale", .boolean(isStale)), ("lag_ms", .integer(lagMilliseconds)),
      ("position", position.json), ("average_price", .optional(averagePrice)), ("unrealized", unrealized.json),
    ])
  }
}

extension RunStatus.Instance {
  enum CodingKeys: String, CodingKey {
    case id, strategy, symbol, digest, state, why, restarts, position
    case workerID = "worker_pid"
    case openOrders = "open_orders"
    case isShadow = "shadow"
  }

  var json: JSONValue {
    .object([
      ("id", .text(id)), ("strategy", .text(strategy)), ("symbol", .text(symbol)), ("digest", .text(digest)), ("state", .text(state.rawValue)),
      ("why", .optional(why)), ("worker_pid", workerID.map { .integer($0) } ?? .null), ("restarts", .integer(restarts)), ("position", position.json),
      ("open_orders", .integer(openOrders)), ("shadow", .boolean(isShadow)),
    ])
  }
}

extension RunStatus.Shadow {
  enum CodingKeys: String, CodingKey {
    case id, equity, pnl, fees, fills, trades, refused, journal
    case blocked = "halted"
    case decisionHash = "decision_hash"
  }

  var json: JSONValue {
    .object([
      ("id", .text(id)), ("equity", equity.json), ("pnl", pnl.json), ("fees", fees.json), ("fills", .integer(fills)), ("trades", .integer(trades)),
      ("refused", .integer(refused)), ("halted", .optional(blocked)), ("journal", .optional(journal)), ("decision_hash", .optional(decisionHash)),
    ])
  }
}

extension RunStatus.Model {
  enum CodingKeys: String, CodingKey {
    case symbol, state, model, digest, source, reason, asked, failed, brier, alerts
    case horizonSeconds = "horizon_s"
    case ageSeconds = "age_s"
    case pUp = "p_up"
    case predictionAgeMilliseconds = "prediction_age_ms"
    case featurePSI = "feature_psi"
    case scorePSI = "score_psi"
  }

  var json: JSONValue {
    func whole(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    return .object([
      ("symbol", .text(symbol)), ("horizon_s", .integer(horizonSeconds)), ("state", .text(state)), ("model", .optional(model)),
      ("digest", .optional(digest)), ("source", .optional(source)), ("age_s", whole(ageSeconds)), ("reason", .optional(reason)),
      ("p_up", .real(pUp)), ("prediction_age_ms", whole(predictionAgeMilliseconds)), ("asked", .integer(asked)), ("failed", .integer(failed)),
      ("feature_psi", .real(featurePSI)), ("score_psi", .real(scorePSI)), ("brier", .real(brier)), ("alerts", .array(alerts.map { .text($0) })),
    ])
  }
}

extension RunStatus.Limit {
  enum CodingKeys: String, CodingKey {
    case code, scope, value, limit
    case usedPercent = "used_pct"
  }

  var json: JSONValue {
    .object([("code", .text(code)), ("scope", .text(scope)), ("value", value.json), ("limit", limit.json), ("used_pct", usedPercent.json)])
  }
}

extension RunStatus.RefusalNote {
  enum CodingKeys: String, CodingKey {
    case instance, text
    case ageMilliseconds = "age_ms"
  }

  var json: JSONValue { .object([("age_ms", .integer(ageMilliseconds)), ("instance", .text(instance)), ("text", .text(text))]) }
}

extension RunStatus.Queues {
  enum CodingKeys: String, CodingKey {
    case control
    case feedLagMilliseconds = "feed_lag_ms"
    case openOrders = "open_orders"
  }

  var json: JSONValue {
    .object([("control", .integer(control)), ("feed_lag_ms", .integer(feedLagMilliseconds)), ("open_orders", .integer(openOrders))])
  }
}

extension RunStatus.Supervisor {
  enum CodingKeys: String, CodingKey {
    case state, why, asked, allowed, denied, bypassed, failures
    case answerAgeMilliseconds = "answer_age_ms"
    case bypasses = "on_risk_error_bypass"
    case deniedReducing = "denied_reducing"
    case lastAnswerMicroseconds = "last_answer_us"
    case longestAnswerMicroseconds = "longest_answer_us"
  }

  var json: JSONValue {
    .object([
      ("state", .text(state)), ("why", .optional(why)), ("answer_age_ms", answerAgeMilliseconds.map { .integer($0) } ?? .null),
      ("on_risk_error_bypass", .boolean(bypasses)), ("asked", .integer(asked)), ("allowed", .integer(allowed)), ("denied", .integer(denied)),
      ("bypassed", .integer(bypassed)),
      ("failures", .object(failures.sorted { $0.key < $1.key }.map { (key: $0.key, value: .integer($0.value)) })),
      ("denied_reducing", .integer(deniedReducing)), ("last_answer_us", .integer(lastAnswerMicroseconds)),
      ("longest_answer_us", .integer(longestAnswerMicroseconds)),
    ])
  }
}

extension StorageStatus {
  var json: JSONValue {
    .object([
      ("taken", .integer(taken)), ("rows", .integer(rows)),
      ("rows_by_symbol", .object(rowsBySymbol.sorted { $0.key < $1.key }.map { (key: $0.key, value: .integer($0.value)) })),
      ("dropped", .integer(dropped)), ("trouble", .optional(trouble)), ("foreign", .array(foreign.map { .text($0) })),
      ("files", .array(files.map { .text($0) })),
    ])
  }
}

extension JSONValue {
  public static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }
  static func optional(_ figure: Figure?) -> JSONValue { figure?.json ?? .null }
}
