import Foundation
import Glibc
import Secrets
import Testing

@Suite struct PassphraseSourceTests {
  /// A descriptor with these bytes and then the end.
  private func descriptor(_ bytes: [UInt8]) throws -> Int32 {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    #expect(Glibc.write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    return ends[0]
  }

  private func read(_ bytes: [UInt8], environment: SecretEnvironment = SecretEnvironment()) throws -> Secret? {
    let end = try descriptor(bytes)
    defer { close(end) }
    return try PassphraseSource(descriptor: end, environment: environment, mayAsk: false).read(for: "a test")
  }

  @Test func `A descriptor gives one line, before the variable`() throws {
    let environment = SecretEnvironment([PassphraseSource.variable: Secret("from the variable")])
    #expect(try read(Array("from the pipe\nrest\n".utf8), environment: environment) == Secret("from the pipe"))
    #expect(try read(Array(" no end of line ".utf8)) == Secret(" no end of line "))
    #expect(try read([UInt8](repeating: 0x61, count: 1024)) == Secret(String(repeating: "a", count: 1024)))
    #expect(try PassphraseSource(environment: environment, mayAsk: false).read(for: "x") == Secret("from the variable"))
    #expect(try PassphraseSource(environment: SecretEnvironment(), mayAsk: false).read(for: "x") == nil)
  }

  @Test func `Two come by one descriptor, line by line, and a child would not inherit it`() throws {
    let end = try descriptor(Array("one\ntwo\n".utf8))
    defer { close(end) }
    let source = PassphraseSource(descriptor: end, environment: SecretEnvironment())
    #expect(try source.read(for: "x") == Secret("one"))
    #expect(try source.read(for: "x") == Secret("two"))
    #expect(fcntl(end, F_GETFD) & FD_CLOEXEC != 0)
    #expect(throws: SecretsError.self) { try source.read(for: "x") }
  }

  @Test(arguments: [
    ([], "is empty"), (Array("\nx".utf8), "is empty"), (Array("a\r\n".utf8), "line break"), ([0x61, 0x00, 0x0A], "line break"),
    ([UInt8](repeating: 0x61, count: 1025), "more than 1024"), ([UInt8](repeating: 0x61, count: 5000), "more than 1024"),
  ])
  func `What is no passphrase is refused by name`(bytes: [UInt8], words: String) throws {
    let error = #expect(throws: SecretsError.self) { try read(bytes) }
    #expect(error?.code == .passphraseInvalid && error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.kind.exitCode == 77 && error?.description.contains("--passphrase-fd") == true)
  }

  @Test func `A descriptor that is none, and an empty variable, are said`() {
    let error = #expect(throws: SecretsError.self) { try PassphraseSource(descriptor: 987, environment: SecretEnvironment()).read(for: "x") }
    #expect(error?.description.contains("--passphrase-fd 987: cannot be read") == true)
    let empty = PassphraseSource(environment: SecretEnvironment([PassphraseSource.variable: Secret("")]), mayAsk: false)
    #expect(empty.isGiven)
    let refused = #expect(throws: SecretsError.self) { try empty.read(for: "x") }
    #expect(refused?.description == "SCALPER_SECRETS_PASSPHRASE: the passphrase is empty")
  }
}
