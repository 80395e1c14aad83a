import YAMLDocument

/// A configuration file of another program of the system, checked here against its keys: config/supervisor.yaml, config/risk.yaml.
public struct CompanionFile: Sendable {
  /// Below the settings file's folder.
  public let name: String
  /// What it says about each key is its manual, config/<name>.
  public let keys: [SettingsKey]

  public static let all: [CompanionFile] = [.supervisor, .risk]

  /// Of `quantumedge-supervisor`, which comes with a later version.
  static let supervisor = CompanionFile(
    name: "supervisor.yaml", text: ConfigurationText.supervisor,
    keys: [
      ("mode", .choice(["paper", "demo", "live", "off"]), "paper"),
      ("api_host", .text, "127.0.0.1"), ("heartbeat_port", .integer(1...65_535), "8765"), ("api_auth_token", .confidential, ""),
      ("heartbeat_timeout_s", .number(1...3600, decimals: 3), "15"),
      ("bot.auto_start", .flag, "true"), ("bot.config", .path, "config/settings.yaml"),
      ("bot.restart.enabled", .flag, "true"), ("bot.restart.max_retries", .integer(0...1000), "5"),
      ("bot.restart.backoff_seconds", .list(example: "[1, 2, 5, 10, 30]"), "1,2,5,10,30"),
      ("snapshots.enabled", .flag, "true"), ("snapshots.interval_minutes", .integer(1...1440), "5"),
      ("snapshots.history_window_minutes", .integer(1...1440), "15"),
      ("policy.update_interval_sec", .integer(1...3600), "5"), ("policy.ttl_sec", .integer(1...3600), "30"),
      ("policy.file_path", .path, "runtime/policy.json"),
      ("policy.hysteresis.enter_cycles", .integer(1...1000), "2"), ("policy.hysteresis.exit_cycles", .integer(1...1000), "3"),
      ("policy.thresholds.max_daily_loss", .optional(.number(0...1_000_000_000_000, decimals: 6), none: "none"), "null"),
      ("policy.thresholds.max_drawdown_abs", .optional(.number(0...1_000_000_000_000, decimals: 6), none: "none"), "null"),
      ("policy.thresholds.loss_streak", .integer(1...1000), "3"),
      ("policy.thresholds.spread_max_bps", .optional(.number(0...10_000, decimals: 6), none: "none"), "null"),
      ("policy.thresholds.restart_rate", .number(0...1000, decimals: 6), "3"),
      ("policy.thresholds.conservative_size_multiplier", .number(0...1, decimals: 6), "0.5"),
      ("llm.enabled", .flag, "false"), ("llm.model", .text, "gpt-4.1-mini"),
      ("llm.api_url", .address(["https", "http"]), "https://api.openai.com/v1/chat/completions"),
      ("llm.timeout_sec", .number(0...600, decimals: 3), "4"),
      ("llm.circuit_breaker.failures", .integer(1...1000), "3"), ("llm.circuit_breaker.window_sec", .integer(1...86_400), "300"),
      ("llm.circuit_breaker.open_sec", .integer(1...86_400), "120"),
      ("telemetry.ingest.max_event_size_kb", .integer(1...1024), "32"), ("telemetry.store.max_events_in_memory", .integer(1...1_000_000), "5000"),
      ("telemetry.alerts.cooldown_sec", .integer(0...86_400), "120"),
    ])

  static let risk = CompanionFile(
    name: "risk.yaml", text: ConfigurationText.risk,
    keys: [
      ("currency", .text, "USDT"), ("max_daily_loss_abs", .number(0...1_000_000_000_000, decimals: 6), "200"),
      ("max_daily_loss_pct", .number(0...1, decimals: 6), "0.05"), ("max_drawdown_abs", .number(0...1_000_000_000_000, decimals: 6), "500"),
      ("max_drawdown_pct", .number(0...1, decimals: 6), "0.1"), ("max_notional_per_symbol", .number(0...1_000_000_000_000, decimals: 6), "10000"),
      ("max_leverage", .number(0...1000, decimals: 6), "5"),
    ])

  private init(name: String, text: String, keys: [(name: String, shape: ValueShape, standard: String)]) {
    self.name = name
    let manual = SettingsManual(text, isKey: { word in keys.contains { $0.name == word } })
    self.keys = keys.map { SettingsKey(name: $0.name, shape: $0.shape, standard: $0.standard, summary: manual.words[$0.name] ?? "") }
  }

  /// Every fault of the file beside the settings; none where there is no such file.
  ///
  /// - Parameter settings: the settings file; nil = there is none, and so nothing beside it.
  public func violations(besides settings: String?) -> [String] {
    guard let settings else { return [] }
    let folder = settings.lastIndex(of: "/").map { String(settings[...$0]) } ?? ""
    let path = folder + name
    guard SettingsFile.exists(path) else { return [] }
    do throws(SettingsError) {
      let document = try SettingsFile.document(path)
      var violations = document.duplicates.prefix(SettingsLoader.maximumViolations).map { "\(path):\($0.words)" }
      guard let root = document.root else { return violations }
      guard case .mapping(let entries) = root.content else {
        return violations + ["\(path):\(root.mark.line): sections with keys below them are expected"]
      }
      check(entries, prefix: "", path, &violations)
      return violations
    } catch { return error.violations }
  }

  /// One line where the file asks for what nobody in this version holds anybody to.
  public func wish(besides settings: String?) -> String? {
    guard let settings else { return nil }
    let path = (settings.lastIndex(of: "/").map { String(settings[...$0]) } ?? "") + name
    guard SettingsFile.exists(path), let root = try? SettingsFile.document(path).root, isOther(root, prefix: "") else { return nil }
    return "\(path): is for the Supervisor, which comes with a later version; this host is held to \(settings) alone"
  }

  /// Whether something in it is not the default.
  private func isOther(_ node: YAMLNode, prefix: String) -> Bool {
    guard case .mapping(let entries) = node.content else { return false }
    return entries.contains { entry in
      guard let key = keys.first(where: { $0.name == prefix + entry.key }) else { return isOther(entry.value, prefix: "\(prefix)\(entry.key).") }
      guard let written = WrittenValue(entry.value), case .value(let value) = key.shape.read(written) else { return true }
      return value != key.standard
    }
  }

  private func check(_ entries: [YAMLNode.Entry], prefix: String, _ path: String, _ violations: inout [String]) {
    for entry in entries where violations.count < SettingsLoader.maximumViolations {
      let name = prefix + entry.key
      let place = "\(path):\(entry.keyMark.line): \(Excerpt.line(name))"
      if let key = keys.first(where: { $0.name == name }) {
        guard let written = WrittenValue(entry.value) else {
          violations.append("\(place): a section or a list of lists; write one value")
          continue
        }
        if case .problem(let problem) = key.shape.read(written) { violations.append("\(place): \(problem)") }
      } else if keys.contains(where: { $0.name.hasPrefix(name + ".") }) {
        switch entry.value.content {
        case .mapping(let inner): check(inner, prefix: name + ".", path, &violations)
        case .scalar("", isPlain: true): break
        default: violations.append("\(place): this is a section; write its keys below it, indented")
        }
      } else {
        violations.append("\(place): unknown key; \(Suggestion.text(for: name, among: keys.map(\.name), manual: "config/\(self.name)"))")
      }
    }
  }
}
