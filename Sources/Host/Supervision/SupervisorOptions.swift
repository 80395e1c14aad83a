import Logging

public struct SupervisorOptions: Sendable {
  public enum OnLost: Sendable {
    case log, reduceOnly, halt
  }

  /// Without a slash at its end.
  public var baseURL: String
  /// PEM; nil = the system's.
  public var certificateAuthority: String?
  /// This host among others; the same over its lives.
  public var hostID: String
  /// This life of it.
  public var runID: String
  /// Whether heartbeats go out.
  public var reports = true
  public var heartbeatIntervalMilliseconds: Int64 = 5000
  public var timeoutMilliseconds: Int64 = 1000
  public var lostAfterMilliseconds: Int64 = 30_000
  public var onLost = OnLost.log
  /// How long an opening order waits.
  public var maximumDecisionAgeMilliseconds: Int64 = 250
  /// Whether an opening order that nobody answers about goes out.
  public var bypasses = false
  /// Of verdicts.
  public var verdictLevel = Logger.Level.info

  public init(baseURL: String, hostID: String, runID: String) {
    var url = baseURL
    while url.hasSuffix("/") { url.removeLast() }
    self.baseURL = url
    self.hostID = hostID
    self.runID = runID
  }

  /// When a bypass goes out that nobody has answered: before the decision is too old.
  var bypassMilliseconds: Int64 { min(timeoutMilliseconds, maximumDecisionAgeMilliseconds * 4 / 5) }
}
