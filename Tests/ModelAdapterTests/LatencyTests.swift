import Foundation
import PluginABI
import TestKit
import Testing

/// 300 trees of depth 5 over 18 features, the shape that the reference system trains.
@Suite struct LatencyTests {
  struct Figures: CustomStringConvertible {
    let p50: Double
    let p99: Double
    var description: String { "p50 \(p50) us, p99 \(p99) us" }

    /// Of durations in nanoseconds.
    init(_ nanoseconds: [UInt64]) {
      let sorted = nanoseconds.sorted()
      p50 = Double(sorted[sorted.count / 2]) / 1000
      p99 = Double(sorted[sorted.count * 99 / 100]) / 1000
    }
  }

  private static var now: UInt64 {
    var time = timespec()
    _ = clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  @Test(.enabled(if: ReferenceLibrary.shared != nil, Comment(rawValue: ReferenceLibrary.isAbsent)))
  func `one row of 300 trees is answered sooner than libxgboost does, and in a release build within 3 us`() throws {
    let library = try #require(ReferenceLibrary.shared)
    var chance = Chance.seeded("latency")
    let training = TrainingData(4000, columns: 18, missingPercent: 0, &chance)
    let booster = try ReferenceBooster(
      library, rows: training.rows, columns: 18, labels: training.labels, rounds: 300,
      ["objective": "binary:logistic", "max_depth": "5", "eta": "0.05", "tree_method": "hist", "subsample": "0.85", "seed": "1"])
    let json = try booster.json()
    let instance = try ModelInstance(try Self.plugin(), json)
    let count = 10_000
    let rows = TrainingData(count, columns: 18, missingPercent: 0, &chance)
    let wide = rows.rows.map(Double.init)
    var out = qe_prediction()
    let predict = instance.plugin.model.predict
    var ours: [UInt64] = []
    var theirs: [UInt64] = []
    try wide.withUnsafeBufferPointer { wide in
      // Once for the caches and the code, once to be measured.
      for _ in 0..<2 {
        ours.removeAll()
        for row in 0..<count {
          let start = Self.now
          let status = predict(instance.memory, wide.baseAddress! + row * 18, 18, &out)
          ours.append(Self.now - start)
          try #require(status == QE_OK)
        }
      }
    }
    try rows.rows.withUnsafeBufferPointer { narrow in
      for row in 0..<2000 {
        let start = Self.now
        _ = try booster.probability(UnsafeBufferPointer(rebasing: narrow[row * 18..<row * 18 + 18]))
        theirs.append(Self.now - start)
      }
    }
    let (own, reference) = (Figures(ours), Figures(theirs))
    print(
      "300 trees x depth 5, one row: \(own); libxgboost in place: \(reference); file \(json.count) bytes\(Self.isRelease ? "" : " (debug build)")")
    if Self.isRelease {
      #expect(own.p50 <= 3)
      #expect(own.p50 < reference.p50)
    }
  }

  /// A debug build promises no speed: `make test` builds a release first, whose library is then measured.
  static var isRelease: Bool { releaseLibrary != nil || !isDebug }
  private static var isDebug: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }
  private static var releaseLibrary: String? {
    guard let folder = ProcessInfo.processInfo.environment["QE_RELEASE_DIR"] else { return nil }
    return URL(fileURLWithPath: folder).appendingPathComponent("libXGBoostModel.so").path
  }
  private static func plugin() throws -> ModelPlugin {
    guard let releaseLibrary else { return try ModelPlugin("XGBoostModel") }
    return try ModelPlugin("XGBoostModel", at: releaseLibrary)
  }
}
