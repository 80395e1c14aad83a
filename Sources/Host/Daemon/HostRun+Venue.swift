import Market
import Plugins
import Session
import Settings

/// What a start on a venue says before anything is sent.
extension HostRun {
  /// What is published is read, with digests and signatures, and told; then why it does not run after all. Nothing is started, and
  /// neither the quarantine nor the kill switch's latch is looked at.
  ///
  /// - Throws: what is published may not run.
  func venueRefusal(_ instruments: [Instrument], _ symbols: [String], _ log: RunLog) throws -> SessionError {
    let strategies = try self.strategies(for: instruments, symbols)
    let names = strategies.map {
      "\($0.resolved.manifest?.name ?? $0.resolved.source)@\(instruments[$0.instrument].id.symbol)/\($0.resolved.horizonSeconds)"
    }
    log.host.notice("\(settings.venueAnnouncement(of: names))")
    return SessionError(
      .unavailable,
      "app.mode \(settings.mode.rawValue) has no venue in this version: settings, secrets and plugins are complete, nothing was sent; "
        + "use: quantumedge run --mode mock")
  }
}

extension Settings {
  /// Symbols of the venue's section.
  var venueSymbols: [String] {
    let key = mode == .demo ? "binance_demo.symbols" : "binance.symbols"
    return value(of: key).split(separator: ",").map { "\(pairs.venue).\(exchange.market.rawValue).\($0)" }
  }

  /// One line: what is about to trade, on what, with which limits.
  func venueAnnouncement(of instances: [String]) -> String {
    let limits = limitRows.filter {
      [
        "risk.max_order_notional", "risk.max_notional_per_symbol", "risk.max_gross_exposure", "risk.max_leverage",
        "risk.session.max_daily_loss_abs", "risk.session.max_daily_loss_pct", "risk.session.max_drawdown_abs", "risk.session.max_drawdown_pct",
      ].contains($0.name)
    }
    let words = limits.map { "\($0.name.split(separator: ".").last ?? "") \($0.text)" }.joined(separator: ", ")
    return "\(mode.rawValue) on \(exchange.rawValue) is about to trade \(mode == .live ? "REAL MONEY" : "the venue's test account") with "
      + "\(instances.joined(separator: ", ")); limits: \(words)"
  }
}
