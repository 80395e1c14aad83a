import Logging
import Market
import Plugins
import Session
import Settings

/// What a start on a venue says before anything is sent.
extension HostRun {
  /// What would run, and then why it does not run after all. Each strategy is started once, apart, and ended.
  ///
  /// - Parameters:
  ///   - strategies: what is published to trade and not held back.
  ///   - shadows: what would run in simulation beside it.
  /// - Throws: one of them could not run.
  func venueRefusal(
    _ strategies: [Choice], shadows: [Choice], _ instruments: [Instrument], _ killSwitch: KillSwitch, _ log: RunLog
  ) throws -> SessionError {
    let launcher = StrategyLauncher(settings)
    for choice in strategies + shadows { try launcher.verify(choice.resolved, instruments[choice.instrument]) }
    let names = strategies.map {
      "\($0.resolved.manifest?.name ?? $0.resolved.source)@\(instruments[$0.instrument].id.symbol)/\($0.resolved.horizonSeconds)"
    }
    log.host.notice("\(settings.venueAnnouncement(of: names, on: instruments))")
    for choice in shadows {
      log.host.notice("shadow: \(choice.resolved.instanceID(on: instruments[choice.instrument])) would trade in simulation only")
    }
    let setting = settings.killSwitch.enabled ? settings.killSwitch.startReason : nil
    if let reason = setting ?? killSwitch.read().reason {
      log.host.warning("kill switch: \(reason); nothing may open")
    }
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
  func venueAnnouncement(of instances: [String], on instruments: [Instrument]) -> String {
    let limits = limitRows.filter {
      [
        "risk.max_order_notional", "risk.max_notional_per_symbol", "risk.max_gross_exposure", "risk.max_leverage",
        "risk.session.max_daily_loss_abs", "risk.session.max_daily_loss_pct", "risk.session.max_drawdown_abs", "risk.session.max_drawdown_pct",
      ].contains($0.name)
    }
    let own = instruments.compactMap { instrument in
      exposureLimit(of: instrument).map { "\(instrument.id) \(DecimalText.formatShort($0.raw, scale: Money.scale))" }
    }
    let words = limits.map { row in
      let exceptions = row.name == "risk.max_notional_per_symbol" && !own.isEmpty ? " (\(own.joined(separator: ", ")))" : ""
      return "\(row.name.split(separator: ".").last ?? "") \(row.text)\(exceptions)"
    }
    .joined(separator: ", ")
    return "\(mode.rawValue) on \(exchange.rawValue) is about to trade \(mode == .live ? "REAL MONEY" : "the venue's test account") with "
      + "\(instances.isEmpty ? "nothing" : instances.joined(separator: ", ")); limits: \(words)"
  }
}
