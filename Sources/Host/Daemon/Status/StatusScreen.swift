import Market

/// A status as one screen of plain text.
public enum StatusScreen {
  /// - Parameters:
  ///   - width: characters in a line.
  ///   - height: lines; nil = as many as it takes. What does not fit is counted in the last one.
  public static func lines(_ status: RunStatus, width: Int, height: Int? = nil) -> [String] {
    var lines = head(status).map { TextTable.cut($0, width) }
    lines += [""] + symbols(status.symbols).lines(width: width)
    lines += [""] + instances(status.instances).lines(width: width)
    lines += reasons(status.instances).map { TextTable.cut($0, width) }
    if !status.shadows.isEmpty { lines += [""] + shadows(status.shadows).lines(width: width) }
    if !status.models.isEmpty {
      lines += [""] + models(status.models).lines(width: width)
      lines += reasons(status.models).map { TextTable.cut($0, width) }
    }
    if !status.limits.isEmpty { lines += [""] + limits(status.limits).lines(width: width) }
    lines += [""] + refusals(status.refusals).map { TextTable.cut($0, width) }
    return fit(lines, height)
  }

  /// What keeps orders from opening, or could: the part of `risk status`.
  public static func riskLines(_ status: RunStatus, width: Int) -> [String] {
    var lines = head(status).map { TextTable.cut($0, width) }
    if !status.limits.isEmpty { lines += [""] + limits(status.limits).lines(width: width) }
    lines += reasons(status.instances).map { TextTable.cut($0, width) }
    lines += [""] + refusals(status.refusals).map { TextTable.cut($0, width) }
    return lines
  }

  private static func fit(_ lines: [String], _ height: Int?) -> [String] {
    guard let height, lines.count > height, height > 0 else { return lines }
    return lines.prefix(height - 1) + ["… \(lines.count - height + 1) more lines"]
  }

  private static func head(_ status: RunStatus) -> [String] {
    let money = { (figure: Figure) in (figure.raw > 0 ? "+" : "") + figure.text(decimals: 2) }
    let state = status.blocked.map { "STOPPED \($0)" } ?? "trading"
    var lines = [
      "\(status.mode)  \(state)  up \(duration(status.uptimeSeconds))  process \(status.processID)  events \(status.events)",
      "equity \(status.equity.text(decimals: 2)) \(status.quoteAsset)  today \(money(status.pnlToday))  since start \(money(status.pnl))  "
        + "drawdown \(status.drawdown.text(decimals: 2))  fees \(status.fees.text(decimals: 2))",
      "fills \(status.fills)  trades \(status.trades)  refused \(status.refused)  open orders \(status.queues.openOrders)  "
        + "waiting: commands \(status.queues.control), feed \(status.queues.feedLagMilliseconds) ms behind",
    ]
    if let supervisor = status.supervisor { lines.append(self.supervisor(supervisor)) }
    if let why = status.blockedWhy { lines.insert("nothing opens: \(why)", at: 1) }
    return lines
  }

  private static func supervisor(_ supervisor: RunStatus.Supervisor) -> String {
    let answered = supervisor.answerAgeMilliseconds.map { ", answered \(age($0)) ago" } ?? ""
    let orders = supervisor.asked > 0 ? "; asked \(supervisor.asked), denied \(supervisor.denied), bypassed \(supervisor.bypassed)" : ""
    return "supervisor \(supervisor.state)\(supervisor.why.map { ": \($0)" } ?? "")\(answered)\(orders)"
      + (supervisor.bypasses ? "; WARNING: orders go out when it does not answer (bypass)" : "")
  }

  private static func symbols(_ symbols: [RunStatus.Symbol]) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "symbol", isNumber: false, rank: 0), .init(title: "last", isNumber: true, rank: 1), .init(title: "bid", isNumber: true, rank: 4),
      .init(title: "ask", isNumber: true, rank: 4), .init(title: "age", isNumber: true, rank: 2), .init(title: "position", isNumber: true, rank: 0),
      .init(title: "average", isNumber: true, rank: 5), .init(title: "unrealized", isNumber: true, rank: 3),
    ])
    for symbol in symbols {
      let price = { (figure: Figure?) in figure?.text(decimals: symbol.priceDecimals) ?? "-" }
      table.rows.append([
        symbol.name, price(symbol.last), price(symbol.bid), price(symbol.ask),
        (symbol.feedAgeMilliseconds.map(age) ?? "-") + (symbol.isStale ? " STALE" : ""), symbol.position.text(decimals: symbol.quantityDecimals),
        price(symbol.averagePrice), symbol.unrealized.text(decimals: 4),
      ])
    }
    return table
  }

  private static func instances(_ instances: [RunStatus.Instance]) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "instance", isNumber: false, rank: 0), .init(title: "plugin", isNumber: false, rank: 3),
      .init(title: "digest", isNumber: false, rank: 2), .init(title: "state", isNumber: false, rank: 0),
      .init(title: "position", isNumber: true, rank: 1), .init(title: "orders", isNumber: true, rank: 1),
    ])
    for instance in instances {
      table.rows.append([
        instance.id, instance.strategy, String(instance.digest.prefix(12)), instance.state.rawValue + (instance.isShadow ? " shadow" : ""),
        instance.position.shortText,
        String(instance.openOrders),
      ])
    }
    return table
  }

  private static func reasons(_ instances: [RunStatus.Instance]) -> [String] {
    instances.compactMap { instance in instance.why.map { "  \(instance.id): \(instance.state.rawValue): \($0)" } }
  }

  private static func shadows(_ shadows: [RunStatus.Shadow]) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "shadow", isNumber: false, rank: 0), .init(title: "equity", isNumber: true, rank: 1), .init(title: "pnl", isNumber: true, rank: 0),
      .init(title: "fees", isNumber: true, rank: 3), .init(title: "fills", isNumber: true, rank: 1), .init(title: "trades", isNumber: true, rank: 2),
      .init(title: "refused", isNumber: true, rank: 2), .init(title: "stopped by", isNumber: false, rank: 3),
    ])
    for shadow in shadows {
      table.rows.append([
        shadow.id, shadow.equity.text(decimals: 2), shadow.pnl.text(decimals: 4), shadow.fees.text(decimals: 2), String(shadow.fills),
        String(shadow.trades), String(shadow.refused), shadow.blocked ?? "-",
      ])
    }
    return table
  }

  private static func models(_ models: [RunStatus.Model]) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "model of", isNumber: false, rank: 0), .init(title: "adapter", isNumber: false, rank: 3),
      .init(title: "digest", isNumber: false, rank: 4), .init(title: "state", isNumber: false, rank: 0),
      .init(title: "p up", isNumber: true, rank: 0), .init(title: "age", isNumber: true, rank: 2), .init(title: "asked", isNumber: true, rank: 3),
      .init(title: "failed", isNumber: true, rank: 2), .init(title: "psi", isNumber: true, rank: 1), .init(title: "brier", isNumber: true, rank: 1),
    ])
    let real = { (value: Double?, digits: Int) in
      value.map { DecimalText.format(Int64(($0 * Double(PowerOfTen[digits])).rounded()), scale: digits) } ?? "-"
    }
    for model in models {
      table.rows.append([
        "\(model.symbol)/\(model.horizonSeconds)", model.model ?? "-", model.digest.map { String($0.prefix(12)) } ?? "-", model.state,
        real(model.pUp, 4), model.predictionAgeMilliseconds.map(age) ?? "-", String(model.asked), String(model.failed),
        real([model.featurePSI, model.scorePSI].compactMap(\.self).max(), 2), real(model.brier, 4),
      ])
    }
    return table
  }

  private static func reasons(_ models: [RunStatus.Model]) -> [String] {
    models.flatMap { model in
      (model.reason.map { ["  \(model.symbol)/\(model.horizonSeconds): \(model.state): \($0)"] } ?? [])
        + model.alerts.map { "  \(model.symbol)/\(model.horizonSeconds): \($0)" }
    }
  }

  private static func limits(_ limits: [RunStatus.Limit]) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "limit", isNumber: false, rank: 0), .init(title: "used", isNumber: true, rank: 0), .init(title: "value", isNumber: true, rank: 3),
      .init(title: "of", isNumber: true, rank: 2), .init(title: "for", isNumber: false, rank: 1),
    ])
    for limit in limits {
      table.rows.append([
        limit.code, limit.usedPercent.text(decimals: 1) + " %", short(limit.value), short(limit.limit), limit.scope,
      ])
    }
    return table
  }

  private static func refusals(_ refusals: [RunStatus.RefusalNote]) -> [String] {
    if refusals.isEmpty { return ["no refusals yet"] }
    return ["last refusals"] + refusals.map { "  \(age($0.ageMilliseconds)) ago  \($0.instance)  \($0.text)" }
  }

  /// Amounts need no more than four decimals here; counts have none.
  private static func short(_ figure: Figure) -> String { figure.scale > 4 ? Figure(figure, decimals: 4).shortText : figure.shortText }

  private static func age(_ milliseconds: Int) -> String {
    milliseconds < 10_000 ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s" : duration(milliseconds / 1000)
  }

  private static func duration(_ seconds: Int) -> String {
    if seconds < 60 { return "\(seconds)s" }
    if seconds < 3600 { return "\(seconds / 60)m\(seconds % 60)s" }
    return seconds < 86_400 ? "\(seconds / 3600)h\(seconds % 3600 / 60)m" : "\(seconds / 86_400)d\(seconds % 86_400 / 3600)h"
  }
}
