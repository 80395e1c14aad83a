import Cryptography
import Kernel

/// Which build of the host runs, on what: results may depend on it.
public struct HostIdentity: Sendable {
  public var version: String
  /// SHA-256 of the executable.
  public var digest: String
  public var libc: String
  public var cpuFeatures: [String]

  public init(version: String, digest: String, libc: String, cpuFeatures: [String]) {
    self.version = version
    self.digest = digest
    self.libc = libc
    self.cpuFeatures = cpuFeatures
  }
}

extension HostIdentity {
  /// Of this process.
  ///
  /// - Parameter version: of the host.
  public static func current(version: String) -> HostIdentity {
    let executable = (try? Files.read("/proc/self/exe", limit: 1 << 30)).map { SHA256Hasher.digest(of: $0).hex }
    return HostIdentity(
      version: version, digest: executable ?? "unknown", libc: CLibrary.version, cpuFeatures: features())
  }

  /// Of those that arithmetic may depend on, what the first CPU has.
  private static func features() -> [String] {
    let interesting: Set<Substring> = ["sse4_2", "avx", "avx2", "avx512f", "fma", "asimd", "sve"]
    guard let bytes = try? Files.readUnsized("/proc/cpuinfo", limit: 1 << 20) else { return [] }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    return (line ?? "").split(whereSeparator: { $0 == " " || $0 == "\t" }).filter { interesting.contains($0) }.map(String.init).sorted()
  }
}
