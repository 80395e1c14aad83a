import Kernel
import Market
import PluginABI
import Plugins

/// What one row costs a forest of the shape that the reference trains; the same trees and rows each time.
public struct ModelBenchmark {
  public static let trees = 300
  public static let depth = 5
  public static let features = 18

  /// Full trees with random thresholds and leaves, as XGBoost's save_model would write them: what libxgboost reads as well.
  public let forest: [UInt8]
  public let rowCount: Int
  /// Row by row; each is a single-precision number, so that all who are asked see the same.
  public let rows: [Double]
  private var random = Random()

  public init(rowCount: Int) {
    self.rowCount = rowCount
    forest = Array(Self.text(&random).utf8)
    var rows: [Double] = []
    rows.reserveCapacity(rowCount * Self.features)
    for _ in 0..<rowCount * Self.features { rows.append(Double(Float(random.next() * 2 - 1))) }
    self.rows = rows
  }

  /// Every row once, each timed.
  ///
  /// - Parameter predict: the row's number; gives the probability.
  public func measure<Failure: Error>(
    _ predict: (Int) throws(Failure) -> Double
  ) throws(Failure) -> (quantiles: RoundTripBenchmark.Quantiles, answers: [Double]) {
    var samples: [Int64] = []
    var answers: [Double] = []
    samples.reserveCapacity(rowCount)
    answers.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let start = Clocks.monotonicNanoseconds()
      let answer = try predict(row)
      samples.append(Clocks.monotonicNanoseconds() - start)
      answers.append(answer)
    }
    return (RoundTripBenchmark.Quantiles(samples), answers)
  }

  /// Through the plugin's C function, as the engine calls it: the row is copied, the room for the answer is blank.
  ///
  /// - Parameter library: XGBoostModel's.
  public func measure(
    plugin library: PluginLibrary, instrument: Instrument, rounds: Int
  ) throws(PluginError) -> (quantiles: RoundTripBenchmark.Quantiles, answers: [Double]) {
    let instance = try AdapterInstance(
      library: library, instrument: instrument, horizonSeconds: 5, parameters: [:], model: forest, runtimes: [], id: "benchmark")
    defer { instance.close() }
    let binding = instance.binding
    // Unsafe: a row and an answer, lent for each call and freed at the end.
    let row = UnsafeMutablePointer<Double>.allocate(capacity: Self.features)
    let out = UnsafeMutablePointer<qe_prediction>.allocate(capacity: 1)
    row.initialize(repeating: 0, count: Self.features)
    out.initialize(to: qe_prediction())
    defer {
      row.deallocate()
      out.deallocate()
    }
    return try rows.withUnsafeBufferPointer { rows throws(PluginError) in
      guard let base = rows.baseAddress else { throw PluginError(.predictionInvalid("rows"), "benchmark", "there is no row to ask about") }
      var best: (quantiles: RoundTripBenchmark.Quantiles, answers: [Double])?
      for _ in 0..<max(1, rounds) {
        let found = try measure { number throws(PluginError) in
          row.update(from: base + number * Self.features, count: Self.features)
          out.pointee = qe_prediction()
          guard binding.predict(binding.instance, row, UInt32(Self.features), out) == QE_OK else {
            throw PluginError(.predictionInvalid("status"), "benchmark", "the model did not answer row \(number)")
          }
          return out.pointee.p_up
        }
        if found.quantiles.p50 < best?.quantiles.p50 ?? .max { best = found }
      }
      guard let best else { throw PluginError(.predictionInvalid("rounds"), "benchmark", "no round was run") }
      return best
    }
  }

  private static func text(_ random: inout Random) -> String {
    let inner = (1 << depth) - 1
    let all = inner * 2 + 1
    let zeros = String(repeating: "0E0,", count: all).dropLast()
    let noughts = String(repeating: "0,", count: all).dropLast()
    func column<T>(_ value: (Int) -> T) -> String { "[" + (0..<all).map { "\(value($0))" }.joined(separator: ",") + "]" }
    var texts: [String] = []
    for id in 0..<trees {
      let conditions = (0..<all).map { Float($0 < inner ? random.next() * 2 - 1 : random.next() * 0.1 - 0.05) }
      let indices = (0..<all).map { $0 < inner ? min(Int(random.next() * Double(features)), features - 1) : 0 }
      texts.append(
        #"{"base_weights":[\#(zeros)],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],"#
          + #""default_left":[\#(noughts)],"id":\#(id),"left_children":\#(column { $0 < inner ? $0 * 2 + 1 : -1 }),"#
          + #""loss_changes":[\#(zeros)],"parents":\#(column { $0 == 0 ? 2_147_483_647 : ($0 - 1) / 2 }),"#
          + #""right_children":\#(column { $0 < inner ? $0 * 2 + 2 : -1 }),"split_conditions":\#(column { conditions[$0] }),"#
          + #""split_indices":\#(column { indices[$0] }),"split_type":[\#(noughts)],"sum_hessian":[\#(zeros)],"#
          + #""tree_param":{"num_deleted":"0","num_feature":"\#(features)","num_nodes":"\#(all)","size_leaf_vector":"0"}}"#)
    }
    let info = String(repeating: "0,", count: trees).dropLast()
    return #"{"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{"#
      + #""gbtree_model_param":{"num_parallel_tree":"1","num_trees":"\#(trees)","size_leaf_vector":"0"},"#
      + #""tree_info":[\#(info)],"trees":[\#(texts.joined(separator: ","))]},"name":"gbtree"},"#
      + #""learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0","num_feature":"\#(features)","num_target":"1"},"#
      + #""objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}"#
  }

  /// SplitMix64.
  private struct Random {
    private var state: UInt64 = 7

    /// 0..<1.
    mutating func next() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
  }
}
