import Engine

/// One model's windows, and which of its alerts stand.
final class WatchedModel {
  /// An alert ends below this part of its threshold, so that a value at the threshold is not told every second.
  private static let endsBelow = 0.8

  private let columns: [String]
  private let hasBaseline: Bool
  private let alertIndex: Double
  private let minimumBars: Int
  private let windowBars: Int
  private var drift: DriftWindow?
  private var outcomes: OutcomeWindow?
  private var bars = 0
  /// By column of `drift`, as of the last judgement.
  private var indices: [Double?]
  private var thresholds: [Double]
  private var stands: [Bool]
  private var told: [Bool]
  private var isJudged = false

  init(_ place: ModelMonitor.Place, _ options: ModelMonitor.Options) {
    columns = place.columns
    hasBaseline = place.baseline != nil
    alertIndex = options.alertIndex
    minimumBars = options.minimumBars
    windowBars = max(1, options.windowBars)
    drift = place.baseline.flatMap { [windowBars] in DriftWindow(place.columns, $0, capacity: windowBars) }
    if (1...86_400).contains(place.horizonSeconds) {
      outcomes = OutcomeWindow(horizonSeconds: Int(place.horizonSeconds), capacity: windowBars, riseBps: place.riseBps)
    }
    let count = drift?.columns.count ?? 0
    indices = [Double?](repeating: nil, count: count)
    thresholds = [Double](repeating: options.alertIndex, count: count)
    stands = [Bool](repeating: false, count: count)
    told = stands
  }

  func take(_ answer: ModelAnswer, features: UnsafeBufferPointer<Double>, second: Int64, close: Double) {
    // Of another schema: the host has not said yet that the model was replaced.
    guard features.count == columns.count else { return }
    let pUp = answer.failure == nil ? answer.pUp : nil
    drift?.take(features, score: pUp)
    outcomes?.take(pUp, second: second, close: close)
    if bars < windowBars { bars += 1 }
    isJudged = false
  }

  private func judge() {
    guard let drift, !isJudged else { return }
    isJudged = true
    for column in stands.indices {
      thresholds[column] = drift.columns[column].threshold(alertIndex)
      indices[column] = drift.columns[column].total >= minimumBars ? drift.index(column) : nil
      guard let index = indices[column] else {
        stands[column] = false
        continue
      }
      if index > thresholds[column] { stands[column] = true } else if index < Self.endsBelow * thresholds[column] { stands[column] = false }
    }
  }

  func figures() -> ModelFigures {
    judge()
    var scorePSI: Double?
    var rows = hasBaseline ? columns.map { ModelFigures.Column(name: $0) } : []
    for (number, column) in (drift?.columns ?? []).enumerated() {
      if let feature = column.feature {
        rows[feature].psi = indices[number]
        rows[feature].alertAbove = thresholds[number]
      } else {
        scorePSI = indices[number]
      }
    }
    rows = rows.enumerated().sorted { ($1.element.psi ?? -1, $0.offset) < ($0.element.psi ?? -1, $1.offset) }.map(\.element)
    return ModelFigures(
      bars: bars, columns: rows, scorePSI: scorePSI, calibration: outcomes?.calibration,
      alerts: stands.indices.filter { stands[$0] }.map { text($0) })
  }

  func changedAlerts() -> [DriftAlert] {
    judge()
    var changes: [DriftAlert] = []
    for column in stands.indices where stands[column] != told[column] {
      told[column] = stands[column]
      changes.append(alert(column, began: stands[column], text(column)))
    }
    return changes
  }

  /// Alerts that were told and that nobody can tell the end of any more.
  func withdraw() -> [DriftAlert] {
    let ended = told.indices.filter { told[$0] }
    for column in ended { told[column] = false }
    return ended.map { alert($0, began: false, "\(drift?.columns[$0].name ?? ""): the model that drifted was replaced") }
  }

  private func alert(_ column: Int, began: Bool, _ text: String) -> DriftAlert {
    DriftAlert(column: drift?.columns[column].name ?? "", began: began, psi: indices[column], text: text)
  }

  /// What is to be said of a column as it stands.
  private func text(_ column: Int) -> String {
    guard let drift else { return "" }
    return DriftSentence(
      drift.columns[column], counts: drift.counts(column), index: indices[column], threshold: thresholds[column], minimumBars: minimumBars
    )
    .text(stands: stands[column])
  }
}
