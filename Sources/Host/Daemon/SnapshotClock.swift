/// When what the host knows is kept beside the journal: by the clock, and where so much has happened that reading it again would take long.
struct SnapshotClock {
  /// Nil = never.
  private let period: Int64?
  private var next: Int64
  private var lastInputs: UInt64 = 0
  /// Why a plugin keeps no state was said.
  var hasTold = false
  /// The last trouble that was said.
  var trouble: String?

  /// A fifth of a second to read again.
  private static let mostInputs: UInt64 = 1_000_000

  init(periodSeconds: Int64?, now: Int64) {
    period = periodSeconds.map { $0 * 1_000_000_000 }
    next = period.map { now + $0 } ?? .max
  }

  /// - Parameter inputs: so far; without one since the last time there is nothing to keep.
  func isDue(_ now: Int64, inputs: UInt64) -> Bool {
    period != nil && inputs > lastInputs && (now >= next || inputs - lastInputs >= Self.mostInputs)
  }

  mutating func isTaken(_ now: Int64, inputs: UInt64) {
    next = now + (period ?? 0)
    lastInputs = inputs
  }
}
