import Features
import Foundation
import TestKit
import Testing

/// `feat.v1` against vectors that the reference system computed.
@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent))) struct GoldenTests {
  private struct Golden: Decodable {
    struct Vector: Decodable {
      var after_tick: Int
      var features: [String: Double]
    }

    var first_ready_tick: Int
    var online_last_bar: [Vector]
  }

  private let folder = Workplace.shared!.appendingPathComponent("data/golden")

  /// The reference takes the unfinished second for a bar: here it is closed by hand.
  private func lastRow(_ ticks: Ticks, after index: Int) -> [Double]? {
    var first = ticks
    first.ticks = Array(ticks.ticks[...index])
    return FeatureSchema.v1.rows(of: first, closingLast: true).last?.values
  }

  @Test func `Every vector of the reference, in its order and to 1e-9`() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: folder.appendingPathComponent("golden_online.json")))
    let ticks = try Ticks.read(folder.appendingPathComponent("golden_ticks.csv"))
    #expect(golden.online_last_bar.count == 4)
    for vector in golden.online_last_bar {
      let row = try #require(lastRow(ticks, after: vector.after_tick))
      for (value, column) in zip(row, FeatureSchema.v1.columns) {
        let expected = try #require(vector.features[column])
        #expect(abs(value - expected) <= 1e-9 * abs(expected), "\(column) after tick \(vector.after_tick)")
      }
      #expect(row.count == vector.features.count)
    }
  }

  @Test func `The first row comes with the tick with which it came there`() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: folder.appendingPathComponent("golden_online.json")))
    let ticks = try Ticks.read(folder.appendingPathComponent("golden_ticks.csv"))
    #expect(lastRow(ticks, after: golden.first_ready_tick - 1) == nil)
    #expect(lastRow(ticks, after: golden.first_ready_tick) != nil)
  }
}
