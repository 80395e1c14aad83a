extension ReferenceKey {
  private static let strategy = "a strategy's own parameter here: quantumedge strategies publish --param"
  private static let dead = "the Python system read it nowhere"

  /// Whole sections whose keys are not told apart.
  static let sections: [ReferenceKey] = [
    ReferenceKey("trading", .dropped(dead)), ReferenceKey("ai", .dropped(dead)),
    ReferenceKey("supervisor_snapshots", .dropped("the Supervisor keeps its snapshots itself")),
    ReferenceKey("bingx_demo", .dropped("this host trades on Binance alone")),
    ReferenceKey("policy", .dropped("this version takes no policy of a Supervisor")),
    ReferenceKey("telemetry", .dropped("this version sends no telemetry")),
    ReferenceKey("decision.regimes", .dropped(strategy)), ReferenceKey("execution.scalp", .dropped(strategy)),
  ]

  /// Every key of reference-system.md 2.1 that is in no section above.
  public static let all: [ReferenceKey] = [
    ReferenceKey("app.mode", .supported),
    ReferenceKey("app.websocket", .supported, value: websocket),
    ReferenceKey("app.websocket.enabled", .renamed("app.websocket"), value: websocket),
    ReferenceKey("app.log_level", .supported, value: lowercased),
    ReferenceKey("app.llm_enabled", .supported),
    ReferenceKey("app.llm_model", .dropped(dead)), ReferenceKey("app.use_llm", .dropped(dead)), ReferenceKey("app.use_futures", .dropped(dead)),
    ReferenceKey("app.use_redis", .dropped(dead)), ReferenceKey("app.data_save", .dropped(dead)),
    ReferenceKey("app.data_path", .supported),
    ReferenceKey("app.exchange", .supported),
    ReferenceKey("app.risk.max_daily_dd", .dropped("its input was always 0; risk.session.max_drawdown_pct bounds the drawdown")),
    ReferenceKey("app.risk.max_exposure", .dropped("was in base units; risk.max_notional_per_symbol bounds the exposure in quote currency")),
    ReferenceKey("app.risk.llm_require_edge", .dropped("belongs to a moderator that this host does not have")),
    ReferenceKey("app.warmup_seconds", .dropped("the Python system read ml.warmup_seconds instead")),
    ReferenceKey("binance.base_url", .supported), ReferenceKey("binance.ws_spot_base", .supported), ReferenceKey("binance.recv_window", .supported),
    ReferenceKey("binance.symbols", .supported),
    ReferenceKey("binance_demo.enabled", .supported), ReferenceKey("binance_demo.exchange", .supported),
    ReferenceKey("binance_demo.testnet", .supported),
    ReferenceKey("binance_demo.base_url", .supported, value: withoutPath),
    ReferenceKey(
      "binance_demo.ws_base_url", .supported, whyNothing: "the address of the WebSocket API, which nobody read; orders go by REST here",
      value: streamAddress),
    ReferenceKey("binance_demo.default_order_type", .dropped("the strategy says the type of each order")),
    ReferenceKey("binance_demo.default_symbol", .dropped("symbols are those with a published strategy")),
    ReferenceKey("binance_demo.symbols", .supported),
    ReferenceKey("binance_demo.max_notional_per_trade", .renamed("risk.max_order_notional"), value: zeroIsNone),
    ReferenceKey("binance_demo.max_open_positions", .dropped("risk.max_gross_exposure bounds all positions together")),
    ReferenceKey("binance_demo.recv_window", .supported),
    ReferenceKey("binance_demo.taker_fee_bps", .renamed("simulation.taker_fee_bps")),
    ReferenceKey("binance_demo.healthcheck_only", .dropped("quantumedge doctor looks whether everything is reachable")),
    ReferenceKey("binance_demo.position_pct", .dropped(strategy)),
    ReferenceKey("binance_demo.fee_rate", .dropped("fees are the venue's own, and simulation.taker_fee_bps in practice")),
    ReferenceKey("binance_demo.equity_override", .dropped("equity is the account's own; simulation.initial_cash in practice")),
    ReferenceKey("risk.max_daily_loss", .renamed("risk.session.max_daily_loss_abs"), value: zeroIsNone),
    ReferenceKey("risk.max_position_risk", .dropped(dead)), ReferenceKey("risk.limit_slippage", .dropped(dead)),
    ReferenceKey("risk.disable_on_error", .dropped(dead)),
    ReferenceKey("risk.session.max_trades_per_hour", .supported), ReferenceKey("risk.session.max_daily_loss_abs", .supported),
    ReferenceKey("risk.session.max_daily_loss_pct", .supported), ReferenceKey("risk.session.cooling_off_minutes", .supported),
    ReferenceKey("risk.session.max_drawdown_abs", .supported),
    ReferenceKey("risk.max_drawdown_abs", .renamed("risk.session.max_drawdown_abs"), value: zeroIsNone),
    ReferenceKey("risk.sizing.base_size", .dropped(strategy)), ReferenceKey("risk.sizing.min_size", .dropped(strategy)),
    ReferenceKey("risk.sizing.max_size", .dropped(strategy)),
    ReferenceKey("risk.tp_sl.tp_rr", .dropped(strategy)), ReferenceKey("risk.tp_sl.sl_vol_multiplier", .dropped(strategy)),
    ReferenceKey("risk.tp_sl.base_stop_bps", .dropped(strategy)),
    ReferenceKey("risk.kill_switch.enabled", .supported), ReferenceKey("risk.kill_switch.file", .supported),
    ReferenceKey("risk.kill_switch.reason", .supported),
    ReferenceKey("supervisor.enabled", .supported), ReferenceKey("supervisor.base_url", .supported), ReferenceKey("supervisor.api_token", .supported),
    ReferenceKey("supervisor.heartbeat_interval_s", .supported), ReferenceKey("supervisor.timeout_s", .supported),
    ReferenceKey("supervisor.on_error", .supported), ReferenceKey("supervisor.risk_enabled", .supported),
    ReferenceKey("supervisor.risk_on_error", .supported), ReferenceKey("supervisor.risk_log_level", .supported, value: lowercased),
    ReferenceKey("ops.status_file", .supported), ReferenceKey("ops.write_interval_seconds", .supported),
    ReferenceKey("execution.mode", .supported),
    ReferenceKey("execution.default_time_in_force_ms", .dropped(dead)),
    ReferenceKey("storage.save_orderbook", .dropped("storage.save_orderbook_json alone says it")),
    ReferenceKey("storage.save_trades", .supported), ReferenceKey("storage.save_orderbook_json", .supported),
    ReferenceKey("storage.save_oi", .dropped(dead)), ReferenceKey("storage.save_funding", .dropped(dead)),
    ReferenceKey("storage.max_jsonl_size_mb", .supported), ReferenceKey("storage.max_jsonl_minutes", .supported),
    ReferenceKey("storage.retention_days", .supported), ReferenceKey("storage.flush_batch", .supported),
    ReferenceKey("storage.flush_interval_seconds", .supported),
    ReferenceKey("backtester.use", .dropped("quantumedge backtest is a command of its own")),
    ReferenceKey("backtester.replay_speed", .renamed("feed.speed"), value: replaySpeed),
    ReferenceKey("ml.require_models", .supported), ReferenceKey("ml.horizons", .supported),
    ReferenceKey("ml.default_horizon", .dropped(dead)), ReferenceKey("ml.warmup_bars_min", .dropped(dead)),
    ReferenceKey("ml.warmup_seconds", .supported), ReferenceKey("ml.model_source", .supported),
    ReferenceKey("ml.runtime_models_dir", .dropped("published models lie in models below app.runtime_path")),
    ReferenceKey("ml.ml_required", .renamed("ml.require_models")), ReferenceKey("ml.required", .renamed("ml.require_models")),
    ReferenceKey("ml.ml_compat_strict", .supported),
    ReferenceKey("ml.thresholds.p_up", .supported),
    ReferenceKey("decision.filters.min_confidence", .supported), ReferenceKey("decision.filters.min_edge", .supported),
    ReferenceKey("decision.filters.horizon_agreement", .supported),
    ReferenceKey("decision.filters.loss_streak_trades", .renamed("risk.session.loss_streak_trades"), value: zeroIsNone),
    ReferenceKey("decision.filters.loss_streak_window_minutes", .dropped("the losing trades in a row are counted, over no window")),
    ReferenceKey("decision.filters.cooloff_minutes", .renamed("risk.session.cooling_off_minutes"), value: wholeMinutes),
    ReferenceKey("decision.horizons.primary", .dropped(strategy)), ReferenceKey("decision.horizons.anchor", .dropped(strategy)),
    ReferenceKey("decision.thresholds.min_conf_primary", .dropped(strategy)),
    ReferenceKey("decision.thresholds.strong_conf_anchor", .dropped(strategy)),
    ReferenceKey("decision.thresholds.min_conf_long", .dropped(strategy)), ReferenceKey("decision.thresholds.min_conf_short", .dropped(strategy)),
    ReferenceKey("decision.loss_streak.window_trades", .dropped("the losing trades in a row are counted, over no window")),
    ReferenceKey("decision.loss_streak.max_losses", .renamed("risk.session.loss_streak_trades")),
    ReferenceKey("decision.loss_streak.cooldown_seconds", .renamed("risk.session.cooling_off_minutes"), value: secondsToMinutes),
    ReferenceKey("decision.overtrading.max_trades_per_hour", .renamed("risk.session.max_trades_per_hour")),
    ReferenceKey("decision.circuit_breakers.max_daily_loss", .renamed("risk.session.max_daily_loss_abs"), value: zeroIsNone),
    ReferenceKey("decision.circuit_breakers.max_drawdown_abs", .renamed("risk.session.max_drawdown_abs"), value: zeroIsNone),
  ]

  // MARK: Values that are written differently

  private static let websocket: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written else { return nil }
    return .text(["mock", "disabled", "off", "false", "no"].contains(text.lowercased()) ? "mock" : "live")
  }

  private static let lowercased: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written else { return written }
    return .text(text.lowercased())
  }

  /// A limit that the reference switches off with 0; ours would let nothing open.
  private static let zeroIsNone: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written, Double(text).map({ $0 > 0 }) == true else { return nil }
    return written
  }

  /// `https://host/fapi` without the path, which is part of each request here.
  private static let withoutPath: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written else { return written }
    // scheme, nothing, host, path
    return .text(text.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/"))
  }

  /// Streams of prices; the Python system's file has the address of an API for orders there.
  private static let streamAddress: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written else { return written }
    return text.contains("/ws-fapi") || text.contains("/ws-api") ? nil : written
  }

  private static let replaySpeed: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written else { return nil }
    return .text(text == "max" ? "max" : "recorded")
  }

  /// Up: the pause does not get shorter.
  private static let wholeMinutes: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written, let minutes = Double(text), minutes > 0, minutes < 100_000 else { return nil }
    return .text("\(Int(minutes.rounded(.up)))")
  }

  /// Likewise.
  private static let secondsToMinutes: @Sendable (WrittenValue) -> WrittenValue? = { written in
    guard case .text(let text) = written, let seconds = Double(text), seconds > 0, seconds < 6_000_000 else { return nil }
    return .text("\(Int((seconds / 60).rounded(.up)))")
  }
}
