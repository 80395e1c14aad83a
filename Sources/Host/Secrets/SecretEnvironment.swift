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

  /// Puts one in, for `withEntries`.
  public mutating func set(_ name: String, _ value: Secret) { values[name] = value }

  /// Lends `NAME=value` entries for the environment of a child of this program, which takes them out again: in secure memory, for
  /// the call.
  public func withEntries<Result, Failure: Error>(_ body: ([UnsafeMutablePointer<CChar>]) throws(Failure) -> Result) throws(Failure) -> Result {
    let entries = names.compactMap { name -> SecureBytes? in
      guard let value = values[name] else { return nil }
      return value.withBytes { bytes in
        SecureBytes(capacity: name.utf8.count + bytes.count + 2) { space in
          space.copyBytes(from: Array(name.utf8) + [UInt8(ascii: "=")])
          UnsafeMutableRawBufferPointer(rebasing: space[(name.utf8.count + 1)...]).copyMemory(from: bytes)
          return space.count
        }
      }
    }
    // Unsafe: the memory lives as long as `entries`, is zeroed beyond what was written, and exec only reads it.
    let pointers = entries.map { entry in
      entry.withBytes { UnsafeMutablePointer(mutating: $0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }
    return try withExtendedLifetime(entries) { () throws(Failure) in try body(pointers) }
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
