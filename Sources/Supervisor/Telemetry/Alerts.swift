import JSONTree

/// Alerts as they are raised, go on and end.
///
/// What is the case is active at once and always. The cool-down bounds how often somebody is told: a cause that comes back within it is the
/// same alert again, and nobody is told twice.
public struct Alerts: Sendable {
  /// The last of a kind and those before it, together.
  static let historyLimit = 100

  private let cooldownMilliseconds: Int64
  private let thresholds: AlertThresholds
  private var latest: [Alert.Key: Alert] = [:]
  /// Those that another of their kind has followed, in the order in which that happened.
  private var past: [Alert] = []

  /// - Parameter cooldownSeconds: from the beginning of an alert to that of the next one of its kind; 0...86,400.
  public init(cooldownSeconds: Int64 = 120, thresholds: AlertThresholds = AlertThresholds()) {
    cooldownMilliseconds = min(max(0, cooldownSeconds), 86_400) * 1000
    self.thresholds = thresholds
  }

  /// Looks for each cause once.
  ///
  /// - Parameter now: ms since 1970 UTC.
  /// - Returns: the alerts that begin: what somebody should be told of.
  public mutating func judge(_ summary: TelemetrySummary, at now: Int64) -> [Alert] {
    var begun: [Alert] = []
    for key in Alert.Key.allCases {
      guard let cause = thresholds.cause(key, in: summary) else {
        latest[key]?.isActive = false
        continue
      }
      if var alert = latest[key], alert.isActive || now - alert.firstSeen < cooldownMilliseconds {
        alert.isActive = true
        (alert.message, alert.evidence) = (cause.message, cause.evidence)
        // A clock that is set back makes nothing unseen.
        alert.lastSeen = max(alert.lastSeen, now)
        latest[key] = alert
      } else {
        let alert = Alert(key: key, message: cause.message, firstSeen: now, lastSeen: now, isActive: true, evidence: cause.evidence)
        if let previous = latest.updateValue(alert, forKey: key) { keep(previous) }
        begun.append(alert)
      }
    }
    return begun
  }

  private mutating func keep(_ alert: Alert) {
    past.append(alert)
    if past.count > Self.historyLimit { past.removeFirst() }
  }

  /// What is the case, oldest first.
  public var active: [Alert] { recent.filter(\.isActive) }

  /// What is and was the case, oldest first; at most 100, of which the last of each kind are always some.
  public var recent: [Alert] {
    // By key where they began together: equal histories are equal lists.
    let last = Alert.Key.allCases.compactMap { latest[$0] }
    let kept = past.suffix(Self.historyLimit - last.count)
    return (kept + last).enumerated().sorted { ($0.element.firstSeen, $0.offset) < ($1.element.firstSeen, $1.offset) }.map(\.element)
  }

  /// As the reference's /api/v1/telemetry/alerts gives it.
  public var json: JSONNode { .object(["active": .array(active.map(\.json)), "recent": .array(recent.map(\.json))]) }
}
