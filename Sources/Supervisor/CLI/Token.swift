import Cryptography
import Glibc
import Kernel
import Logging
import Market
import Settings
import SupervisorAgent

enum Token {
  private static let variable = "SUPERVISOR_API_TOKEN"

  /// `api_auth_token`, then the secret of the environment, then the file, which is made where it is not there.
  ///
  /// - Returns: empty where the settings say that there is none.
  static func find(_ settings: CompanionValues, _ place: ConfigurationPlace, _ log: Logger) throws -> SecureBytes {
    if let own = settings.text("api_auth_token") { return own.withContiguousBytes { SecureBytes(copying: $0) } }
    if let value = getenv(variable), strlen(value) > 0 {
      // Unsafe: the environment's own bytes, read once and then written over.
      let bytes = UnsafeMutableRawBufferPointer(start: value, count: strlen(value))
      let token = SecureBytes(copying: UnsafeRawBufferPointer(bytes))
      bytes.initializeMemory(as: UInt8.self, repeating: 0x78)
      try check(token, variable)
      return token
    }
    let path = place.resolved(settings.text("api_token_file") ?? "")
    if !Files.isPresent(path) {
      let word = try RandomBytes.make(32).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      if let slash = path.lastIndex(of: "/") { try Files.createFolders(String(path[..<slash])) }
      try Files.writeAtomically(Array((word + "\n").utf8), to: path, mode: 0o600)
      log.notice("a token was made: \(path); hosts of this machine take it by supervisor.api_token_file")
    }
    var (bytes, mode) = try Files.readWithMode(path, limit: 4096)
    guard mode & 0o077 == 0 else { throw AgentError(.configuration, "api_token_file: \(path) can be read by others; chmod 600 it") }
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    let token = SecureBytes(taking: &bytes)
    try check(token, "api_token_file: \(path)")
    return token
  }

  private static func check(_ token: SecureBytes, _ name: String) throws {
    guard token.withBytes({ $0.count >= 16 && $0.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) else {
      throw AgentError(.configuration, "\(name) holds no token: one line of 16 or more characters; remove it and a new one is made")
    }
  }
}

extension String {
  fileprivate func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var copy = self
    return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }
}
