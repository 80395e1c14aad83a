import Foundation
import PluginABI
import TestKit
import Testing

/// Files that Python's xgboost of each major version wrote, with what it predicted: Models/README.md says how they were made.
@Suite struct RecordedFileTests {
  struct Expected: Decodable {
    let rows: [[Double?]]
    let probabilities: [Double]
  }

  static let versions = ["1.7.6", "2.1.4", "3.2.0", "1.7.4-early-stopping"]
  static let folder = Workplace.packageFolder.appendingPathComponent("Tests/ModelAdapterTests/Models")

  static func bytes(_ version: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent("xgboost-\(version).json"))) }

  @Test(arguments: versions)
  func `a file of each major version predicts what the library that wrote it did`(_ version: String) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("xgboost-\(version)-expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let instance = try ModelInstance(try ModelPlugin("XGBoostModel"), try Self.bytes(version))
    #expect(expected.rows.count == 40)
    for (row, probability) in zip(expected.rows, expected.probabilities) {
      let features = row.map { $0 ?? .nan }
      let found = try instance.predict(features)
      #expect(abs(found.p_up - probability) <= 1e-6, "\(features)")
      #expect(found.p_down == 1 - found.p_up && found.edge == found.p_up - 0.5)
    }
  }

  @Test(arguments: versions, [true, false])
  func `the order of keys and the white space between them do not matter`(_ version: String, _ isSorted: Bool) throws {
    let bytes = try Self.bytes(version)
    let parsed = try JSONSerialization.jsonObject(with: Data(bytes))
    let rewritten = Self.text(parsed, reversed: !isSorted)
    #expect(rewritten != String(decoding: bytes, as: UTF8.self))
    let plugin = try ModelPlugin("XGBoostModel")
    let pair = [try ModelInstance(plugin, bytes), try ModelInstance(plugin, json: rewritten)]
    var chance = Chance.seeded("the order of keys, \(version)")
    for _ in 0..<200 {
      let row = (0..<4).map { _ in chance.chance(20) ? Double.nan : Double.random(in: -2...2, using: &chance) }
      #expect(try pair[0].predict(row).p_up == pair[1].predict(row).p_up)
    }
  }

  /// Every number as a double would print; keys in one order or the other.
  private static func text(_ value: Any, reversed: Bool) -> String {
    switch value {
    case let object as [String: Any]:
      let keys = reversed ? object.keys.sorted(by: >) : object.keys.sorted()
      return "{ " + keys.map { "\"\($0)\" :\n\t\(text(object[$0] as Any, reversed: reversed))" }.joined(separator: " ,\r\n") + " }"
    case let array as [Any]: return "[ " + array.map { text($0, reversed: reversed) }.joined(separator: " , ") + " ]"
    case let string as String:
      return "\"\(string.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\""))\""
    case let number as NSNumber:
      // Shortest as a float, which is what the file had.
      return number.doubleValue == number.doubleValue.rounded() && abs(number.doubleValue) < 1e15
        ? "\(number.int64Value)" : "\(Float(number.doubleValue))"
    default: return "null"
    }
  }
}
