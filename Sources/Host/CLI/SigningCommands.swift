import ArgumentParser
import Cryptography
import Kernel
import Market
import Plugins
import Session

/// `quantumedge plugin keygen`.
struct KeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Make a key to sign plugins with: the private half into a file, the public one for plugins.trusted_keys.")

  @Option(name: .long, help: "The file to make, readable by you alone; one that is there is not touched.") var out: String
  @Flag(help: "Print one JSON object on standard output.") var json = false

  func run() throws {
    guard !Files.isPresent(out) else { throw SessionError(.badData, "\(out): it exists already; a key is not overwritten") }
    let pair: (pem: [UInt8], publicKey: [UInt8])
    do { pair = try Ed25519.makeKey() } catch { throw SessionError(.internalError, "\(error)") }
    do { try Files.writeAtomically(pair.pem, to: out, mode: 0o600) } catch { throw SessionError(.unavailable, "\(error)") }
    let text = SigningKey.text(pair.publicKey)
    if json { try Console.result(JSONValue.object([("path", .text(out)), ("public_key", .text(text))]).description) }
    Console.line("made \(out); keep it to yourself. Its public key, for plugins.trusted_keys:\n\(text)")
  }
}

/// `quantumedge plugin sign`.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a strategy's manifest: it covers the library by its digest, and everything else that stands there.")

  @Argument(help: "manifest.json; its library stands where it says.") var manifest: String
  @Option(name: .long, help: "The private key (quantumedge plugin keygen).") var key: String
  @Flag(help: "Print one JSON object on standard output.") var json = false

  func run() throws {
    let pem = try SigningKey.read(key)
    var signed = try StrategyManifest.read(manifest)
    // Nobody signs what they have not got.
    let folder = manifest.lastIndex(of: "/").map { String(manifest[..<$0]) } ?? "."
    let file = try PluginFile.read("\(folder)/\(signed.pluginPath)", expected: signed.pluginDigest)
    signed.swiftToolchain = file.swiftToolchain
    try signed.sign(withPEM: pem)
    try signed.write(to: manifest)
    let publicKey = signed.signature?.publicKey ?? ""
    if json { try Console.result(JSONValue.object([("path", .text(manifest)), ("public_key", .text(publicKey))]).description) }
    Console.line("signed \(manifest) as \(publicKey)")
  }
}

/// Private keys in files.
enum SigningKey {
  static func read(_ path: String) throws -> [UInt8] {
    let pem: [UInt8]
    do { pem = try Files.read(path, limit: 1 << 16) } catch {
      throw SessionError(error.isMissing ? .missingInput : .badData, "\(error); make one with: quantumedge plugin keygen --out FILE")
    }
    do { _ = try Ed25519.publicKey(ofPEM: pem) } catch { throw SessionError(.badData, "\(path): \(error)") }
    return pem
  }

  static func text(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }
}
