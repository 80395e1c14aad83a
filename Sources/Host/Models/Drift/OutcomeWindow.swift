import Glibc

/// Forecasts that wait for their horizon, and the last ones whose outcome is known.
struct OutcomeWindow {
  private struct Forecast {
    /// NaN: it does not count.
    var pUp: Double
    var close: Double
  }

  private struct Outcome {
    var pUp: Double
    var isUp: Bool
  }

  private struct Tally {
    var count = 0
    var ups = 0
    var pUp: Int64 = 0
  }

  private static let binCount = 10
  /// Sums are whole millionths of a millionth: what goes in comes out again to the last digit, however long the run is.
  private static let unit = 1e12

  private let rise: Double
  /// As many as the horizon has seconds: the next to be written over is the one whose time has come.
  private var waiting: [Forecast]
  private var nextWaiting = 0
  private var waitingCount = 0
  private var lastSecond: Int64?

  private var outcomes: [Outcome]
  private var nextOutcome = 0
  private var count = 0
  private var tallies = [Tally](repeating: Tally(), count: binCount)
  private var squares: Int64 = 0
  private var losses: Int64 = 0

  /// - Parameters:
  ///   - capacity: outcomes, 1...86400.
  ///   - riseBps: what must be gained for an outcome to be up; equal is not up.
  init(horizonSeconds: Int, capacity: Int, riseBps: Double) {
    rise = riseBps / 10_000
    waiting = [Forecast](repeating: Forecast(pUp: .nan, close: .nan), count: horizonSeconds)
    outcomes = [Outcome](repeating: Outcome(pUp: .nan, isUp: false), count: capacity)
  }

  /// - Parameter pUp: nil when the model gave none that counts; the second's close counts all the same.
  mutating func take(_ pUp: Double?, second: Int64, close: Double) {
    // Behind a gap nobody knows what was, or it was not within the horizon.
    if lastSecond != second &- 1 { waitingCount = 0 }
    lastSecond = second
    if waitingCount == waiting.count {
      let made = waiting[nextWaiting]
      if !made.pUp.isNaN { add(Outcome(pUp: made.pUp, isUp: rise == 0 ? close > made.close : close / made.close - 1 > rise)) }
    } else {
      waitingCount += 1
    }
    waiting[nextWaiting] = Forecast(pUp: pUp ?? .nan, close: close)
    nextWaiting = nextWaiting + 1 == waiting.count ? 0 : nextWaiting + 1
  }

  private mutating func add(_ outcome: Outcome) {
    if count == outcomes.count { tally(outcomes[nextOutcome], -1) } else { count += 1 }
    outcomes[nextOutcome] = outcome
    tally(outcome, 1)
    nextOutcome = nextOutcome + 1 == outcomes.count ? 0 : nextOutcome + 1
  }

  private mutating func tally(_ outcome: Outcome, _ sign: Int64) {
    let bin = min(Self.binCount - 1, Int(outcome.pUp * Double(Self.binCount)))
    tallies[bin].count += Int(sign)
    if outcome.isUp { tallies[bin].ups += Int(sign) }
    tallies[bin].pUp += sign * Int64((outcome.pUp * Self.unit).rounded())
    let missed = outcome.isUp ? 1 - outcome.pUp : outcome.pUp
    squares += sign * Int64((missed * missed * Self.unit).rounded())
    // Held from 0, as in a training report, so that one sure mistake is not infinite.
    losses += sign * Int64((-log(min(max(1 - missed, 1e-7), 1 - 1e-7)) * Self.unit).rounded())
  }

  /// Nil until an outcome is known.
  var calibration: LiveCalibration? {
    guard count > 0 else { return nil }
    let number = Double(count)
    var error = 0.0
    let bins = tallies.map { tally -> LiveCalibration.Bin in
      guard tally.count > 0 else { return LiveCalibration.Bin(count: 0) }
      let predicted = Double(tally.pUp) / Self.unit
      error += (predicted - Double(tally.ups)).magnitude
      return LiveCalibration.Bin(
        count: tally.count, meanPredicted: predicted / Double(tally.count), shareUp: Double(tally.ups) / Double(tally.count))
    }
    return LiveCalibration(
      count: count, brier: Double(squares) / Self.unit / number, logLoss: Double(losses) / Self.unit / number,
      expectedCalibrationError: error / number, meanPredicted: Double(tallies.reduce(0) { $0 + $1.pUp }) / Self.unit / number,
      shareUp: Double(tallies.reduce(0) { $0 + $1.ups }) / number, bins: bins)
  }
}
