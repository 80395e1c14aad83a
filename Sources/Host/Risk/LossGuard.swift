import Market

/// Daily loss, drawdown, halt, kill and a lost Supervisor: a single compare per mark while all is well.
///
/// Each cause stands by itself: one that ends does not take another with it.
struct LossGuard: Codable {
  private(set) var limits: RiskLimits
  private(set) var equity: Money
  /// Equity at the first event at or after 00:00 UTC.
  private(set) var dayBase: Money
  /// Highest equity since the peak was last reset.
  private(set) var peak: Money
  /// Largest fall from a peak so far: a figure for reports.
  private(set) var maximumDrawdown: Money = .zero
  /// First receive time of the next UTC day; Int64.min until the first event.
  private(set) var nextDayNanoseconds = Int64.min

  private var isKilled = false
  private var isHalted = false
  /// The host ends: nothing opens any more in this life.
  private var isEnding = false
  /// Nil: it allows; states of older hosts have another member for it.
  private var supervisor: SupervisorWord?
  /// Nil: there is none; states of older hosts do not have it.
  private var hasJournalTrouble: Bool?
  /// The same.
  private var isModelMissing: Bool?
  private var drawdown: Refusal?
  private var dailyLoss: Refusal?
  /// Equity at or below this breaks a limit that is not broken yet.
  private var floor: Money = .zero
  private var hasFloor = false

  static let dayNanoseconds: Int64 = 86_400_000_000_000

  init(limits: RiskLimits, equity: Money) {
    self.limits = limits
    self.equity = equity
    dayBase = equity
    peak = equity
    moveFloor()
  }

  /// The gravest cause, if there is one: those that `risk.on_halt` is about come before those that stop what opens alone.
  var blockingRefusal: Refusal? {
    if isKilled { return Refusal(.killed) }
    if isHalted || isEnding { return Refusal(.halted) }
    if let loss = drawdown ?? dailyLoss { return loss }
    if let refusal = supervisor?.refusal { return refusal }
    if hasJournalTrouble == true { return Refusal(.journalTrouble) }
    return isModelMissing == true ? Refusal(.modelsMissing) : nil
  }

  /// - Parameter raisesPeak: false while positions are valued at prices older than what has just happened.
  /// - Returns: whether this value broke a limit.
  mutating func marked(equity: Money, raisesPeak: Bool) -> Bool {
    self.equity = equity
    if equity > peak {
      if raisesPeak {
        peak = equity
        moveFloor()
      }
    } else {
      let fall = peak - equity
      if fall > maximumDrawdown { maximumDrawdown = fall }
    }
    guard hasFloor, equity <= floor else { return false }
    return judge()
  }

  mutating func advanced(to now: Int64) -> Bool {
    if now < nextDayNanoseconds { return false }
    let (day, rest) = now.quotientAndRemainder(dividingBy: Self.dayNanoseconds)
    nextDayNanoseconds = (rest < 0 ? day : day + 1) * Self.dayNanoseconds
    dayBase = equity
    let before = blockingRefusal?.code
    if limits.resumeOnNewDay { dailyLoss = nil }
    moveFloor()
    _ = judge()
    return blockingRefusal?.code != before
  }

  /// Money that came in or went out by hand is neither profit nor loss: equity and what it is measured against move alike.
  mutating func transferred(_ amount: Money) {
    equity += amount
    dayBase += amount
    peak += amount
    moveFloor()
    // A fraction of a smaller base is a smaller loss.
    _ = judge()
  }

  mutating func halt() { isHalted = true }
  mutating func kill() { isKilled = true }
  mutating func end() { isEnding = true }

  /// Of a former life. What stands elsewhere is said anew: the kill switch has its latch, the Supervisor answers or does not.
  mutating func beginAnew() {
    isKilled = false
    isEnding = false
    supervisor = nil
    hasJournalTrouble = nil
    isModelMissing = nil
  }

  mutating func supervisor(_ word: SupervisorWord) { supervisor = word == .allows ? nil : word }
  mutating func journal(hasTrouble: Bool) { hasJournalTrouble = hasTrouble ? true : nil }
  mutating func models(isMissing: Bool) { isModelMissing = isMissing ? true : nil }

  /// Ends the operator's halt, and a stop for a loss that is inside its limit again (a new day's base, a reset peak):
  /// limits are not loosened by asking.
  mutating func resume() {
    isHalted = false
    dailyLoss = nil
    drawdown = nil
    moveFloor()
    _ = judge()
  }

  mutating func resetPeak() {
    peak = equity
    moveFloor()
  }

  mutating func tighten(_ tighter: RiskLimits) {
    limits = tighter
    moveFloor()
    _ = judge()
  }

  /// Notes every limit that the equity breaks and that was not broken before.
  private mutating func judge() -> Bool {
    var isNew = false
    // A limit of 0 is broken by the first loss, not by none.
    if dailyLoss == nil, equity < dayBase, let limit = dailyLossLimit, dayBase - equity >= limit {
      dailyLoss = .money(.dailyLossLimit, dayBase - equity, limit: limit)
      isNew = true
    }
    if drawdown == nil, equity < peak, let limit = drawdownLimit, peak - equity >= limit {
      drawdown = .money(.drawdownLimit, peak - equity, limit: limit)
      isNew = true
    }
    if isNew { moveFloor() }
    return isNew
  }

  /// The tighter of amount and fraction.
  var dailyLossLimit: Money? {
    Self.smaller(limits.maximumDailyLoss, Self.fraction(limits.maximumDailyLossFraction, of: dayBase))
  }

  var drawdownLimit: Money? {
    Self.smaller(limits.maximumDrawdown, Self.fraction(limits.maximumDrawdownFraction, of: peak))
  }

  private mutating func moveFloor() {
    // A new peak comes with many a tick: no array for two values.
    let daily = dailyLoss == nil ? dailyLossLimit.map { dayBase - $0 } : nil
    let fall = drawdown == nil ? drawdownLimit.map { peak - $0 } : nil
    hasFloor = daily != nil || fall != nil
    if let daily, let fall { floor = max(daily, fall) } else { floor = daily ?? fall ?? .zero }
  }

  /// A fraction of an amount that is not positive limits nothing: there is no loss left to measure it by.
  private static func fraction(_ fraction: Int64?, of amount: Money) -> Money? {
    guard let fraction, amount > .zero else { return nil }
    return amount.scaled(by: fraction, over: PowerOfTen[RiskLimits.fractionScale])
  }

  private static func smaller(_ a: Money?, _ b: Money?) -> Money? {
    guard let a else { return b }
    guard let b else { return a }
    return min(a, b)
  }
}
