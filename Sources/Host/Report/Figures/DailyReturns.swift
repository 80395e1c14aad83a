import Glibc
import Market

/// Returns of full UTC days, and what they say of Sharpe and Sortino.
///
/// The return of a day is `(equity at its end - equity at its start - transfers) / equity at its start`. Its start is the
/// equity that was carried over from before 00:00. A day is full if it has data in its first and in its last hour; other days,
/// and days on which the account was at or below zero, are left out.
struct DailyReturns {
  static let millisecondsPerDay: Int64 = 86_400_000
  private static let toleranceMilliseconds: Int64 = 3_600_000

  private(set) var fullDays = 0
  private(set) var partialDays = 0
  private var startEquity: Money
  private var transfers = Money.zero
  private var dayStart: Int64?
  private var firstMilliseconds: Int64 = 0
  // Welford's running mean and sum of squared deviations.
  private var mean = 0.0
  private var squares = 0.0
  private var downSquares = 0.0
  private var downDays = 0

  init(initialEquity: Money) { startEquity = initialEquity }

  mutating func begin(_ milliseconds: Int64) {
    dayStart = milliseconds - Self.intoDay(milliseconds)
    firstMilliseconds = milliseconds
  }

  mutating func transfer(_ amount: Money) { transfers += amount }

  /// Closes the day that is open, if it is over before `milliseconds`.
  ///
  /// - Parameters:
  ///   - last: time of the last event before `milliseconds`.
  ///   - equity: as it stood after that event.
  mutating func advance(to milliseconds: Int64, last: Int64, equity: Money) {
    guard let dayStart, milliseconds >= dayStart + Self.millisecondsPerDay else { return }
    close(last: last, equity: equity)
    begin(milliseconds)
  }

  /// Closes the day that is open. Nothing may follow but `begin`.
  mutating func close(last: Int64, equity: Money) {
    guard let dayStart else { return }
    let isFull =
      firstMilliseconds < dayStart + Self.toleranceMilliseconds
      && last >= dayStart + Self.millisecondsPerDay - Self.toleranceMilliseconds
    if isFull, startEquity > .zero {
      add((equity - startEquity - transfers).doubleValue / startEquity.doubleValue)
    } else {
      partialDays += 1
    }
    startEquity = equity
    transfers = .zero
    self.dayStart = nil
  }

  private mutating func add(_ value: Double) {
    fullDays += 1
    let deviation = value - mean
    mean += deviation / Double(fullDays)
    squares += deviation * (value - mean)
    if value < 0 {
      downDays += 1
      downSquares += value * value
    }
  }

  /// Sharpe = mean / sample deviation x sqrt(365), against a riskless return of zero. Its standard error, for returns that
  /// are independent and normal: sqrt((1 + S^2 / 2) / n) x sqrt(365), S the ratio by the day (Lo 2002). Sortino = mean /
  /// downside deviation x sqrt(365), the deviation of the days below zero taken over all days.
  var figures: DailyFigures {
    var figures = DailyFigures(fullDays: fullDays, partialDays: partialDays)
    guard fullDays >= 2 else {
      figures.sharpeNote = "not enough days (\(fullDays))"
      figures.sortinoNote = figures.sharpeNote
      return figures
    }
    let count = Double(fullDays)
    let deviation = (squares / (count - 1)).squareRoot()
    let year = 365.0.squareRoot()
    // Rounding leaves a trace of deviation where every day is the same.
    if deviation > 1e-12 * max(1, mean.magnitude) {
      let ratio = mean / deviation
      figures.sharpe = ratio * year
      figures.sharpeStandardError = ((1 + ratio * ratio / 2) / count).squareRoot() * year
    } else {
      figures.sharpeNote = "every day returned the same"
    }
    if downDays > 0 {
      figures.sortino = mean / (downSquares / count).squareRoot() * year
    } else {
      figures.sortinoNote = "no losing day"
    }
    if figures.isShort {
      let note = "only \(fullDays) days: little more than chance"
      figures.sharpeNote = figures.sharpeNote ?? note
      figures.sortinoNote = figures.sortinoNote ?? note
    }
    return figures
  }

  private static func intoDay(_ milliseconds: Int64) -> Int64 {
    let rest = milliseconds % millisecondsPerDay
    return rest < 0 ? rest + millisecondsPerDay : rest
  }
}

/// Risk-adjusted return by the UTC day, annualised with 365 days.
public struct DailyFigures: Sendable, Equatable {
  public var fullDays: Int
  /// Days that the data cover in part, or on which no return is defined.
  public var partialDays: Int
  /// Nil: `sharpeNote` says why.
  public var sharpe: Double?
  public var sharpeStandardError: Double?
  public var sharpeNote: String?
  public var sortino: Double?
  public var sortinoNote: String?

  public init(fullDays: Int, partialDays: Int) {
    self.fullDays = fullDays
    self.partialDays = partialDays
  }

  /// Too few days for a ratio to mean much.
  public var isShort: Bool { fullDays < 30 }
}
