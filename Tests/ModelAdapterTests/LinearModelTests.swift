import Foundation
import PluginABI
import TestKit
import Testing

@Suite struct LinearModelTests {
  @Test func `it is the logistic of the weighted, scaled sum`() throws {
    var chance = Chance.seeded("a linear model")
    let plugin = try ModelPlugin("LinearModel")
    for count in [1, 2, 18, 100] {
      func column(_ range: ClosedRange<Double>) -> [Double] { (0..<count).map { _ in Double.random(in: range, using: &chance) } }
      let (weights, means, scales, missing) = (column(-2...2), column(-1...1), column(0.01...10), column(-1...1))
      let bias = Double.random(in: -1...1, using: &chance)
      let file = #"{"format":"linear.v1","bias":\#(bias),"weights":\#(weights),"means":\#(means),"scales":\#(scales),"missing":\#(missing)}"#
      let instance = try ModelInstance(plugin, json: file)
      for _ in 0..<200 {
        let row = column(-3...3).map { chance.chance(20) ? Double.nan : $0 }
        var sum = bias
        for index in 0..<count { sum += weights[index] * ((row[index].isNaN ? missing[index] : row[index]) - means[index]) / scales[index] }
        let found = try instance.predict(row)
        #expect(abs(found.p_up - 1 / (1 + Foundation.exp(-sum))) < 1e-12)
        #expect(found.edge == found.p_up - 0.5 && found.p_down == 1 - found.p_up)
      }
    }
  }

  @Test func `a missing value adds nothing unless the file says what stands for it`() throws {
    let plugin = try ModelPlugin("LinearModel")
    let plain = try ModelInstance(plugin, json: #"{"format":"linear.v1","bias":0,"weights":[3,4],"means":[5,6],"scales":[2,2]}"#)
    #expect(try plain.predict([.nan, .nan]).p_up == 0.5 && plain.predict([.nan, 8]).p_up == plain.predict([5, 8]).p_up)
    let told = try ModelInstance(plugin, json: #"{"format":"linear.v1","bias":0,"weights":[3,4],"means":[5,6],"missing":[0,1]}"#)
    #expect(try told.predict([.nan, .nan]).p_up == told.predict([0, 1]).p_up)
    let bare = try ModelInstance(plugin, json: #"{"weights":[3,4],"bias":-1,"format":"linear.v1"}"#)
    #expect(try bare.predict([.nan, 0.25]).p_up == 0.5)
  }

  @Test func `infinite values saturate, and a sum that is no number is an error`() throws {
    let instance = try ModelInstance(try ModelPlugin("LinearModel"), json: #"{"format":"linear.v1","bias":0,"weights":[1,1]}"#)
    #expect(try instance.predict([.infinity, 0]).p_up == 1 && instance.predict([0, -.infinity]).p_up == 0)
    #expect(try instance.predict([1e308, 1e308]).p_up == 1 && instance.predict([800, 0]).p_up == 1 && instance.predict([-800, 0]).p_up == 0)
    #expect(throws: ModelInstance.Refused.self) { try instance.predict([.infinity, -.infinity]) }
  }

  /// What is wrong with a file, and what the refusal says.
  static let refusals: [(file: String, reason: String)] = [
    ("", "byte 0: the file ends where the object the model should be"),
    ("[]", "byte 0: '[' where the object the model should be"),
    ("{}", "byte 2: the key 'format' is missing"),
    (#"{"format":"linear.v2","bias":0,"weights":[1]}"#, "the format is 'linear.v2', this reads linear.v1"),
    (#"{"format":"linear.v1","weights":[1]}"#, "the key 'bias' is missing"),
    (#"{"format":"linear.v1","bias":0}"#, "the key 'weights' is missing"),
    (#"{"format":"linear.v1","bias":0,"weights":[]}"#, "weights is empty"),
    (#"{"format":"linear.v1","bias":0,"weights":[1],"weights":[2]}"#, "byte 45: the model has the key 'weights' twice"),
    (#"{"format":"linear.v1","bias":0,"weights":[1],"w\u0065ights":[2]}"#, "byte 45: the model has the key 'weights' twice"),
    (#"{"format":"linear.v1","bias":0,"weigths":[1]}"#, "the key 'weigths' is not one of"),
    (#"{"format":"linear.v1","bias":0,"weights":[1,2],"means":[1]}"#, "weights has 2 entries, means has 1"),
    (#"{"format":"linear.v1","bias":0,"weights":[1,2],"scales":[1,1,1]}"#, "weights has 2 entries, scales has 3"),
    (#"{"format":"linear.v1","bias":0,"weights":[1],"missing":[]}"#, "weights has 1 entries, missing has 0"),
    (#"{"format":"linear.v1","bias":0,"weights":[1],"scales":[0]}"#, "byte 55: scales[0] is 0.0, it must be above 0"),
    (#"{"format":"linear.v1","bias":NaN,"weights":[1]}"#, "byte 29: bias is nan, not a finite number"),
    (#"{"format":"linear.v1","bias":0,"weights":[1,-Infinity]}"#, "byte 44: weights[1] is -inf, not a finite number"),
    (#"{"format":"linear.v1","bias":0,"weights":[1e999]}"#, "weights[0] is inf, not a finite number"),
    (#"{"format":"linear.v1","bias":0,"weights":["1"]}"#, "byte 42: '\"' where weights[0] should be"),
    (#"{"format":"linear.v1","bias":0,"weights":[1]} x"#, "byte 46: there is more after the end of the model"),
  ]

  @Test(arguments: refusals)
  func `a malformed file is refused in one line`(_ file: String, _ reason: String) throws {
    let refused = #expect(throws: ModelInstance.Refused.self) { try ModelInstance(try ModelPlugin("LinearModel"), json: file) }
    #expect(refused?.status == QE_INVALID)
    #expect(refused?.reason.contains(reason) == true && refused?.reason.contains("\n") == false, "\(refused?.reason ?? "")")
  }
}
