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

  @Test func `one row of 300 trees is answered within 3 us by a release build, and sooner than by libxgboost`() throws {
    var chance = Chance.seeded("latency")
    let json = ModelText(features: 18, trees: (0..<300).map { _ in .complete(depth: 5, features: 18, &chance) }).json
    let instance = try ModelInstance(try Self.plugin(), json: json)
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
    let own = Figures(ours)
    print("300 trees x depth 5, one row: \(own)\(Self.isRelease ? "" : " (debug build)")")
    if Self.isRelease { #expect(own.p50 <= 3) }
    guard let library = ReferenceLibrary.shared else {
      print(ReferenceLibrary.isAbsent)
      return
    }
    let booster = try ReferenceBooster(library, json: Array(json.utf8))
    try rows.rows.withUnsafeBufferPointer { narrow in
      for row in 0..<2000 {
        let features = UnsafeBufferPointer(rebasing: narrow[row * 18..<row * 18 + 18])
        let start = Self.now
        let probability = try booster.probability(features)
        theirs.append(Self.now - start)
        // What is timed is the same work.
        if !(abs(try instance.predict(rows.row(row)).p_up - Double(probability)) <= 1e-6) { Issue.record("row \(row)") }
      }
    }
    let reference = Figures(theirs)
    print("libxgboost, in place: \(reference)")
    if Self.isRelease { #expect(own.p50 < reference.p50) }
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
