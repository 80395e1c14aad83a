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
    later("execution.mode", .choice(["normal", "scalp"]), "normal"),
  ]

  /// What this version does not do, for people, by the value that asks for it; `asks: nil` = any value but the default.
  static let wishes: [(name: String, asks: String?, duty: String)] = [
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
