import HTTPClient
import Kernel
import Market
import Secrets
import Session
import Settings

extension Settings {
  /// Whether a Supervisor is spoken to.
  var hasSupervisor: Bool { supervisor.isEnabled || supervisor.asksBeforeOpening }

  /// The header with the Supervisor's token: `supervisor.api_token`, then the file, then the secret; without any the Supervisor is asked
  /// without one.
  ///
  /// - Throws: the file is not there, or others can read it.
  func supervisorHeaders(_ secrets: RunSecrets) throws(SessionError) -> HTTPHeaders {
    func headers(_ value: UnsafeRawBufferPointer) -> HTTPHeaders { HTTPHeaders(name: "X-API-TOKEN", value: value) }
    guard hasSupervisor else { return HTTPHeaders() }
    if !supervisor.token.isEmpty { return Array(supervisor.token.utf8).withUnsafeBytes { headers($0) } }
    guard let name = supervisor.tokenFile else { return secrets[.supervisorAPIToken]?.withBytes { headers($0) } ?? HTTPHeaders() }
    let path = resolved(name)
    var (bytes, mode): ([UInt8], UInt32)
    do throws(KernelError) { (bytes, mode) = try Files.readWithMode(path, limit: Secret.maximumByteCount) } catch {
      throw SessionError(
        .missingInput, "supervisor.api_token_file: \(error); quantumedge-supervisor makes it at its first start, so start that first")
    }
    guard mode & 0o077 == 0 else {
      throw SessionError(.configuration, "supervisor.api_token_file: \(path) can be read by others; chmod 600 it")
    }
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw SessionError(.configuration, "supervisor.api_token_file: \(path) holds no token of one line; remove it and start the Supervisor again")
    }
    let token = Secret(taking: &bytes)
    return token.withBytes { headers($0) }
  }
}
