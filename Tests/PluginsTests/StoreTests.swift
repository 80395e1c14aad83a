import Cryptography
import Foundation
import Market
import PluginABI
import Plugins
import Synchronization
import TestKit
import Testing

@Suite struct StoreTests {
  let folder: TemporaryFolder
  let store: StrategyStore
  let instrument = Samples.perpetual()
  init() throws {
    folder = try TemporaryFolder()
    store = StrategyStore(runtimePath: folder.url.path, hostVersion: "test")
  }

  @discardableResult
  private func publish(_ library: PluginLibrary, horizon: Int64 = 0, _ parameters: [String: String] = [:]) throws -> StrategyStore.Entry {
    try store.publish(
      library.file, instrument: instrument, horizonSeconds: horizon, parameters: parameters,
      check: .inProcess(deliverableEvents: Libraries.deliverable))
  }

  /// Distinct builds of one plugin.
  private func builds(_ count: Int) throws -> [PluginLibrary] {
    try (0..<count).map { try PluginLibrary.load(try Libraries.overwritten("Misbehaving", "Breaks", with: "Build\($0)", in: folder)) }
  }

  private var home: String { folder.path("strategies/BTCUSDT/0") }

  @Test func publishingKeepsTheBuildNameAndWritesAManifestThatReadsBack() throws {
    let library = try Libraries.load("EMACrossC")
    let entry = try publish(library, horizon: 5, ["quantity": "0.002"])
    let manifest = try StrategyManifest.read(folder.path("strategies/BTCUSDT/5/current/manifest.json"))
    #expect(manifest == entry.manifest)
    #expect(manifest.name == "EMACrossC")
    #expect(manifest.market == .usdm)
    #expect(manifest.horizonSeconds == 5)
    #expect(manifest.parameters == ["quantity": "0.002"])
    #expect(manifest.pluginPath == "libEMACrossC.so")
    #expect(manifest.pluginDigest == library.digest)
    let installed = folder.path("store/\(library.digest.hex)/libEMACrossC.so")
    for path in [installed, folder.path("strategies/BTCUSDT/5/current/libEMACrossC.so")] {
      #expect(try SHA256Hasher.digest(ofFile: path) == library.digest)
    }
    #expect(entry.version.hasSuffix("-\(library.digest.hex.prefix(8))"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("strategies/BTCUSDT/5/current")) == "versions/\(entry.version)")
  }

  @Test func installingTwiceIsOneFileByDigest() throws {
    let library = try Libraries.load("EMACrossC")
    #expect(try store.install(library.file) == store.install(library.file))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store")) == [library.digest.hex])
    #expect(!FileManager.default.fileExists(atPath: folder.path("strategies")))
  }

  @Test func rollbackGoesWhereEachVersionCameFromAndEndsByName() throws {
    let builds = try builds(4)
    let first = try publish(builds[0])
    let second = try publish(builds[1])
    #expect(try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0).version == first.version)
    #expect(try store.file(store.entry(symbol: "BTCUSDT", horizonSeconds: 0)).digest == builds[0].digest)
    // What was rolled away from is not what a later version came from.
    let third = try publish(builds[2])
    #expect(third.versions == [first.version, second.version, third.version])
    #expect(try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0).version == first.version)
    let end = try fault { _ = try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0) }
    #expect(end.kind.exitCode == 66)
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 0).version == first.version)
    for build in [builds[1], builds[2], builds[3]] { try publish(build) }
    let digests = try (0..<3).map { _ in try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0).manifest.pluginDigest }
    #expect(digests == [builds[2].digest, builds[1].digest, builds[0].digest])
  }

  @Test func rollbackLeavesABrokenVersionAndRefusesABrokenTarget() throws {
    let builds = try builds(2)
    let first = try publish(builds[0])
    try publish(builds[1])
    try Data("{".utf8).write(to: URL(fileURLWithPath: "\(home)/current/manifest.json"))
    #expect(try fault { _ = try store.list() }.description.hasPrefix("manifest_invalid:"))
    #expect(try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0).version == first.version)
    let third = try publish(builds[1])
    try flip("\(home)/versions/\(first.version)/libMisbehaving.so")
    #expect(try fault { _ = try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0) }.code == .shaMismatch)
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 0).version == third.version)
  }

  @Test func nothingPublishedIsManifestMissing() throws {
    for body in [
      { _ = try store.entry(symbol: "BTCUSDT", horizonSeconds: 0) }, { _ = try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0) },
    ] as [() throws -> Void] {
      let error = try fault(body)
      #expect(error.code == .manifestMissing)
      #expect(error.kind.exitCode == 66)
    }
    #expect(try store.list().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("strategies")))
  }

  @Test func aRefusedPublishLeavesWhatWasCurrent() throws {
    let good = try publish(try Libraries.load("EMACrossC"))
    let misbehaving = try Libraries.load("Misbehaving")
    #expect(try fault { try publish(misbehaving, ["fault": "null_instance"]) }.code == .createFailed("NULL instance"))
    #expect(try fault { try publish(misbehaving, ["size": "-1"]) }.description.hasPrefix("parameter_invalid:size"))
    let model = try Libraries.load("MisbehavingModel")
    #expect(try fault { try publish(model) }.code == .compatMismatch("kind(model)"))
    let depth = try PluginLibrary.load(try Libraries.descriptor(fault: "events_depth", in: folder))
    #expect(try fault { try publish(depth) }.code == .compatMismatch("events(depth)"))
    let entry = try store.entry(symbol: "BTCUSDT", horizonSeconds: 0)
    #expect(entry.version == good.version)
    #expect(entry.versions == [good.version])
  }

  @Test func aDamagedStoreCopyIsReplacedByWhatItShouldBe() throws {
    let library = try Libraries.load("EMACrossC")
    let copy = try store.install(library.file)
    try flip(copy)
    #expect(try PluginLibrary.load(store.install(library.file)).digest == library.digest)
    try flip(copy)
    _ = try publish(library)
    #expect(try PluginLibrary.load(copy).digest == library.digest)
  }

  @Test func oneSymbolsFolderHoldsOneMarketsStrategies() throws {
    let library = try Libraries.load("EMACrossC")
    _ = try publish(library)
    let other = try fault {
      _ = try store.publish(
        library.file, instrument: Samples.spot(), horizonSeconds: 60, parameters: [:], check: .inProcess(deliverableEvents: [QE_EVENT_TRADE]))
    }
    #expect(other.code == .symbolOrHorizonMismatch)
    #expect(try store.list(symbol: "BTCUSDT").count == 1)
  }

  @Test func aStoreThatCannotBeWrittenIsSaidByPath() throws {
    try folder.write("in the way", to: "store")
    let library = try Libraries.load("EMACrossC")
    let error = try fault { _ = try store.install(library.file) }
    #expect(error.description.hasPrefix("store_failed:"))
    #expect(error.description.contains("store"))
  }

  @Test func anEditedOrMissingLibraryIsNamedWhenItIsLoaded() throws {
    let entry = try publish(try Libraries.load("EMACrossC"))
    let path = "\(home)/current/libEMACrossC.so"
    try flip(path)
    #expect(try fault { _ = try store.file(entry) }.code == .shaMismatch)
    try FileManager.default.removeItem(atPath: path)
    let missing = try fault { _ = try store.file(entry) }
    #expect(missing.code == .fileMissing)
    #expect(missing.kind.exitCode == 66)
  }

  @Test func aFolderOfAnotherSymbolOrHorizonIsAMismatch() throws {
    try publish(try Libraries.load("EMACrossC"))
    try FileManager.default.copyItem(atPath: home, toPath: folder.path("strategies/BTCUSDT/7"))
    #expect(try fault { _ = try store.entry(symbol: "BTCUSDT", horizonSeconds: 7) }.code == .symbolOrHorizonMismatch)
    try FileManager.default.copyItem(atPath: folder.path("strategies/BTCUSDT"), toPath: folder.path("strategies/ETHUSDT"))
    let error = try fault { _ = try store.entry(symbol: "ETHUSDT", horizonSeconds: 0) }
    #expect(error.code == .symbolOrHorizonMismatch)
    #expect(error.kind.exitCode == 65)
  }

  @Test func aCurrentThatPointsElsewhereIsRefused() throws {
    try publish(try Libraries.load("EMACrossC"))
    for target in ["/etc", "versions/..", "../../..", "versions/a/b"] {
      try FileManager.default.removeItem(atPath: "\(home)/current")
      try FileManager.default.createSymbolicLink(atPath: "\(home)/current", withDestinationPath: target)
      #expect(try fault { _ = try store.entry(symbol: "BTCUSDT", horizonSeconds: 0) }.description.hasPrefix("manifest_invalid:current"))
    }
    #expect(throws: Never.self) { try publish(try Libraries.load("EMACrossC")) }
  }

  @Test func publishersAndReadersAtOnceNeverSeeATornVersion() async throws {
    let builds = try builds(4)
    try publish(builds[0])
    let (store, instrument) = (store, instrument)
    let ending = Ending()
    try await withThrowingTaskGroup(of: Int.self) { readers in
      readers.addTask {
        var reads = 0
        while !ending.hasCome.withLock({ $0 }) {
          for entry in try store.list() { _ = try store.file(entry) }
          reads += 1
        }
        return reads
      }
      // Threads of their own: a publisher blocks on the lock, and the pool has no thread to spare for that.
      let publishers = builds.map { build in
        Publisher {
          for _ in 0..<8 {
            _ = try store.publish(
              build.file, instrument: instrument, horizonSeconds: 0, parameters: [:], check: .inProcess(deliverableEvents: Libraries.deliverable))
          }
        }
      }
      for publisher in publishers { publisher.start() }
      for publisher in publishers { #expect(await publisher.result() == nil) }
      ending.hasCome.withLock { $0 = true }
      for try await reads in readers { #expect(reads > 0) }
    }
    let entry = try store.entry(symbol: "BTCUSDT", horizonSeconds: 0)
    #expect(entry.versions.count == 33)
    #expect(entry.versions.last == entry.version)
    for version in entry.versions {
      let manifest = try StrategyManifest.read("\(home)/versions/\(version)/manifest.json")
      #expect(try SHA256Hasher.digest(ofFile: "\(home)/versions/\(version)/\(manifest.pluginPath)") == manifest.pluginDigest)
    }
    // All the way back: each version is in the chain once.
    for _ in 0..<32 { _ = try store.rollback(symbol: "BTCUSDT", horizonSeconds: 0) }
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 0).version == entry.versions.first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home).sorted() == ["current", "lock", "versions"])
  }

  private func flip(_ path: String) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data[data.count / 2] ^= 1
    try data.write(to: URL(fileURLWithPath: path))
  }
}

private final class Ending: Sendable {
  let hasCome = Mutex(false)
}

/// Work on a thread of its own, whose error can be awaited.
private final class Publisher: Sendable {
  private let body: @Sendable () throws -> Void
  private let outcome: AsyncStream<String?>
  private let continuation: AsyncStream<String?>.Continuation

  init(_ body: @escaping @Sendable () throws -> Void) {
    self.body = body
    (outcome, continuation) = AsyncStream.makeStream(of: String?.self)
  }

  func start() {
    Thread.detachNewThread { [self] in
      do {
        try body()
        continuation.yield(nil)
      } catch { continuation.yield("\(error)") }
      continuation.finish()
    }
  }

  /// The error in words; nil when there was none.
  func result() async -> String? {
    for await text in outcome { return text }
    return "it never ended"
  }
}
