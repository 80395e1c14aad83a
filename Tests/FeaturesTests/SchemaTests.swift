import Cryptography
import Features
import Foundation
import TestKit
import Testing

@Suite struct SchemaTests {
  @Test(arguments: FeatureSchema.all.map(\.name))
  func `The hash is the SHA-256 of the compact JSON array of the names`(_ name: String) throws {
    let schema = try #require(FeatureSchema.named(name))
    let text = "[" + schema.columns.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == schema.columns)
    #expect(schema.hash.map { String(format: "%02x", $0) }.joined() == "\(SHA256Hasher.digest(of: Array(text.utf8)))")
    #expect(Set(schema.columns).count == schema.columns.count)
  }

  @Test func `The reference's hash is that of feat v1`() {
    #expect(
      FeatureSchema.v1.hash.map { String(format: "%02x", $0) }.joined() == "641a2bca157b178fa040a40c34172ed69853e3ae947d490881493ad7097e3f59")
  }

  @Test func `A schema is found by its name and by its hash, and another one is not`() {
    for schema in FeatureSchema.all {
      #expect(FeatureSchema.named(schema.name)?.columns == schema.columns)
      #expect(FeatureSchema.hashed(schema.hash)?.name == schema.name)
    }
    #expect(FeatureSchema.named("feat.v0") == nil)
    #expect(FeatureSchema.hashed([UInt8](repeating: 7, count: 32)) == nil)
    #expect(Set(FeatureSchema.all.map(\.name)).count == FeatureSchema.all.count)
  }

  @Test func `Only columns of the quote may be missing`() {
    #expect(FeatureSchema.v1.mayBeMissing.isEmpty)
    #expect(
      Set(FeatureSchema.v2.mayBeMissing.map { FeatureSchema.v2.columns[$0] })
        == ["spread_bps", "touch_imb", "microprice_dev_bps", "touch_depth_60s"])
  }

  @Test(arguments: FeatureSchema.all.map(\.name))
  func `The first row comes with the bar that the schema names, and reset begins anew`(_ name: String) throws {
    let schema = try #require(FeatureSchema.named(name))
    var chance = Chance.seeded("the first row, \(name)")
    let bars = SampleBars.random(200, using: &chance)
    let builder = schema.makeBuilder()
    let first = bars.map { builder.values(of: $0, count: schema.columns.count) }
    #expect(first.firstIndex { $0 != nil } == schema.minimumBars - 1)
    builder.reset()
    let again = bars.map { builder.values(of: $0, count: schema.columns.count) }
    for (a, b) in zip(first, again) { #expect(Row(second: 0, values: a) == Row(second: 0, values: b), "QE_SEED=\(chance.seed)") }
  }

  @Test func `The manual names every column, in order`() throws {
    let manual = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("docs/FEATURES.md"), encoding: .utf8)
    let columns = manual.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      line.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
    #expect(columns == FeatureSchema.all.flatMap(\.columns))
    for schema in FeatureSchema.all { #expect(manual.contains(schema.hash.map { String(format: "%02x", $0) }.joined())) }
  }
}
