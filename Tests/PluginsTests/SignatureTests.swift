import Cryptography
import Foundation
import Market
import TestKit
import Testing

@testable import Plugins

/// Who vouches for a manifest, and that nothing in it can be another afterwards.
@Suite struct SignatureTests {
  private let folder: TemporaryFolder
  private let store: StrategyStore
  private let key: (pem: [UInt8], publicKey: [UInt8])
  private var manifest: String { folder.path("strategies/BTCUSDT/0/current/manifest.json") }

  init() throws {
    folder = try TemporaryFolder()
    store = StrategyStore(runtimePath: folder.url.path, hostVersion: "0.0.0")
    key = try Ed25519.makeKey()
  }

  @discardableResult
  private func publish(signed: Bool = true) throws -> StrategyStore.Entry {
    try store.publish(
      try PluginFile.read(Workplace.plugin("EMACrossC").path), instrument: Samples.perpetual(), horizonSeconds: 0, parameters: ["fast": "5"],
      signedBy: signed ? key.pem : nil, check: .inProcess(deliverableEvents: Libraries.deliverable))
  }

  private func resolve(_ policy: TrustPolicy, strategy: String? = nil) throws {
    _ = try StrategyResolver(runtimePath: folder.url.path, executableFolder: Workplace.buildFolder.path, trust: policy)
      .resolve(strategy: strategy, instrument: Samples.perpetual(), parameters: [:])
  }

  private var trusting: TrustPolicy { TrustPolicy(trustedKeys: [Hexadecimal.text(key.publicKey)], requiresSignature: true) }

  @Test func `A signed strategy runs where its key is trusted, and nowhere else when signatures are required`() throws {
    try publish()
    #expect(try StrategyManifest.read(manifest).signature?.publicKey == Hexadecimal.text(key.publicKey))
    #expect(throws: Never.self) { try resolve(trusting) }
    #expect(throws: Never.self) { try resolve(TrustPolicy()) }
    let stranger = TrustPolicy(trustedKeys: [String(repeating: "0", count: 64)], requiresSignature: true)
    #expect(try fault { try resolve(stranger) }.code == .signatureInvalid("not trusted"))
    for bare in ["BreakoutC", Workplace.plugin("BreakoutC").path] {
      #expect(try fault { try resolve(trusting, strategy: bare) }.code == .signatureInvalid("missing"))
    }
    try publish(signed: false)
    #expect(try fault { try resolve(trusting) }.code == .signatureInvalid("missing"))
    #expect(throws: Never.self) { try resolve(TrustPolicy()) }
  }

  @Test func `No byte of a signed manifest can be changed, added or moved`() throws {
    try publish()
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: manifest)))
    var chance = Chance.seeded("signed manifest")
    var refused = 0
    for _ in 0..<600 {
      var bytes = whole
      let place = Int(chance.next() % UInt64(bytes.count))
      switch chance.next() % 3 {
      case 0: bytes[place] ^= 1 << UInt8(chance.next() % 7)
      case 1: bytes.insert(UInt8(ascii: " "), at: place)
      default: bytes.remove(at: place)
      }
      if bytes == whole { continue }
      try Data(bytes).write(to: URL(fileURLWithPath: manifest))
      do { _ = try StrategyManifest.read(manifest) } catch { refused += 1 }
      let survivor = try? StrategyManifest.read(manifest)
      // Whatever is still read has lost its signature's member altogether, or is refused.
      #expect(survivor?.signature == nil, "at \(place)")
    }
    #expect(refused > 500)
    for member in [#""extra" : 1,"#, #""isolation" : "in_process","#, #""shadow" : true,"#] {
      let text = String(decoding: whole, as: UTF8.self).replacingOccurrences(of: "{\n  \"abi\"", with: "{\n  \(member)\n  \"abi\"")
      #expect(text.utf8.count > whole.count)
      try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
      #expect(try fault { _ = try StrategyManifest.read(manifest) }.description.hasPrefix("signature_invalid"))
    }
  }

  @Test func `An author's signed manifest is published as it is`() throws {
    try publish()
    let author = try TemporaryFolder()
    for name in ["manifest.json", "libEMACrossC.so"] {
      try FileManager.default.copyItem(atPath: folder.path("strategies/BTCUSDT/0/current/\(name)"), toPath: author.path(name))
    }
    let other = StrategyStore(runtimePath: author.path("runtime"), hostVersion: "9.9.9")
    let read = try StrategyManifest.read(author.path("manifest.json"))
    _ = try other.publish(
      try PluginFile.read(author.path("libEMACrossC.so"), expected: read.pluginDigest), manifest: read, instrument: Samples.perpetual(),
      check: .inProcess(deliverableEvents: Libraries.deliverable))
    let published = author.path("runtime/strategies/BTCUSDT/0/current/manifest.json")
    #expect(try Data(contentsOf: URL(fileURLWithPath: published)) == Data(contentsOf: URL(fileURLWithPath: author.path("manifest.json"))))
  }
}
