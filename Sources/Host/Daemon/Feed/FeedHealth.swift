/// How well one symbol's data arrives, on the receive clock; tells the engine only what changed.
struct FeedHealth {
  /// A lag below this is none: the loop looks about it this often.
  static let lagFloorNanoseconds: Int64 = 50_000_000

  private(set) var lastEventNanoseconds: Int64?
  private(set) var isStale: Bool
  /// How far the host is behind the feed.
  private(set) var lagNanoseconds: Int64 = 0
  private let startNanoseconds: Int64

  private let awaitsData: Bool

  /// - Parameters:
  ///   - now: a symbol without any event becomes stale from here on.
  ///   - awaitsData: it is stale until its first event: the engine has prices of a former life.
  init(now: Int64, awaitsData: Bool = false) {
    startNanoseconds = now
    self.awaitsData = awaitsData
    isStale = awaitsData
  }

  mutating func received(at now: Int64) { lastEventNanoseconds = now }

  func ageNanoseconds(at now: Int64) -> Int64? { lastEventNanoseconds.map { max(0, now - $0) } }

  /// - Parameters:
  ///   - due: of the symbol's next event; nil at the feed's end.
  ///   - staleAfter: ns.
  /// - Returns: whether there is something new to tell.
  mutating func look(at now: Int64, due: Int64?, staleAfter: Int64) -> Bool {
    let behind = due.map { max(0, now - $0) } ?? 0
    let lag = behind < Self.lagFloorNanoseconds ? 0 : behind
    // Data that has come and is not read yet is late, not missing.
    let hasNone = awaitsData && lastEventNanoseconds == nil
    let stale = hasNone || (behind == 0 && now - (lastEventNanoseconds ?? startNanoseconds) > staleAfter)
    defer {
      isStale = stale
      lagNanoseconds = lag
    }
    return stale != isStale || lag != lagNanoseconds
  }
}
