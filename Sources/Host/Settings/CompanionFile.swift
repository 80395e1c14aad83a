import Market
import YAMLDocument

/// A configuration file of the Supervisor, checked here against its keys: config/supervisor.yaml, config/risk.yaml.
public struct CompanionFile: Sendable {
  /// Below the settings file's folder.
  public let name: String
  /// What it says about each key is its manual, config/<name>.
  public let keys: [SettingsKey]

  public static let all: [CompanionFile] = [.supervisor, .risk]

  /// Of `quantumedge-supervisor`.
  public static let supervisor = CompanionFile(
    name: "supervisor.yaml", text: ConfigurationText.supervisor,
    keys: [
      ("mode", .choice(["paper", "demo", "live", "off"]), "paper"),
      ("api_host", .text, "127.0.0.1"), ("heartbeat_port", .integer(0...65_535), "8765"),
      ("api_auth_token", .optional(.confidential, none: "the secret or the generated one"), "null"),
      ("api_token_file", .path, "runtime/supervisor/token"),
      ("tls.certificate_file", .optional(.path, none: "plain HTTP"), "null"), ("tls.key_file", .optional(.path, none: "plain HTTP"), "null"),
      ("cors_origins", .list(example: "[http://127.0.0.1:5173]"), ""), ("limits.max_body_kb", .integer(1...1024), "64"),
      ("limits.max_connections", .integer(1...10_000), "512"), ("limits.request_timeout_s", .integer(1...600), "5"),
      ("limits.idle_timeout_s", .integer(1...600), "30"), ("limits.max_bad_tokens_per_minute", .integer(1...100_000), "30"),
      ("state_dir", .path, "runtime/supervisor"), ("events.dir", .path, "logs/events"), ("events.retention_days", .integer(1...3650), "14"),
      ("events.max_file_mb", .integer(1...1024), "64"),
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

  public static let risk = CompanionFile(
    name: "risk.yaml", text: ConfigurationText.risk,
    keys: [
      ("currency", .text, "USDT"), ("max_daily_loss_abs", .number(0...1_000_000_000_000, decimals: 6), "200"),
      ("max_daily_loss_pct", .number(0...1, decimals: 6), "0.05"), ("max_drawdown_abs", .number(0...1_000_000_000_000, decimals: 6), "500"),
      ("max_drawdown_pct", .number(0...1, decimals: 6), "0.1"), ("max_notional_per_symbol", .number(0...1_000_000_000_000, decimals: 6), "10000"),
      ("max_leverage", .number(0...1000, decimals: 6), "5"),
      ("max_total_notional", .optional(.number(0...1_000_000_000_000, decimals: 6), none: "none"), "null"),
      ("max_account_leverage", .optional(.number(0...1000, decimals: 6), none: "none"), "null"), ("resume_on_new_day", .flag, "false"),
      ("stale_hosts", .choice(["refuse", "allow"]), "refuse"),
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

  /// What the file holds: its keys' values, and the defaults of those that it leaves out.
  ///
  /// - Parameters:
  ///   - path: nil = there is none.
  ///   - overrides: `key=value` of the command line; the last of a key wins.
  /// - Throws: every fault at once.
  public func read(_ path: String?, overrides: [String] = []) throws(SettingsError) -> CompanionValues {
    var values = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0.standard) })
    var violations: [String] = []
    if let path {
      let document = try SettingsFile.document(path)
      violations = document.duplicates.prefix(SettingsLoader.maximumViolations).map { "\(path):\($0.words)" }
      if let root = document.root {
        if case .mapping(let entries) = root.content {
          check(entries, prefix: "", path, &violations) { values[$0] = $1 }
        } else {
          violations.append("\(path):\(root.mark.line): sections with keys below them are expected")
        }
      }
    }
    for override in overrides {
      let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let key = keys.first(where: { $0.name == parts[0] }) else {
        violations.append(
          "--set \(Excerpt.line(override)): write key=value; \(Suggestion.text(for: parts[0], among: keys.map(\.name), manual: "config/\(name)"))")
        continue
      }
      switch key.shape.read(WrittenValue(word: parts[1])) {
      case .value(let value): values[key.name] = value
      case .problem(let problem): violations.append("--set \(key.name): \(problem)")
      }
    }
    guard violations.isEmpty else { throw SettingsError(violations: violations) }
    return CompanionValues(file: name, values: values)
  }

  private func check(
    _ entries: [YAMLNode.Entry], prefix: String, _ path: String, _ violations: inout [String], take: (String, String) -> Void = { _, _ in }
  ) {
    for entry in entries where violations.count < SettingsLoader.maximumViolations {
      let name = prefix + entry.key
      let place = "\(path):\(entry.keyMark.line): \(Excerpt.line(name))"
      if let key = keys.first(where: { $0.name == name }) {
        guard let written = WrittenValue(entry.value) else {
          violations.append("\(place): a section or a list of lists; write one value")
          continue
        }
        switch key.shape.read(written) {
        case .value(let value): take(name, value)
        case .problem(let problem): violations.append("\(place): \(problem)")
        }
      } else if keys.contains(where: { $0.name.hasPrefix(name + ".") }) {
        switch entry.value.content {
        case .mapping(let inner): check(inner, prefix: name + ".", path, &violations, take: take)
        case .scalar("", isPlain: true): break
        default: violations.append("\(place): this is a section; write its keys below it, indented")
        }
      } else {
        violations.append("\(place): unknown key; \(Suggestion.text(for: name, among: keys.map(\.name), manual: "config/\(self.name)"))")
      }
    }
  }
}

/// A companion file's values, each of its key's shape.
public struct CompanionValues: Sendable {
  private let file: String
  private let values: [String: String]

  init(file: String, values: [String: String]) { (self.file, self.values) = (file, values) }

  /// The value as it could be written; nil for null.
  ///
  /// - Precondition: the file has this key.
  public func text(_ key: String) -> String? {
    guard let value = values[key] else { preconditionFailure("\(file) has no key \(key)") }
    return value == "null" ? nil : value
  }

  public func flag(_ key: String) -> Bool { text(key) == "true" }

  public func integer(_ key: String) -> Int { decimal(key, scale: 0).map { Int($0) } ?? 0 }

  /// In units of the last of so many decimals; nil for null.
  public func decimal(_ key: String, scale: Int) -> Int64? { text(key).flatMap { try? DecimalText.parse($0, scale: scale) } }

  /// Those of these sections that are not as they ship.
  public func changed(in sections: [String], of file: CompanionFile) -> [String] {
    file.keys.filter { key in sections.contains { key.name.hasPrefix($0 + ".") } && values[key.name] != key.standard }.map(\.name)
  }

  public func list(_ key: String) -> [String] { (text(key) ?? "").split(separator: ",").map(String.init) }
}
