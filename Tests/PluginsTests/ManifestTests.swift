import Cryptography
import Foundation
import Market
import Plugins
import TestKit
import Testing

@Suite struct ManifestTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let good = """
    {
      "manifest_version": "strategy.v1", "kind": "strategy", "name": "EMACross", "symbol": "BTCUSDT", "market": "usdm", "horizon": 5,
      "files": {"plugin": {"path": "libEMACross.so", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
      "parameters": {"fast": 12, "quantity": 0.001, "enabled": true, "mode": "trade", "tiny": 1e-05, "text": "0.10"},
      "events": ["trade"], "abi": {"major": 1, "minor": 0}, "created_at": 1795399329, "build": {"host": "0.1.0"}
    }
    """

  private func read(_ text: String) throws -> StrategyManifest { try StrategyManifest.read(try folder.write(text, to: "manifest.json")) }

  @Test func readsEveryField() throws {
    let manifest = try read(Self.good)
    #expect(manifest.name == "EMACross")
    #expect(manifest.symbol == "BTCUSDT")
    #expect(manifest.market == .usdm)
    #expect(manifest.horizonSeconds == 5)
    #expect(manifest.pluginPath == "libEMACross.so")
    #expect(manifest.pluginDigest == SHA256Hasher.digest(of: []))
    #expect(manifest.events == ["trade"])
    #expect(manifest.abiMajor == 1 && manifest.abiMinor == 0)
    #expect(manifest.createdAt == 1_795_399_329)
    #expect(manifest.parameters == ["fast": "12", "quantity": "0.001", "enabled": "true", "mode": "trade", "tiny": "0.00001", "text": "0.10"])
  }

  @Test func fieldsOfALaterVersionAreIgnored() throws {
    let later = Self.good.replacingOccurrences(of: "\"kind\"", with: "\"added_later\": {\"a\": [1, null]}, \"kind\"")
    #expect(try read(later) == read(Self.good))
  }

  @Test func `A shadow says so, and keeps its word when it is written`() throws {
    #expect(try read(Self.good).isShadow == nil, "what says nothing trades")
    for word in ["true", "false"] {
      let manifest = try read(Self.good.replacingOccurrences(of: "\"kind\"", with: "\"shadow\": \(word), \"kind\""))
      #expect(manifest.isShadow == (word == "true"))
      let path = folder.path("written.json")
      try manifest.write(to: path)
      #expect(try StrategyManifest.read(path) == manifest)
    }
  }

  @Test func theMarketMayBeAbsent() throws {
    #expect(try read(Self.good.replacingOccurrences(of: "\"market\": \"usdm\", ", with: "")).market == nil)
  }

  @Test(arguments: [
    ("\"strategy.v1\"", "\"strategy.v2\"", "manifest_version"), ("\"kind\": \"strategy\"", "\"kind\": \"model\"", "kind"),
    ("\"name\": \"EMACross\"", "\"name\": \"../evil\"", "name"), ("\"name\": \"EMACross\"", "\"name\": \"\"", "name"),
    ("\"symbol\": \"BTCUSDT\"", "\"symbol\": \"a/b\"", "symbol"), ("\"symbol\": \"BTCUSDT\"", "\"symbol\": 5", "symbol"),
    ("\"symbol\": \"BTCUSDT\", ", "", "symbol"), ("\"usdm\"", "\"moon\"", "market"), ("\"horizon\": 5", "\"horizon\": -1", "horizon"),
    ("\"horizon\": 5", "\"horizon\": 1.5", "horizon"), ("\"horizon\": 5", "\"horizon\": \"5\"", "horizon"),
    ("\"horizon\": 5", "\"horizon\": 99999999999999999999", "horizon"), ("libEMACross.so\"", "/lib/x.so\"", "files.plugin.path"),
    ("libEMACross.so\"", "../x.so\"", "files.plugin.path"), ("libEMACross.so\"", "a/../../x.so\"", "files.plugin.path"),
    ("libEMACross.so\"", "\"", "files.plugin.path"), ("libEMACross.so\"", "x\\u0000.so\"", "files.plugin.path"),
    ("e3b0c442", "E3B0C442", "files.plugin.sha256"),
    ("e3b0c442", "", "files.plugin.sha256"), ("\"fast\": 12", "\"fast\": null", "parameters.fast"),
    ("\"fast\": 12", "\"fast\": [12]", "parameters.fast"),
    ("[\"trade\"]", "[\"trades\"]", "events"), ("[\"trade\"]", "\"trade\"", "events"), ("\"major\": 1", "\"major\": -1", "abi.major"),
    ("\"minor\": 0", "\"minor\": 4294967296", "abi.minor"), ("\"created_at\": 1795399329", "\"created_at\": \"now\"", "created_at"),
    (", \"build\": {\"host\": \"0.1.0\"}", "", "build"), ("\"kind\"", "\"shadow\": \"yes\", \"kind\"", "shadow"),
    ("\"kind\"", "\"shadow\": 1, \"kind\"", "shadow"),
  ])
  func aWrongFieldIsManifestInvalidByItsName(old: String, new: String, field: String) throws {
    #expect(Self.good.contains(old))
    let text = Self.good.replacingOccurrences(of: old, with: new)
    let error = try fault { _ = try read(text) }
    #expect(error.description.hasPrefix("manifest_invalid:\(field)"), "\(error)")
    #expect(error.kind.exitCode == 65)
  }

  @Test(arguments: ["", "{", "[]", "null", "hello", "{}", "\u{0}\u{1}\u{2}", "{\"manifest_version\": \"strategy.v1\"}"])
  func whatIsNoManifestIsManifestInvalid(text: String) throws {
    #expect(try fault { _ = try read(text) }.description.hasPrefix("manifest_invalid:"))
  }

  @Test func anyCutOrFlippedManifestIsReadOrRefusedButNeverCrashes() throws {
    var chance = Chance.seeded("manifest bytes")
    let bytes = Array(Self.good.utf8)
    for _ in 0..<300 {
      var copy = bytes
      if Bool.random(using: &chance) { copy.removeLast(Int.random(in: 1...copy.count, using: &chance)) }
      for _ in 0..<Int.random(in: 0...3, using: &chance) where !copy.isEmpty {
        copy[Int.random(in: 0..<copy.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
      }
      let path = folder.path("fuzz.json")
      try Data(copy).write(to: URL(fileURLWithPath: path))
      do { _ = try StrategyManifest.read(path) } catch { #expect(error.description.hasPrefix("manifest_invalid:"), "\(error)") }
    }
  }

  @Test func aMissingManifestHasItsOwnNameAndCode() throws {
    let error = try fault { _ = try StrategyManifest.read(folder.path("none.json")) }
    #expect(error.code == .manifestMissing)
    #expect(error.kind.exitCode == 66)
  }

  @Test func aManifestOverOneMebibyteIsNotRead() throws {
    let error = try fault { _ = try read(Self.good + String(repeating: " ", count: 1 << 20)) }
    #expect(error.description.hasPrefix("manifest_invalid:"))
  }
}
