import Foundation
import Market
import PluginABI
import Plugins
import TestKit
import Testing

@Suite struct ResolverTests {
  let folder: TemporaryFolder
  let store: StrategyStore
  let resolver: StrategyResolver
  let instrument = Samples.perpetual()
  init() throws {
    folder = try TemporaryFolder()
    store = StrategyStore(runtimePath: folder.url.path, hostVersion: "test")
    resolver = StrategyResolver(runtimePath: folder.url.path, executableFolder: Workplace.buildFolder.path)
  }

  private func publish(_ name: String, horizon: Int64, _ parameters: [String: String] = [:], on other: Instrument? = nil) throws {
    _ = try store.publish(
      try Libraries.load(name).file, instrument: other ?? instrument, horizonSeconds: horizon, parameters: parameters,
      check: .inProcess(deliverableEvents: Libraries.deliverable))
  }

  /// Resolved, loaded, and held to its manifest.
  private func use(_ strategy: String?) throws {
    for found in try resolve(strategy) { try found.check(try PluginLibrary.load(found.file).facts) }
  }

  private func resolve(_ strategy: String?, _ parameters: [String: String] = [:], for other: Instrument? = nil) throws -> [ResolvedStrategy] {
    try resolver.resolve(strategy: strategy, instrument: other ?? instrument, parameters: parameters)
  }

  @Test func nothingNamedAndNothingPublishedIsAMissingInput() throws {
    let error = try fault { _ = try resolve(nil) }
    #expect(error.kind.exitCode == 66)
    #expect(error.description.contains("BTCUSDT"))
  }

  @Test func nothingNamedIsAllThatIsPublishedForTheSymbol() throws {
    try publish("EMACrossC", horizon: 5)
    try publish("BreakoutC", horizon: 0)
    try publish("EMACrossC", horizon: 1, on: Samples.perpetual(symbol: "ETHUSDT"))
    #expect(try resolve(nil).map(\.file.fileName) == ["libBreakoutC.so", "libEMACrossC.so"])
    #expect(try resolve(nil).map(\.horizonSeconds) == [0, 5])
  }

  @Test func aNameIsThePublishedOneBeforeTheBuiltOne() throws {
    #expect(try resolve("EMACrossC").map(\.horizonSeconds) == [0])
    try publish("EMACrossC", horizon: 5, ["quantity": "0.007"])
    let found = try resolve("EMACrossC", ["fast": "3"])
    #expect(found.map(\.horizonSeconds) == [5])
    #expect(found.first?.parameters == ["quantity": "0.007", "fast": "3"])
    #expect(try resolve("EMACrossC", ["quantity": "0.001"]).first?.parameters == ["quantity": "0.001"])
    #expect(try resolve("BreakoutC").first?.source.hasSuffix("libBreakoutC.so") == true)
    let error = try fault { _ = try resolve("Nobody") }
    #expect(error.kind.exitCode == 66)
  }

  @Test func aPathIsALibraryOrAManifest() throws {
    let path = Workplace.plugin("EMACrossC").path
    #expect(try resolve(path).first?.file.fileName == "libEMACrossC.so")
    try publish("EMACrossC", horizon: 5)
    let manifest = folder.path("strategies/BTCUSDT/5/current/manifest.json")
    #expect(try resolve(manifest).first?.horizonSeconds == 5)
    #expect(try fault { _ = try resolve(folder.path("none.json")) }.code == .manifestMissing)
    #expect(try fault { _ = try resolve(folder.path("none.so")) }.code == .fileMissing)
  }

  @Test func aManifestOfAnotherSymbolOrMarketIsAMismatch() throws {
    try publish("EMACrossC", horizon: 5)
    let manifest = folder.path("strategies/BTCUSDT/5/current/manifest.json")
    for other in [Samples.perpetual(symbol: "ETHUSDT"), Samples.spot()] {
      let error = try fault { _ = try resolve(manifest, for: other) }
      #expect(error.code == .symbolOrHorizonMismatch)
      #expect(error.kind.exitCode == 65)
    }
    #expect(try fault { _ = try resolve(nil, for: Samples.spot()) }.code == .symbolOrHorizonMismatch)
  }

  @Test(arguments: [
    ("\"EMACrossC\"", "\"Another\"", "compat_mismatch:name"), ("\"trade\"", "\"quote\"", "compat_mismatch:events"),
    ("\"minor\" : \(QE_ABI_MINOR)", "\"minor\" : 9", "compat_mismatch:abi"), ("libEMACrossC.so", "libNone.so", "file_missing"),
  ])
  func aManifestThatDoesNotAgreeWithItsLibraryIsRefused(old: String, new: String, expected: String) throws {
    try publish("EMACrossC", horizon: 5)
    let path = folder.path("strategies/BTCUSDT/5/current/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try fault { _ = try use(path) }.description.hasPrefix(expected))
    #expect(try fault { _ = try use(nil) }.description.hasPrefix(expected))
  }
}
