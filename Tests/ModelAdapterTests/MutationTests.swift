import Foundation
import PluginABI
import TestKit
import Testing

/// Whatever the bytes: a model that answers soundly, or a refusal; never a trap, which would end this process.
@Suite struct MutationTests {
  static let linear = #"{"format":"linear.v1","bias":0.25,"weights":[1,-2,0.5],"means":[0,1,0],"scales":[1,2,4],"missing":[0.5,0.5,0.5]}"#
  static let words = [
    "", "-1", "0", "1", "2", "1e39", "-1e-46", "1e-400", "NaN", "-Infinity", "[", "]", "{", "}", ",", ":", "\"", "\\u", "2147483647", "4294967296",
    "18446744073709551616", "-9223372036854775808", "null", "true", "[]", "{}", "\"3\"", "0.1", "[[[[", "5E-1", "\0", "\\n", "\\u001b",
    "\"name\":\"dart\",",
  ]

  static func mutated(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
      let start = Int.random(in: 0..<bytes.count, using: &chance)
      let end = min(bytes.count, start + Int.random(in: 0...12, using: &chance))
      switch Int.random(in: 0..<7, using: &chance) {
      case 0: bytes[start] = UInt8.random(in: 0...255, using: &chance)
      case 1: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
      case 2: bytes.removeSubrange(start..<end)
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &chance))
      case 4: bytes.replaceSubrange(start..<end, with: Array(words.randomElement(using: &chance)!.utf8))
      case 5:
        // A number for another: what keeps the file well-formed reaches deeper.
        if let number = bytes[start...].firstIndex(where: { (0x30...0x39).contains($0) }) {
          bytes[number] = UInt8.random(in: 0x30...0x39, using: &chance)
        }
      default: bytes.removeSubrange(Int.random(in: 0...start, using: &chance)...)
      }
    }
    return bytes
  }

  @Test(arguments: ["XGBoostModel", "LinearModel"])
  func `thousands of spoiled files are each refused or answer soundly`(_ name: String) throws {
    let plugin = try ModelPlugin(name)
    var seeds: [[UInt8]] = [Array(Self.linear.utf8)]
    if name == "XGBoostModel" {
      let trees = [
        ModelText.Tree.stump(feature: 1, threshold: 0.5, missingGoesLeft: false, left: -0.25, right: 0.75), RefusalTests.chain(4), .leaf("0.5"),
      ]
      seeds = [Array(ModelText(trees: trees).json.utf8), Array(ModelText(features: 3, baseScore: "[2.5E-1]", version: "[3,2,0]").json.utf8)]
    }
    var chance = Chance.seeded("spoiled files, \(name)")
    var (refused, answered, failed) = (0, 0, 0)
    for round in 0..<4000 {
      // Few of the large ones: a debug build reads a hundred kilobytes in a second.
      let seed = name == "XGBoostModel" && round % 400 == 0 ? try RecordedFileTests.bytes("3.2.0") : seeds[round % seeds.count]
      let bytes = Self.mutated(seed, &chance)
      do {
        let instance = try ModelInstance(plugin, bytes)
        for count in 1...4 {
          for value in [0, 1, -1, Double.nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude] {
            do {
              let found = try instance.predict([Double](repeating: value, count: count))
              answered += 1
              if !(found.p_up >= 0 && found.p_up <= 1 && found.p_down == 1 - found.p_up && found.edge == found.p_up - 0.5) {
                Issue.record("round \(round): \(found) of \(String(decoding: bytes, as: UTF8.self))")
              }
            } catch { failed += 1 }
          }
        }
      } catch let refusal as ModelInstance.Refused {
        refused += 1
        if refusal.status != QE_INVALID || !refusal.reason.hasPrefix("the model file is refused: byte ") || refusal.reason.contains("\n") {
          Issue.record("round \(round): \(refusal.reason)")
        }
      }
    }
    print("\(name): \(refused) refused, \(answered) answers, \(failed) vectors not answered")
    #expect(refused > 1000 && answered > 300 && failed > 0)
  }

  @Test func `nothing is allocated for what a file only claims`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    let zeros = Array(repeating: "0", count: 300_000).joined(separator: ",")
    var claiming = ModelText(claimedTrees: "1000000000")
    claiming.trees[0].parameters = #"{"num_nodes":"1000000000"}"#
    let files = [
      claiming.json,
      // Columns as long as the file lets them be, and trees as many.
      ModelText().json.replacingOccurrences(of: #""left_children":["#, with: #""left_children":[\#(zeros),"#),
      ModelText().json.replacingOccurrences(of: #""split_conditions":["#, with: #""split_conditions":[\#(zeros),"#),
      ModelText(trees: Array(repeating: .leaf("1"), count: 2000), classes: "2").json,
      #"{"learner":{"attributes":["# + Array(repeating: "{}", count: 250_000).joined(separator: ",") + "]}}",
    ]
    for file in files {
      let before = try Self.memory("VmPeak")
      #expect(throws: ModelInstance.Refused.self) { try ModelInstance(plugin, json: file) }
      let grown = try Self.memory("VmPeak") - before
      // By what the file holds: values of four to eight bytes for two of text, in arrays that double. What is claimed would be 8 GB and more.
      // Threads of other tests that begin meanwhile reserve their heaps, so that a small file has some room as well.
      #expect(grown < 64 * file.utf8.count + (256 << 20), "\(file.prefix(40))…: \(grown) bytes for a file of \(file.utf8.count)")
    }
  }

  /// A line of /proc/self/status, in bytes.
  private static func memory(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name + ":") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }
}
