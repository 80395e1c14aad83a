/// Whether a depth update continues the book that is known: Binance's rules, which differ between its markets.
public struct DepthSynchroniser: Sendable, Hashable {
  public enum Rules: Sendable, Hashable {
    /// Ids are contiguous: an update begins right behind the one before.
    case spot
    /// Ids have holes: an update names the one before (`pu`).
    case futures
  }

  /// What to do with an update.
  public enum Verdict: Sendable, Hashable {
    case apply
    /// The book has it already.
    case discard
    /// There is no book to apply it to: keep it for the next snapshot.
    case wait
    /// Something is missing before it. The book is void; keep the update for the next snapshot.
    case gap
  }

  private enum State: Sendable, Hashable {
    case waiting
    /// A snapshot, and no update applied to it yet.
    case snapshot(Int64)
    case live(Int64)
  }

  public internal(set) var rules: Rules
  private var state = State.waiting

  public init(rules: Rules) { self.rules = rules }

  /// Whether there is a book.
  public var isValid: Bool { state != .waiting }

  /// The update id that the book stands at; nil without a book.
  public var updateID: Int64? {
    switch state {
    case .waiting: nil
    case .snapshot(let id), .live(let id): id
    }
  }

  /// A snapshot begins a book. One that comes while the book is live is not needed, and may be older: false.
  public mutating func snapshot(lastUpdateID: Int64) -> Bool {
    guard state == .waiting else { return false }
    state = .snapshot(lastUpdateID)
    return true
  }

  /// - Parameters:
  ///   - first, last: the update's `U` and `u`.
  ///   - previous: its `pu`; nil on spot.
  public mutating func update(first: Int64, last: Int64, previous: Int64?) -> Verdict {
    switch (state, rules) {
    case (.waiting, _): return .wait
    case (.snapshot(let id), .spot):
      if last <= id { return .discard }
      return go(first <= id + 1, to: last)
    case (.snapshot(let id), .futures):
      if last < id { return .discard }
      // The first update holds the snapshot's id; when the one that ended exactly there came before the snapshot was
      // asked for and is gone, its successor names it.
      return go(first <= id || previous == id, to: last)
    case (.live(let id), .spot):
      if last < id { return .discard }
      return go(first <= id + 1, to: last)
    case (.live(let id), .futures):
      return go(previous == id, to: last)
    }
  }

  private mutating func go(_ continues: Bool, to last: Int64) -> Verdict {
    state = continues ? .live(last) : .waiting
    return continues ? .apply : .gap
  }
}
