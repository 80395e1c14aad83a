import Cryptography
import Foundation
import Market
import TestKit
import Testing

@testable import Models
@testable import Plugins

@Suite struct ModelStoreTests {
  let folder: TemporaryFolder
  let store: ModelStore
  let instrument = ModelSamples.instrument

  init() throws {
    folder = try TemporaryFolder()
    store = ModelStore(runtimePath: folder.path("runtime"), hostVersion: "test")
  }

  private var home: String { folder.path("runtime/models/BTCUSDT/5") }
  private var current: String { "\(home)/current" }

  /// One of many models, told apart by their bytes.
  @discardableResult
  private func publish(_ number: Int, keep: Int = 5, signing: ModelStore.Signing = .init()) throws -> ModelStore.Entry {
    let path = try ModelSamples.artefact(in: folder, "artifacts/\(number)", model: "{\"model\": \(number)}")
    return try store.publish(try ModelSamples.resolved(path), instrument: instrument, keepVersions: keep, signing: signing)
  }

  private func names(_ path: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  private func rollback() throws -> ModelStore.Entry {
    try store.rollback(symbol: "BTCUSDT", horizonSeconds: 5, adapters: ModelSamples.adapters)
  }

  @Test func `An artefact of the Python system is published as it lies there, with its adapter pinned beside it`() throws {
    let path = try ModelSamples.artefact(in: folder)
    let entry = try store.publish(try ModelSamples.resolved(path), instrument: instrument)
    let adapter = try PluginFile.read(Workplace.plugin("LogisticModel").path)
    let manifest = try ModelManifest.read("\(current)/manifest.json")
    #expect(manifest == entry.manifest)
    #expect(manifest.adapter == .init(path: "libLogisticModel.so", digest: adapter.digest))
    #expect(manifest.createdAt == 1_764_546_000, "when it was trained, not when it was published")
    #expect(manifest.artifact?["python"] == "3.11.7")
    #expect(try names(current) == ["libLogisticModel.so", "manifest.json", "signal_xgb_BTCUSDT_h5.json"])
    #expect(try SHA256Hasher.digest(ofFile: "\(current)/libLogisticModel.so") == adapter.digest)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: current) == "versions/\(entry.version)")
    let stored = [
      "\(adapter.digest.hex)/libLogisticModel.so", "\(manifest.model.digest.hex)/signal_xgb_BTCUSDT_h5.json",
      "\(SHA256Hasher.digest(of: manifest.encoded).hex)/manifest.json",
    ]
    for file in stored { #expect(FileManager.default.fileExists(atPath: folder.path("runtime/store/\(file)")), "\(file)") }
    let instance = try ModelInstance(try store.resolve(entry, adapters: ModelSamples.adapters), on: instrument)
    #expect(try instance.predict([Double](repeating: 0, count: 18)).pUp == 0.5)
  }

  @Test func `A folder that the Python system published is read as it is, and the next publish loses nothing of it`() throws {
    try ModelSamples.artefact(in: folder, "runtime/models/BTCUSDT/5/current", model: "old")
    try folder.write("{}", to: "runtime/models/BTCUSDT/5/current/extra.json")
    let before = try store.entry(symbol: "BTCUSDT", horizonSeconds: 5)
    #expect(before.version == "current")
    #expect(before.manifest.adapter == nil)
    #expect(try store.list().map { "\($0.symbol)/\($0.horizonSeconds)" } == ["BTCUSDT/5"])
    let resolver = ModelResolver(.runtime(folder: store.folder), adapters: ModelSamples.adapters)
    #expect(try resolver.resolve(instrument, horizonSeconds: 5).model.bytes == Array("old".utf8))
    #expect(try fault { _ = try rollback() }.kind == .missingInput)
    let entry = try publish(1)
    #expect(entry.versions.count == 2)
    let adopted = try #require(entry.versions.first { $0 != entry.version })
    #expect(try names("\(home)/versions/\(adopted)") == ["extra.json", "manifest.json", "registry.json", "signal_xgb_BTCUSDT_h5.json"])
    #expect(entry.versions.last == entry.version, "it is older")
    let back = try rollback()
    #expect(back.version == adopted)
    #expect(try store.resolve(back, adapters: ModelSamples.adapters).model.bytes == Array("old".utf8))
    #expect(try names(home) == ["current", "lock", "versions"])
  }

  @Test func `From a folder that the Python system put in the place of a version, one rolls back to the newest whole version`() throws {
    let first = try publish(1)
    let second = try publish(2)
    let third = try publish(3)
    try FileManager.default.removeItem(atPath: current)
    try ModelSamples.artefact(in: folder, "runtime/models/BTCUSDT/5/current", model: "python")
    try folder.write("spoilt", to: "runtime/models/BTCUSDT/5/versions/\(third.version)/signal_xgb_BTCUSDT_h5.json")
    let back = try rollback()
    #expect(back.version == second.version && back.versions.count == 4, "its folder is among the versions")
    #expect(try names(home) == ["current", "lock", "versions"])
    #expect(try rollback().version == first.version, "where the second one came from")
  }

  @Test func `The way back stays where one version alone is to be kept`() throws {
    let versions = try (1...3).map { try publish($0, keep: 1).version }
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 5).versions == Array(versions[1...]))
    #expect(try rollback().version == versions[1])
  }

  @Test func `What is kept goes on without its bytes, and is not kept anew without them`() throws {
    let light = try store.resolve(publish(1), adapters: ModelSamples.adapters).withoutBytes
    #expect(light.model.bytes.isEmpty && light.adapter.bytes.isEmpty && light.model.digest == light.manifest.model.digest)
    let elsewhere = ArtefactStore(runtimePath: folder.path("elsewhere"))
    try light.keep(in: elsewhere)
    #expect(!FileManager.default.fileExists(atPath: folder.path("elsewhere")), "empty files under a digest that is not theirs")
  }

  @Test func `Whoever reads while a folder is succeeded by a version never finds nothing`() async throws {
    let store = store
    let manifest = "\(current)/manifest.json"
    for round in 0..<20 {
      try? FileManager.default.removeItem(atPath: home)
      try ModelSamples.artefact(in: folder, "runtime/models/BTCUSDT/5/current", model: "old \(round)")
      let reader = ConstantReader { _ = try store.resolve(symbol: "BTCUSDT", horizonSeconds: 5, adapters: ModelSamples.adapters) }
      // Who goes by the path alone, as the Python system does, looks once and not again.
      let watcher = ConstantReader { if access(manifest, F_OK) != 0 { throw PluginError(.manifestMissing, manifest, "there was none for a moment") } }
      await reader.begin()
      await watcher.begin()
      try publish(round)
      #expect(await watcher.end().error == nil)
      #expect(await reader.end().error == nil)
    }
  }

  @Test func `Readers and publishers at once never see a torn version, though old ones are removed under them`() async throws {
    let store = store
    try publish(0)
    let models = try (0..<4).map { number in
      try ModelSamples.resolved(try ModelSamples.artefact(in: folder, "artifacts/m\(number)", model: "{\"model\": \(number)}"))
    }
    let reader = ConstantReader {
      let resolved = try store.resolve(symbol: "BTCUSDT", horizonSeconds: 5, adapters: ModelSamples.adapters)
      #expect(SHA256Hasher.digest(of: resolved.model.bytes) == resolved.manifest.model.digest)
      #expect(try store.list().count == 1)
    }
    await reader.begin()
    for _ in 0..<6 { for model in models { _ = try store.publish(model, instrument: instrument, keepVersions: 2) } }
    let outcome = await reader.end()
    #expect(outcome.error == nil)
    #expect(outcome.reads > 1)
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 5).versions.count == 2)
    #expect(try names("\(home)/versions").count == 2, "nothing half removed is left")
  }

  @Test func `As many versions stay as are wanted, the current one and the way back among them`() throws {
    for number in 1...4 { try publish(number, keep: 3) }
    let entry = try store.entry(symbol: "BTCUSDT", horizonSeconds: 5)
    #expect(entry.versions.count == 3)
    #expect(try rollback().version == entry.versions[1])
    #expect(try rollback().version == entry.versions[0])
    let end = try fault { _ = try rollback() }
    #expect(end.kind.exitCode == 66)
    // An old one is current: it stays, whatever comes.
    let next = try publish(5, keep: 2)
    #expect(next.versions.contains(entry.versions[0]) && next.versions.count == 2)
    #expect(try rollback().version == entry.versions[0])
    // What a killed publisher had begun to remove goes with the next one.
    try FileManager.default.createDirectory(atPath: "\(home)/versions/old.tmp-pruned/lib", withIntermediateDirectories: true)
    #expect(try publish(6, keep: 1).versions.count == 2)
    #expect(try names("\(home)/versions").count == 2)
    #expect(try names(folder.path("runtime/store")).count >= 6, "the artefact store keeps the bytes")
  }

  @Test func `A rollback leaves a broken version and refuses a broken target`() throws {
    let first = try publish(1)
    try publish(2)
    try Data("{".utf8).write(to: URL(fileURLWithPath: "\(current)/manifest.json"))
    #expect(try fault { _ = try store.list() }.description.hasPrefix("manifest_invalid:"))
    #expect(try store.places().count == 1)
    #expect(try rollback().version == first.version)
    let third = try publish(3)
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(home)/versions/\(first.version)/signal_xgb_BTCUSDT_h5.json"))
    #expect(try fault { _ = try rollback() }.code == .shaMismatch)
    #expect(try store.entry(symbol: "BTCUSDT", horizonSeconds: 5).version == third.version)
  }

  @Test func `A refused publish leaves what was current`() throws {
    let good = try publish(1)
    let path = try ModelSamples.artefact(in: folder, "artifacts/2", model: "two")
    var broken = try ModelSamples.resolved(path)
    broken.manifest.parameters = ["fault": "nan"]
    #expect(try fault { _ = try store.publish(broken, instrument: instrument) }.description.hasPrefix("prediction_invalid:p_up"))
    #expect(
      try fault { _ = try store.publish(broken, instrument: Samples.perpetual(symbol: "ETHUSDT")) }.code == .symbolOrHorizonMismatch)
    let wanting = ModelStore.Signing(trust: TrustPolicy(requiresSignature: true))
    #expect(try fault { _ = try publish(3, signing: wanting) }.code == .signatureInvalid("missing"))
    let entry = try store.entry(symbol: "BTCUSDT", horizonSeconds: 5)
    #expect(entry.version == good.version && entry.versions == [good.version])
    #expect(!FileManager.default.fileExists(atPath: folder.path("runtime/models/ETHUSDT")))
  }

  @Test func `A signed model runs where its key is trusted; an author's signature is published as it is`() throws {
    let key = try Ed25519.makeKey()
    let trust = TrustPolicy(trustedKeys: [Hexadecimal.text(key.publicKey)], requiresSignature: true)
    let entry = try publish(1, signing: .init(pem: key.pem, trust: trust))
    #expect(entry.manifest.signature?.publicKey == Hexadecimal.text(key.publicKey))
    let resolver = ModelResolver(.runtime(folder: store.folder), adapters: ModelSamples.adapters, trust: trust)
    #expect(throws: Never.self) { _ = try resolver.resolve(instrument, horizonSeconds: 5) }
    // The author's artefact, from here to another host.
    let other = ModelStore(runtimePath: folder.path("other"), hostVersion: "other")
    let copy = try other.publish(try ModelSamples.resolved(current), instrument: instrument, signing: .init(trust: trust))
    #expect(copy.manifest == entry.manifest)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(current)/manifest.json"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(copy.folder)/manifest.json")) == bytes)
    try publish(2)
    #expect(try fault { _ = try resolver.resolve(instrument, horizonSeconds: 5) }.code == .signatureInvalid("missing"))
  }

  @Test func `A current that leads elsewhere is refused, told of, and replaced by the next publish`() throws {
    try publish(1)
    for target in ["/etc", "versions/..", "../../..", "versions/a/b"] {
      try FileManager.default.removeItem(atPath: current)
      try FileManager.default.createSymbolicLink(atPath: current, withDestinationPath: target)
      #expect(try fault { _ = try store.entry(symbol: "BTCUSDT", horizonSeconds: 5) }.code == .manifestInvalid("current"))
      #expect(try store.places().count == 1)
    }
    #expect(throws: Never.self) { try publish(2) }
  }

  @Test func `One symbol's folder holds one market's models`() throws {
    let path = try ModelSamples.artefact(in: folder)
    var model = try ModelSamples.resolved(path)
    model.manifest.market = .usdm
    _ = try store.publish(model, instrument: instrument)
    model.manifest.horizonSeconds = 30
    model.manifest.market = .spot
    #expect(try fault { _ = try store.publish(model, instrument: Samples.spot()) }.code == .symbolOrHorizonMismatch)
  }

  @Test func `Nothing published is manifest_missing, and looking makes no folders`() throws {
    for body in [{ _ = try store.entry(symbol: "BTCUSDT", horizonSeconds: 5) }, { _ = try rollback() }] as [() throws -> Void] {
      let error = try fault(body)
      #expect(error.code == .manifestMissing && error.kind.exitCode == 66)
    }
    #expect(try store.list().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("runtime")))
  }
}
