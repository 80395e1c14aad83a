import Foundation
import TestKit

/// Rows with missing values and labels that depend on them a little: enough for trees of every shape.
struct TrainingData {
  let columns: Int
  private(set) var rows: [Float] = []
  private(set) var labels: [Float] = []

  init(_ count: Int, columns: Int, missingPercent: Int = 10, _ chance: inout Chance) {
    self.columns = columns
    for _ in 0..<count {
      var score: Float = 0
      for column in 0..<columns {
        // Some columns are coarse, so that rows lie exactly on thresholds.
        var value = Float.random(in: -1...1, using: &chance) + Float.random(in: -1...1, using: &chance)
        if column % 3 == 1 { value = (value * 8).rounded() / 8 }
        if column % 5 == 4 { value *= 1e6 }
        if chance.chance(missingPercent) { value = .nan }
        if !value.isNaN, column < 6 { score += (column % 2 == 0 ? 1 : -0.7) * (column == 4 ? value / 1e6 : value) }
        rows.append(value)
      }
      labels.append(score + Float.random(in: -1...1, using: &chance) > 0.3 ? 1 : 0)
    }
  }

  func row(_ index: Int) -> [Double] { rows[index * columns..<(index + 1) * columns].map(Double.init) }
}
