import Market

/// Daily loss, drawdown, halt and kill: a single compare per mark while all is well.
struct LossGuard {
  private let limits: RiskLimits
  private(set) var equity: Money
  /// Equity at the first event at or after 00:00 UTC.
  private(set) var dayBase: Money
  /// Highest equity ever.
  private(set) var peak: Money
  /// Largest fall from a peak so far: a figure for reports.
  private(set) var maximumDrawdown: Money = .zero
  /// First receive time of the next UTC day; Int64.min until the first event.
  private(set) var nextDayNanoseconds = Int64.min

  private var haltCode = RefusalCode.none
  private var haltRefusal = Refusal(.none)
  private var isKilled = false
  /// Equity at or below this halts.
  private var floor: Money = .zero
  private var hasFloor = false

  static let dayNanoseconds: Int64 = 86_400_000_000_000

  init(limits: RiskLimits, equity: Money) {
    self.limits = limits
    self.equity = equity
    dayBase = equity
    peak = equity
    raiseFloor()
  }

  var blockingRefusal: Refusal? {
    if isKilled { return Refusal(.killed) }
    return haltCode == .none ? nil : haltRefusal
  }

  /// True when this mark halts.
  mutating func marked(equity: Money, now: Int64) -> Bool {
    self.equity = equity
    if equity > peak {
      peak = equity
      raiseFloor()
      return false
    }
    let fall = peak - equity
    if fall > maximumDrawdown { maximumDrawdown = fall }
    guard hasFloor, equity <= floor, haltCode == .none else { return false }
    guard let breach = breach() else { return false }
    haltCode = breach.code
    haltRefusal = breach
    return true
  }

  mutating func advanced(to now: Int64) -> Bool {
    if now < nextDayNanoseconds { return false }
    return rollDay(now)
  }

  mutating func halt(_ code: RefusalCode) {
    guard haltCode == .none else { return }
    haltCode = code
    haltRefusal = Refusal(code)
  }

  mutating func kill() { isKilled = true }

  private mutating func rollDay(_ now: Int64) -> Bool {
    let (day, rest) = now.quotientAndRemainder(dividingBy: Self.dayNanoseconds)
    nextDayNanoseconds = (rest < 0 ? day : day + 1) * Self.dayNanoseconds
    dayBase = equity
    raiseFloor()
    guard limits.resumeOnNewDay, haltCode == .dailyLossLimit else { return false }
    haltCode = .none
    return true
  }

  private func dailyLossLimit() -> Money? {
    Self.smaller(limits.maximumDailyLoss, Self.fraction(limits.maximumDailyLossFraction, of: dayBase))
  }

  private func drawdownLimit() -> Money? {
    Self.smaller(limits.maximumDrawdown, Self.fraction(limits.maximumDrawdownFraction, of: peak))
  }

  private mutating func raiseFloor() {
    let daily = dailyLossLimit().map { dayBase - $0 }
    let drawdown = drawdownLimit().map { peak - $0 }
    hasFloor = daily != nil || drawdown != nil
    // Written out: this runs on every new peak, and an array of the two would be an allocation on the way of a tick.
    if let daily, let drawdown { floor = max(daily, drawdown) } else { floor = daily ?? drawdown ?? .zero }
  }

  private func breach() -> Refusal? {
    if let limit = dailyLossLimit(), dayBase - equity >= limit { return .money(.dailyLossLimit, dayBase - equity, limit: limit) }
    if let limit = drawdownLimit(), peak - equity >= limit { return .money(.drawdownLimit, peak - equity, limit: limit) }
    return nil
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
