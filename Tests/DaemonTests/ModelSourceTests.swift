import Cryptography
import Features
import Foundation
import Market
import Models
import Plugins
import Session
import Settings
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// Which models a run, and whoever looks at what a run would do, may start.
@Suite struct ModelSourceTests {
  private let folder: TemporaryFolder
  private let settings: Settings
  private let instrument: Instrument

  init() throws {
    folder = try TemporaryFolder()
    var settings = Settings()
    settings.runtimePath = folder.path("runtime")
    self.settings = settings
    instrument = try #require(settings.pairs.instrument("binance.usdm.BTCUSDT"))
  }

  /// Published for 5 s, with the fixture that answers whatever its model's bytes are.
  private func publish(runtimes: [String] = [], signedBy pem: [UInt8]? = nil) throws -> ModelStore.Entry {
    let file = try ModelFile.read(try folder.write("weights", to: "model.txt"))
    let manifest = ModelManifest(
      symbol: "BTCUSDT", horizonSeconds: 5, schema: .v1, model: .init(path: "model.txt", digest: file.digest))
    let resolved = try ResolvedModel.make(
      file, manifest: manifest, adapter: try PluginFile.read(Workplace.plugin("LogisticModel").path),
      runtimes: try runtimes.map { try PluginFile.read($0) }, adapters: ModelAdapters([:], folder: folder.url.path))
    return try ModelStore(runtimePath: settings.runtimeFolder, hostVersion: "test").publish(
      resolved, instrument: instrument, signing: .init(pem: pem))
  }

  /// What a run meets, and what `models verify` says.
  private func faults(_ settings: Settings) throws -> (run: PluginError?, verify: String?) {
    let source = ModelSource.quarantining(settings, executableFolder: folder.url.path)
    let content = source.content(instrument, horizonSeconds: 5)
    defer { content.close() }
    let rows = ModelReadiness.look(
      source.resolver, instruments: [instrument], horizonsSeconds: [5], check: source.check, nowSeconds: 0
    ).rows
    let run: PluginError? = if case .fault(let error) = content { error } else { nil }
    return (run, rows.first?.reason)
  }

  private func isStarted(_ settings: Settings) throws -> Bool {
    let (run, verify) = try faults(settings)
    return run == nil && verify == nil
  }

  @Test func `A model in quarantine is started by nobody, and its release is named`() throws {
    let entry = try publish()
    #expect(try isStarted(settings))
    let quarantine = Quarantine(folder: StateFolder.path(settings))
    try FileManager.default.createDirectory(atPath: quarantine.folder, withIntermediateDirectories: true)
    let digest = entry.manifest.model.digest.hex
    try quarantine.add(
      Quarantine.Entry(Suspect(digest: digest, name: "LogisticModel", instance: "LogisticModel@BTCUSDT/5"), reason: "it hung"))
    let (run, verify) = try faults(settings)
    #expect(run?.code == .compatMismatch("quarantine") && run?.description == verify, "\(String(describing: verify))")
    #expect(verify?.contains("it hung; release it with: quantumedge plugin quarantine release \(digest.prefix(12)) --mode mock") == true)
    var paper = settings
    paper.mode = .paper
    #expect(try isStarted(paper), "each mode has its own")
    #expect(Quarantine.objections(paper)(entry.manifest.model.digest) == nil)
  }

  /// Notes who is started, and who is at each end.
  private final class Witness: StartObserver {
    private let heard = Mutex<[String]>([])
    var words: [String] { heard.withLock { $0 } }

    func begins(_ digest: Digest, name: String, instance: String) { heard.withLock { $0.append("\(digest.hex) \(name) \(instance)") } }
    func hasEnded() { heard.withLock { $0.append("end") } }
  }

  @Test func `Whoever looks at starts is told of a model before its code runs, and that it has ended`() throws {
    let entry = try publish()
    let witness = Witness()
    var source = ModelSource.quarantining(settings, executableFolder: folder.url.path)
    source.observer = witness
    let content = source.content(instrument, horizonSeconds: 5)
    defer { content.close() }
    guard case .model(let model, _) = content else { throw CocoaError(.featureUnsupported) }
    #expect(witness.words == ["\(entry.manifest.model.digest.hex) \(model.adapterName) \(model.id)", "end"])
    // As the watchdog names it while the model is asked.
    let place = ModelPlace(instrument: 0, horizonSeconds: 5, content: content)
    #expect(Suspect(place)?.text == witness.words[0])
  }

  @Test func `In live each native code that runs in the host is named: the adapter, and every library that it is lent`() throws {
    let runtime = Workplace.plugin("AllocationCounter").path
    let key = try Ed25519.makeKey()
    let entry = try publish(runtimes: [runtime], signedBy: key.pem)
    var live = settings
    #expect(try isStarted(settings))
    live.mode = .live
    live.plugins.trustedKeys = [key.publicKey.map { String(format: "%02x", $0) }.joined()]
    let adapter = try #require(entry.manifest.adapter)
    for (named, missing) in [([], adapter), ([adapter.digest.hex], entry.manifest.runtimes[0])] as [([String], ModelManifest.File)] {
      live.plugins.inProcessDigests = named
      let (run, verify) = try faults(live)
      #expect(run?.code == .compatMismatch("isolation") && run?.description == verify, "\(String(describing: verify))")
      #expect(verify?.contains("\(missing.path), \(missing.digest), is not") == true, "\(String(describing: verify))")
    }
    live.plugins.inProcessDigests = [adapter.digest.hex, entry.manifest.runtimes[0].digest.hex]
    #expect(try isStarted(live))
  }
}
