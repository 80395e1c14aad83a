/// Keys of duties that this version does not have: read and checked, so that a file that has them is whole, and told by `run` where
/// they ask for something that does not happen.
extension SettingsField {
  static let later: [SettingsField] = [
    later("binance.base_url", .address(["https", "http"]), "https://api.binance.com"),
    later("binance.usdm_base_url", .address(["https", "http"]), "https://fapi.binance.com"),
    later("binance.ws_spot_base", .address(["wss", "ws"]), "wss://stream.binance.com:9443"),
    later("binance.ws_usdm_base", .address(["wss", "ws"]), "wss://fstream.binance.com"),
    later("binance.recv_window", .integer(1...60_000), "5000"),
    later("binance.symbols", .list(example: "[BTCUSDT, ETHUSDT]"), "BTCUSDT,ETHUSDT"),
    later("binance_demo.enabled", .flag, "true"),
    later("binance_demo.exchange", .choice(["futures", "spot"]), "futures"),
    later("binance_demo.testnet", .flag, "true"),
    later("binance_demo.base_url", .address(["https", "http"]), "https://testnet.binancefuture.com"),
    later("binance_demo.ws_base_url", .address(["wss", "ws"]), "wss://stream.binancefuture.com"),
    later("binance_demo.recv_window", .integer(1...60_000), "5000"),
    later("binance_demo.symbols", .list(example: "[BTCUSDT, ETHUSDT]"), "BTCUSDT,ETHUSDT"),
    later("supervisor.enabled", .flag, "false"),
    later("supervisor.base_url", .address(["http", "https"]), "http://127.0.0.1:8765"),
    later("supervisor.api_token", .confidential, ""),
    later("supervisor.api_token_file", .optional(.path, none: "none"), "null"),
    later("supervisor.tls_ca_file", .optional(.path, none: "the system's"), "null"),
    later("supervisor.heartbeat_interval_s", .number(0...3600, decimals: 3), "5"),
    later("supervisor.timeout_s", .number(0...60, decimals: 3), "1"),
    later("supervisor.on_error", .choice(["log_and_continue", "reduce_only", "halt"]), "log_and_continue"),
    later("supervisor.lost_after_s", .number(1...86_400, decimals: 3), "30"),
    later("supervisor.risk_enabled", .flag, "false"),
    later("supervisor.risk_on_error", .optional(.choice(["bypass", "block"]), none: "what suits the mode"), "null"),
    later("supervisor.risk_log_level", .choice(["debug", "info", "warning"]), "info"),
    later("supervisor.max_decision_age_ms", .integer(1...60_000), "250"),
    later("execution.mode", .choice(["normal", "scalp"]), "normal"),
  ]

  /// What this version does not do, for people, by the value that asks for it; `asks: nil` = any value but the default.
  static let wishes: [(name: String, asks: String?, duty: String)] = [
    ("supervisor.enabled", "true", "sends no heartbeats to a Supervisor"),
    ("supervisor.risk_enabled", "true", "asks no Supervisor before opening orders"),
    ("execution.mode", "scalp", "has no scalp mode of its own: it is a parameter of HorizonEnsemble (strategies publish --param mode=scalp)"),
    ("app.llm_enabled", "true", "asks no language model"),
  ]

  private static func later(_ name: String, _ shape: ValueShape, _ standard: String) -> SettingsField {
    SettingsField(name: name, shape: shape, isLater: true) { settings, written in
      switch shape.read(written) {
      case .problem(let problem): return problem
      case .value(let text):
        settings.later[name] = text == standard ? nil : text
        return nil
      }
    } show: {
      $0.later[name] ?? standard
    }
  }
}
