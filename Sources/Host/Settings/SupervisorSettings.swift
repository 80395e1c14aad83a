/// supervisor.*: whom the host reports to, and whom it asks before it opens.
public struct SupervisorSettings: Sendable, Hashable {
  public enum OnError: String, Sendable, CaseIterable {
    case logAndContinue = "log_and_continue"
    case reduceOnly = "reduce_only"
    case halt
  }

  /// What an opening order does that nobody answers about.
  public enum OnRiskError: String, Sendable, CaseIterable {
    case bypass, block
  }

  public enum LogLevel: String, Sendable, CaseIterable {
    case debug, info, warning
  }

  /// supervisor.enabled
  public var isEnabled = false
  /// supervisor.base_url
  public var baseURL = "http://127.0.0.1:8765"
  /// supervisor.api_token; empty = of the file, or of the secrets. Never shown.
  public var token = ""
  /// supervisor.api_token_file; relative to `root`.
  public var tokenFile: String?
  /// supervisor.tls_ca_file; relative to `root`, nil = the system's.
  public var certificateAuthorityFile: String?
  /// supervisor.heartbeat_interval_s x 1000; 0...3600000.
  public var heartbeatIntervalMilliseconds: Int64 = 5000
  /// supervisor.timeout_s x 1000; 0...60000.
  public var timeoutMilliseconds: Int64 = 1000
  /// supervisor.on_error
  public var onError = OnError.logAndContinue
  /// supervisor.lost_after_s x 1000; 1000...86400000.
  public var lostAfterMilliseconds: Int64 = 30_000
  /// supervisor.risk_enabled
  public var asksBeforeOpening = false
  /// supervisor.risk_on_error; nil = what suits the mode.
  public var onRiskError: OnRiskError?
  /// supervisor.risk_log_level
  public var riskLogLevel = LogLevel.info
  /// supervisor.max_decision_age_ms; 1...60000.
  public var maximumDecisionAgeMilliseconds: Int64 = 250

  public init() {}
}

extension Settings {
  /// Whether an opening order that nobody answers about goes out.
  public var bypassesSilentSupervisor: Bool { (supervisor.onRiskError ?? (mode.tradesOnVenue ? .block : .bypass)) == .bypass }
}
