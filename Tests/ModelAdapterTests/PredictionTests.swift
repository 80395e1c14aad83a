import Foundation
import PluginABI
import TestKit
import Testing

/// What both adapters keep, whatever the model.
@Suite struct PredictionTests {
  static let files = [
    ("XGBoostModel", ModelText(features: 3, trees: [.stump(feature: 2, threshold: 0.5, missingGoesLeft: true, left: -0.25, right: 0.75)]).json),
    ("LinearModel", #"{"format":"linear.v1","bias":0.25,"weights":[1,-2,0.5],"means":[0,1,0],"scales":[1,2,4],"missing":[0.5,0.5,0.5]}"#),
  ]

  @Test(arguments: files)
  func `the descriptor leaves the schema to the model's manifest`(_ name: String, _ file: String) throws {
    let descriptor = try ModelPlugin(name).descriptor.pointee
    #expect(String(cString: descriptor.name) == name && descriptor.kind == QE_KIND_MODEL)
    #expect(withUnsafeBytes(of: descriptor.feature_schema_hash) { $0.count == 32 && $0.allSatisfy { $0 == 0 } })
  }

  @Test(arguments: files)
  func `a batch gives each row the bits of a single call, and so does another instance and a reset one`(_ name: String, _ file: String) throws {
    let plugin = try ModelPlugin(name)
    let pair = [try ModelInstance(plugin, json: file), try ModelInstance(plugin, json: file)]
    var chance = Chance.seeded("a batch, \(name)")
    let rows = (0..<1000 * 3).map { _ in chance.chance(10) ? Double.nan : Double.random(in: -3...3, using: &chance) }
    let together = try pair[0].predictBatch(rows, columns: 3)
    #expect(pair[0].reset() == QE_OK)
    for row in 0..<1000 {
      let features = Array(rows[row * 3..<row * 3 + 3])
      for instance in pair {
        let alone = try instance.predict(features)
        #expect(alone.p_up.bitPattern == together[row].p_up.bitPattern && alone.p_down.bitPattern == together[row].p_down.bitPattern)
        #expect(alone.edge.bitPattern == together[row].edge.bitPattern)
      }
    }
    #expect(Set(together.map(\.p_up)).count > 1)
  }

  @Test(arguments: files)
  func `a vector of another length is an error, and the next one is answered`(_ name: String, _ file: String) throws {
    let instance = try ModelInstance(try ModelPlugin(name), json: file)
    for count in [0, 1, 2, 4, 18, 1000] {
      #expect(throws: ModelInstance.Refused.self) { try instance.predict([Double](repeating: 0, count: count)) }
      if count > 0 {
        #expect(throws: ModelInstance.Refused.self) { try instance.predictBatch([Double](repeating: 0, count: count * 2), columns: count) }
      }
    }
    #expect(try instance.predict([0, 0, 0]).p_up > 0)
  }

  @Test(arguments: files)
  func `without a file named model no instance is made`(_ name: String, _ file: String) throws {
    let refused = #expect(throws: ModelInstance.Refused.self) { try ModelInstance(try ModelPlugin(name), nil) }
    #expect(refused?.reason.contains("files.model") == true)
  }

  @Test func `sums beyond single precision saturate`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    for (leaves, expected) in [(["3e38", "3e38"], 1.0), (["-3e38", "-3e38"], 0.0), (["3e38", "3e38", "-3e38"], 1.0)] {
      let instance = try ModelInstance(plugin, json: ModelText(features: 1, trees: leaves.map { .leaf($0) }).json)
      #expect(try instance.predict([0]).p_up == expected)
    }
  }

  @Test func `a forest without trees gives the base score`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    for score in [0.5, 0.001, 0.25, 0.999] {
      for text in ["\"\(score)\"", "\(score)", "\"[\(score)]\"", "[\(score)]"] {
        let instance = try ModelInstance(plugin, json: ModelText(trees: [], baseScore: text).json)
        #expect(abs(try instance.predict([0, 0]).p_up - score) < 1e-7, "\(text)")
      }
    }
  }

  @Test func `the trees of early files have truths for defaults and no split_type`() throws {
    let text = ModelText().json
    let early = text.replacingOccurrences(of: #""default_left":[0, 0, 0]"#, with: #""default_left":[false,true,false]"#)
      .replacingOccurrences(of: #""split_type":[0, 0, 0],"#, with: "")
    #expect(early != text && !early.contains("split_type"))
    let plugin = try ModelPlugin("XGBoostModel")
    let pair = [try ModelInstance(plugin, json: text), try ModelInstance(plugin, json: early)]
    for value in [-1, 0.5, 1, Double.nan] { #expect(try pair[0].predict([0, value]).p_up == pair[1].predict([0, value]).p_up) }
  }
}
