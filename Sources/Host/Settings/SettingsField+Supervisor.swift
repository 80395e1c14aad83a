/// The keys of supervisor.*.
extension SettingsField {
  static let supervisor: [SettingsField] = [
    flag("supervisor.enabled", \.supervisor.isEnabled),
    shaped("supervisor.base_url", .address(["http", "https"])) {
      $0.supervisor.baseURL
    } set: {
      $0.supervisor.baseURL = $1
    },
    shaped("supervisor.api_token", .confidential) {
      $0.supervisor.token
    } set: {
      $0.supervisor.token = $1
    },
    optionalPath("supervisor.api_token_file", \.supervisor.tokenFile, none: "none"),
    optionalPath("supervisor.tls_ca_file", \.supervisor.certificateAuthorityFile, none: "the system's"),
    scaled("supervisor.heartbeat_interval_s", \.supervisor.heartbeatIntervalMilliseconds, 0...3600, scale: 3, what: "a number"),
    scaled("supervisor.timeout_s", \.supervisor.timeoutMilliseconds, 0...60, scale: 3, what: "a number"),
    choice("supervisor.on_error", \.supervisor.onError),
    scaled("supervisor.lost_after_s", \.supervisor.lostAfterMilliseconds, 1...86_400, scale: 3, what: "a number"),
    flag("supervisor.risk_enabled", \.supervisor.asksBeforeOpening),
    shaped("supervisor.risk_on_error", .optional(.choice(SupervisorSettings.OnRiskError.allCases.map(\.rawValue)), none: "what suits the mode")) {
      $0.supervisor.onRiskError?.rawValue ?? "null"
    } set: {
      $0.supervisor.onRiskError = SupervisorSettings.OnRiskError(rawValue: $1)
    },
    choice("supervisor.risk_log_level", \.supervisor.riskLogLevel),
    whole("supervisor.max_decision_age_ms", \.supervisor.maximumDecisionAgeMilliseconds, 1...60_000),
  ]

  /// A key whose shape is all that there is to check.
  private static func shaped(
    _ name: String, _ shape: ValueShape, get: @escaping @Sendable (Settings) -> String, set: @escaping @Sendable (inout Settings, String) -> Void
  ) -> SettingsField {
    SettingsField(name: name, shape: shape) { settings, written in
      switch shape.read(written) {
      case .problem(let problem): return problem
      case .value(let text):
        set(&settings, text)
        return nil
      }
    } show: {
      get($0)
    }
  }
}
