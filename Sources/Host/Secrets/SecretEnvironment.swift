import Cryptography
import Kernel

/// The secrets that came by environment variables, taken out of the environment.
///
/// Their bytes are overwritten where exec put them, so /proc/PID/environ has them no longer, and no child inherits them. What
/// the parent's shell holds is not ours to clean.
public struct SecretEnvironment: Sendable {
  /// What is taken beside the names that are used: the passphrases, and names of the reference system that a container may hold.
  public static let otherNames = [
    PassphraseSource.variable, PassphraseSource.newVariable, "BINGX_API_KEY", "BINGX_API_SECRET", "BINGX_DEMO_API_KEY", "BINGX_DEMO_API_SECRET",
  ]

  private var values: [String: Secret]

  /// Of values that are not in the process's environment.
  public init(_ values: [String: Secret] = [:]) { self.values = values }

  /// Takes all known names out of the process's environment. For the first lines of `main`, while there is one thread.
  public static func take() -> SecretEnvironment {
    var environment = SecretEnvironment()
    environment.take(SecretName.allCases.map(\.rawValue) + otherNames)
    return environment
  }

  /// Takes more names; for a process with one thread.
  public mutating func take(_ names: [String]) {
    for name in names {
      ProcessEnvironment.take(name) { bytes in
        // The first of several entries counts, as for getenv.
        if values[name] == nil { values[name] = Secret(copying: UnsafeRawBufferPointer(bytes)) }
        SecureMemory.cleanse(bytes)
      }
    }
  }

  /// Sorted.
  public var names: [String] { values.keys.sorted() }
  public subscript(name: String) -> Secret? { values[name] }

  /// A value to use as a secret; nil when there is none or an empty one, which stands for none.
  ///
  /// - Throws: when it is one that no secret may have.
  public func secret(_ name: String) throws(SecretsError) -> Secret? {
    guard let value = values[name], !value.isEmpty else { return nil }
    if let fault = value.fault { throw SecretsError(.valueInvalid, "the environment variable \(name) \(fault); set it anew") }
    return value
  }
}
