/// What the Supervisor lets a host do, for a short time: `policy.v1`. The file and the API carry the same object.
public struct Policy: Sendable, Hashable {
  /// From the loosest to the strictest.
  public enum Mode: String, Sendable, CaseIterable, Comparable {
    case normal, scalp, conservative
    case riskOff = "risk_off"

    private var severity: Int {
      switch self {
      case .normal: 0
      case .scalp: 1
      case .conservative: 2
      case .riskOff: 3
      }
    }

    public static func < (a: Mode, b: Mode) -> Bool { a.severity < b.severity }
  }

  /// `policy.v1`; readers of the reference look only whether there is one.
  public let version: String
  /// When it was made, whole seconds since 1970 UTC; 0...`maximumSecond`.
  public let second: Int64
  /// How long it holds from then on; 1...`maximumSeconds`.
  public let holdsSeconds: Int64
  /// Whether anything may be opened.
  public let allowsTrading: Bool
  public let mode: Mode
  /// What sizes of what opens are multiplied by; 0 or above.
  public let sizeMultiplier: Double
  /// How long from `second` on nothing opens; 0...`maximumSeconds`.
  public let cooldownSeconds: Int64
  /// From which spread on nothing opens; 0 or above, nil = none.
  public let maximumSpreadBps: Double?
  /// From which loss of the day on nothing opens, an amount of 0 or above; nil = none.
  public let maximumDailyLoss: Double?
  /// `CODE:evidence`; a code alone where there is nothing to show. Who else has a word in it adds his own: `|LLM_OK`.
  public var reason: String

  /// In the year 5138: seconds are below it, and milliseconds that were taken for seconds are not. Such a policy would never end.
  public static let maximumSecond: Int64 = 100_000_000_000
  /// Of a duration: longer than any clock, and sums with it fit.
  public static let maximumSeconds: Int64 = 1_000_000_000_000

  /// Figures outside of their ranges are a programmer's error: what comes from outside is read by `init(reading:)`.
  public init(
    version: String = "policy.v1", second: Int64, holdsSeconds: Int64 = 30, allowsTrading: Bool, mode: Mode, sizeMultiplier: Double = 1,
    cooldownSeconds: Int64 = 0, maximumSpreadBps: Double? = nil, maximumDailyLoss: Double? = nil, reason: String = "OK"
  ) {
    precondition((0...Self.maximumSecond).contains(second), "a policy's second is 0...10^11")
    precondition((1...Self.maximumSeconds).contains(holdsSeconds), "a policy holds 1...10^12 s")
    precondition((0...Self.maximumSeconds).contains(cooldownSeconds), "a cool-down is 0...10^12 s")
    precondition(
      [sizeMultiplier, maximumSpreadBps ?? 0, maximumDailyLoss ?? 0].allSatisfy { $0.isFinite && $0 >= 0 }, "a policy's figures are 0 or above")
    self.version = version
    self.second = second
    self.holdsSeconds = holdsSeconds
    self.allowsTrading = allowsTrading
    self.mode = mode
    self.sizeMultiplier = sizeMultiplier
    self.cooldownSeconds = cooldownSeconds
    self.maximumSpreadBps = maximumSpreadBps
    self.maximumDailyLoss = maximumDailyLoss
    self.reason = reason
  }

  /// Before anything is known: nothing opens.
  ///
  /// - Parameter now: ms since 1970 UTC.
  public static func notReady(at now: Int64, holdsSeconds: Int64) -> Policy {
    Policy(
      second: wholeSecond(now), holdsSeconds: holdsSeconds, allowsTrading: false, mode: .riskOff, sizeMultiplier: 0,
      reason: PolicyDecision.Code.notReady.rawValue)
  }

  /// Whether it still holds. Seconds are whole, as the reference counts them: the last one holds to its end.
  ///
  /// - Parameters:
  ///   - now: ms since 1970 UTC.
  ///   - graceSeconds: beyond its own time; 0 or above.
  public func isFresh(at now: Int64, graceSeconds: Int64 = 0) -> Bool {
    wholeSecond(now) <= second + holdsSeconds + min(max(0, graceSeconds), Self.maximumSeconds)
  }
}

/// The second that a millisecond lies in: no policy is older than 1970 or later than `Policy.maximumSecond`, whatever a clock says.
func wholeSecond(_ milliseconds: Int64) -> Int64 { min(max(0, milliseconds) / 1000, Policy.maximumSecond) }
