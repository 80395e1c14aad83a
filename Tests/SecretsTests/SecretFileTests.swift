import Foundation
import Glibc
import Secrets
import Synchronization
import TestKit
import Testing

@Suite struct SecretFileTests {
  @Test func `It is written for its owner alone, in one step, and read back`() throws {
    let folder = try TemporaryFolder()
    let contents = try SecretContents(["A": "1"])
    try SecretFile.write(contents, to: folder.path("secrets.enc"), passphrase: Secret("p"), scrypt: .cheap)
    #expect(folder.names == ["secrets.enc"] && folder.mode("secrets.enc") == 0o600)
    let first = folder.bytes("secrets.enc")
    try SecretFile.write(contents, to: folder.path("secrets.enc"), passphrase: Secret("p"), scrypt: .cheap)
    #expect(folder.bytes("secrets.enc") != first && folder.names == ["secrets.enc"])
    #expect(try SecretFile.read(folder.path("secrets.enc")).open(Secret("p")).contents == contents)
  }

  @Test func `Of several that rewrite the same container at once one does it, and its passphrase opens it`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("secrets.enc")
    let contents = try SecretContents(["A": "1"])
    try SecretFile.write(contents, to: path, passphrase: Secret("p"), scrypt: .cheap)
    let file = try SecretFile.read(path)
    let outcomes = Mutex<[(passphrase: String, error: SecretsError?)]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { index in
      var refusal: SecretsError?
      do throws(SecretsError) { try file.rewrite(contents, passphrase: Secret("p\(index)"), scrypt: .cheap) } catch { refusal = error }
      outcomes.withLock { [refusal] in $0.append(("p\(index)", refusal)) }
    }
    let all = outcomes.withLock { $0 }
    let done = all.filter { $0.error == nil }
    #expect(all.count == 4 && done.count == 1, "\(all)")
    for refused in all where refused.error != nil {
      #expect(refused.error?.code == .containerNotWritten && refused.error?.description.contains("rewrote it meanwhile") == true, "\(refused)")
    }
    let winner = try #require(done.first)
    #expect(try SecretFile.read(path).open(Secret(winner.passphrase)).contents == contents)
    #expect(folder.names == ["secrets.enc"] && folder.mode("secrets.enc") == 0o600)
  }

  @Test func `A container that may only be read by its owner is rewritten too`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put(try SecretContainerTests.sample(), at: "secrets.enc", mode: 0o400)
    try SecretFile.read(path).rewrite(try SecretContents(["A": "2"]), passphrase: Secret("q"), scrypt: .cheap)
    #expect(try SecretFile.read(path).open(Secret("q")).contents.texts == ["A": "2"])
  }

  @Test func `A file that others may write is refused, one that they may read is warned of`() throws {
    let folder = try TemporaryFolder()
    let bytes = try SecretContainerTests.sample()
    for mode in [0o600, 0o400, 0o700] { #expect(try SecretFile.read(folder.put(bytes, at: "f", mode: mode)).warnings.isEmpty) }
    for mode in [0o640, 0o604, 0o644, 0o440] {
      let path = try folder.put(bytes, at: "r\(mode)", mode: mode)
      let warnings = try SecretFile.read(path).warnings
      #expect(
        warnings.count == 1 && warnings[0].contains("\(path): others may read it (mode \(String(mode, radix: 8)))")
          && warnings[0].contains("chmod 600"))
    }
    for mode in [0o620, 0o602, 0o666, 0o660] {
      let path = try folder.put(bytes, at: "w\(mode)", mode: mode)
      let error = #expect(throws: SecretsError.self) { try SecretFile.read(path) }
      #expect(error?.code == .containerExposed && error?.kind.exitCode == 77 && error?.description.contains("chmod 600 \(path)") == true)
    }
  }

  @Test func `What is no file of the right size is refused, and a pipe holds nobody`() throws {
    let folder = try TemporaryFolder()
    func code(_ path: String) -> SecretsError.Code? {
      do { _ = try SecretFile.read(path) } catch { return error.code }
      return nil
    }
    #expect(code(folder.path("nothing")) == .containerMissing)
    #expect(code(folder.path("nothing/below")) == .containerMissing)
    #expect(code(folder.url.path) == .containerUnreadable)
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(code(folder.path("pipe")) == .containerUnreadable)
    #expect(code(try folder.put([], at: "empty")) == .container(.empty))
    #expect(code(try folder.put(Array("text".utf8), at: "text")) == .container(.truncated))
    #expect(code(try folder.put(Array("a text of more than sixteen bytes".utf8), at: "long")) == .container(.notAContainer))
    #expect(code(try folder.put([UInt8](repeating: 0, count: SecretContainer.maximumByteCount + 1), at: "huge")) == .container(.tooLarge))
    // A link to a file is that file: mounted secrets are links.
    _ = try folder.put(try SecretContainerTests.sample(), at: "real")
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "real")
    #expect(try SecretFile.read(folder.path("link")).open(Secret("p")).contents.count == 2)
    // And written through, so that both still name one container.
    try SecretFile.write(SecretContents(["A": "1"]), to: folder.path("link"), passphrase: Secret("p"), scrypt: .cheap)
    #expect(try SecretFile.read(folder.path("real")).open(Secret("p")).contents.texts == ["A": "1"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "real")
  }

  @Test func `A folder that is not there gets no container, and nothing is left`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: SecretsError.self) {
      try SecretFile.write(SecretContents(), to: folder.path("none/secrets.enc"), passphrase: Secret("p"), scrypt: .cheap)
    }
    #expect(error?.code == .containerNotWritten && error?.kind.exitCode == 69)
    #expect(folder.names.isEmpty)
  }
}
