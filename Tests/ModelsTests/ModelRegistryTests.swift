import Cryptography
import Features
import Foundation
import Kernel
import TestKit
import Testing

@testable import Models

@Suite struct ModelRegistryTests {
  let folder: TemporaryFolder
  let registry: ModelRegistry

  init() throws {
    folder = try TemporaryFolder()
    registry = ModelRegistry(folder: folder.path("storage/models"))
  }

  private func entry(_ symbol: String, _ horizon: Int64, path: String = "m.json") -> ModelRegistry.Entry {
    ModelRegistry.Entry(
      symbol: symbol, horizonSeconds: horizon, createdAtSeconds: 1_764_547_199, schemaHash: FeatureSchema.v1.hashText, modelPath: path, digest: nil)
  }

  @Test func `One entry stands for a symbol and horizon, its trials are added up, and what others wrote is kept`() throws {
    try FileManager.default.createDirectory(atPath: registry.folder, withIntermediateDirectories: true)
    // As the Python system writes it.
    try folder.write(
      """
      [
        {"symbol": "ETHUSDT", "horizon": 30, "created_at": "2025-11-30T23:59:59.123456+00:00", "feature_schema_hash": "\(FeatureSchema.v1.hashText)", "model_path": "storage/models/signal_xgb_ETHUSDT_h30.json", "note": "by hand"},
        {"symbol": "BTCUSDT", "horizon": 5, "created_at": "2025-11-30T23:59:59+00:00", "feature_schema_hash": "\(FeatureSchema.v1.hashText)", "model_path": "a.json"}
      ]
      """, to: "storage/models/registry.json")
    #expect(try registry.trials(symbol: "BTCUSDT", horizonSeconds: 5) == 1, "nobody counted: one at least")
    #expect(try registry.trials(symbol: "BTCUSDT", horizonSeconds: 1) == 0)
    var new = entry("BTCUSDT", 5, path: "b.json")
    new.digest = SHA256Hasher.digest(of: [1])
    new.metrics = ["mcc": 0.25]
    #expect(try registry.record(new).trials == 2)
    #expect(try registry.record(entry("BTCUSDT", 1)).trials == 1)
    let all = try registry.entries()
    #expect(
      all.map { "\($0.symbol)/\($0.horizonSeconds) \($0.modelPath) \($0.trials)" } == [
        "ETHUSDT/30 storage/models/signal_xgb_ETHUSDT_h30.json 1", "BTCUSDT/5 b.json 2", "BTCUSDT/1 m.json 1",
      ])
    #expect(all[1].digest == new.digest && all[1].metrics == ["mcc": 0.25])
    #expect(all[1].createdAt == "2025-11-30T23:59:59+00:00")
    #expect(try String(contentsOfFile: registry.path, encoding: .utf8).contains("\"note\": \"by hand\""))
    let python = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: registry.path))) as? [[String: Any]]
    #expect(python?.count == 3 && python?[1]["horizon"] as? Int == 5)
  }

  @Test(arguments: [
    ("", "not JSON"), ("[", "not JSON"), ("{}", "not a list"), ("null", "not a list"), ("[1]", "[0].symbol"),
    ("[{\"symbol\": \"A\", \"horizon\": 0}]", "[0].horizon"), ("[{\"symbol\": \"A\", \"horizon\": 1}]", "[0].feature_schema_hash"),
    ("[{\"symbol\": \"A\", \"horizon\": 1, \"feature_schema_hash\": \"\", \"model_path\": \"\"}]", "[0].model_path"),
    (
      "[{\"symbol\": \"A\", \"horizon\": 1, \"feature_schema_hash\": \"\", \"model_path\": \"a\", \"created_at\": \"\", \"trials\": \"many\"}]",
      "[0].trials"
    ),
  ])
  func `A corrupt registry is an error with its place, is never taken for empty and never written over`(text: String, what: String) throws {
    try FileManager.default.createDirectory(atPath: registry.folder, withIntermediateDirectories: true)
    try folder.write(text, to: "storage/models/registry.json")
    for body in [{ _ = try registry.entries() }, { _ = try registry.record(entry("BTCUSDT", 5)) }] as [() throws -> Void] {
      let error = try fault(body)
      #expect(error.code == .registryInvalid(what))
      #expect(error.description.contains(registry.path))
    }
    #expect(try String(contentsOfFile: registry.path, encoding: .utf8) == text)
  }

  @Test func `Writers at once lose no entry and no trial`() async throws {
    let registry = registry
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for round in 0..<10 {
            _ = try registry.record(
              ModelRegistry.Entry(
                symbol: "S\(writer)", horizonSeconds: 1, createdAtSeconds: Int64(round), schemaHash: "", modelPath: "m", digest: nil))
            _ = try registry.record(
              ModelRegistry.Entry(symbol: "ALL", horizonSeconds: 1, createdAtSeconds: 0, schemaHash: "", modelPath: "m", digest: nil))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try registry.entries().count == 5)
    #expect(try registry.trials(symbol: "ALL", horizonSeconds: 1) == 40)
    #expect(try (0..<4).allSatisfy { try registry.trials(symbol: "S\($0)", horizonSeconds: 1) == 10 })
  }

  @Test(arguments: ["BTC-USD", "", "../x", "BTC USDT", String(repeating: "A", count: 65)])
  func `An entry that no reader would take is refused before anything is written`(symbol: String) throws {
    try registry.record(entry("BTCUSDT", 5))
    for body in [
      { _ = try registry.record(entry(symbol, 5)) },
      { _ = try registry.record(symbol: symbol, horizonSeconds: 5) { _ in (entry(symbol, 5), ModelFile(path: "m", bytes: [1])) } },
    ] as [() throws -> Void] {
      #expect(try fault(body).code == .registryInvalid("symbol"))
    }
    #expect(try fault { try registry.record(entry("BTCUSDT", 0)) }.code == .registryInvalid("new.horizon"))
    #expect(try registry.entries().map(\.symbol) == ["BTCUSDT"], "one symbol's mistake takes no other's model")
  }

  private func read(_ named: ModelRegistry.Entry?) throws -> [UInt8] {
    let entry = try #require(named)
    let digest = try #require(entry.digest)
    return try ModelFile.read(entry.modelPath, expected: digest).bytes
  }

  @Test func `Whoever has read the registry finds the model that it named, also while the next is being recorded`() throws {
    func named() throws -> ModelRegistry.Entry? { try registry.entry(symbol: "BTCUSDT", horizonSeconds: 5) }
    func record(_ bytes: [UInt8], _ look: () throws -> Void = {}) throws {
      try registry.record(symbol: "BTCUSDT", horizonSeconds: 5) { trials in
        #expect(Int(trials) == Int(bytes[0]) - 1)
        // Nobody counts, writes or records between these trials and this model.
        let isFree = try FileLock.tryAcquire("\(registry.path).lock") != nil
        #expect(!isFree)
        try look()
        return (entry("BTCUSDT", 5), ModelFile(path: "m", bytes: bytes))
      }
    }
    try record([1])
    let first = try named()
    try record([2]) {
      let meanwhile = try read(named())
      #expect(meanwhile == [1])
    }
    #expect(try read(named()) == [2])
    #expect(try read(first) == [1])
    struct Stopped: Error {}
    #expect(throws: Stopped.self) { try record([3]) { throw Stopped() } }
    #expect(try read(named()) == [2])
    try record([3])
    // Where the Python system looks; and no more of them than can be in use.
    #expect(try Files.read("\(registry.folder)/signal_xgb_BTCUSDT_h5.json", limit: 9) == [3])
    let names = try Files.names(in: registry.folder).filter { $0.hasPrefix("signal_xgb_BTCUSDT_h5.") }
    #expect(names.count == 3, "\(names)")
  }

  @Test func `Moments are written and read as Python does`() {
    #expect(ISOTime.text(seconds: 1_764_547_199) == "2025-11-30T23:59:59+00:00")
    for text in ["2025-11-30T23:59:59+00:00", "2025-11-30T23:59:59.999999+00:00", "2025-11-30 23:59:59Z", "2025-11-30T23:59:59"] {
      #expect(ISOTime.seconds(text) == 1_764_547_199, "\(text)")
    }
    for text in ["", "yesterday", "2025-13-01T00:00:00", "2025-11-30T23:59:59+02:00", "2025-11-30T2x:59:59"] { #expect(ISOTime.seconds(text) == nil) }
  }
}
