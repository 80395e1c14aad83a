/// What the host does about its instances' failures: which it starts anew, and when.
struct InstanceCare {
  struct Row {
    /// Since the run began.
    var restarts = 0
    /// Wall clock; nil = nothing is planned.
    var restartNanoseconds: Int64?
    /// A new one is being started.
    var isStarting = false
    /// Out, and seen to be.
    var isOut = false
  }

  private(set) var rows: [Row]
  /// The loop's count of failures that has been seen.
  var seenFailures = 0
  /// Wall clock of the next restart.
  private(set) var nextNanoseconds = Int64.max

  init(count: Int) { rows = Array(repeating: Row(), count: count) }

  /// Nothing is planned for those that are out.
  var nobodyComesBack: Bool { rows.allSatisfy { $0.isOut && !$0.isStarting && $0.restartNanoseconds == nil } }

  mutating func change(_ ordinal: Int, _ body: (inout Row) -> Void) {
    body(&rows[ordinal])
    nextNanoseconds = rows.compactMap(\.restartNanoseconds).min() ?? .max
  }

  /// How long before the restart after so many: the first after `base`, each later one after twice the time, up to `maximum`.
  static func backOffNanoseconds(restarts: Int, baseMilliseconds: Int64, maximumMilliseconds: Int64) -> Int64 {
    min(baseMilliseconds << Int64(min(restarts, 20)), maximumMilliseconds) * 1_000_000
  }
}
