import Glibc
import Kernel
import Settings

/// Where its files are, and what relative paths are relative to: as for the host, so that both mean the same token by the same path.
struct ConfigurationPlace {
  /// Nil = the built-in defaults.
  var supervisor: String?
  var risk: String?
  /// Empty = the working folder.
  private let root: String

  /// - Parameter path: of `--config`; one that is not there is refused where it is read.
  static func find(_ path: String?) throws(SettingsError) -> ConfigurationPlace {
    var environment: [String: String] = [:]
    // QE_CONFIG_PATH is the host's settings file, which this program does not read.
    for name in ["QE_ROOT", "QE_CONFIG_DIR"] { environment[name] = getenv(name).map { String(cString: $0) } }
    if path == nil, let folder = environment["QE_CONFIG_DIR"], !folder.isEmpty {
      let root = environment["QE_ROOT"] ?? ""
      return place(folder.hasPrefix("/") || root.isEmpty ? folder : "\(root)/\(folder)", root: root)
    }
    let found = try SettingsPlace.find(path: path, environment: environment)
    if let path { return ConfigurationPlace(supervisor: path, risk: present("\(folder(of: path))/risk.yaml"), root: found.root) }
    return place(found.file.map(folder(of:)) ?? (found.root.isEmpty ? "config" : "\(found.root)/config"), root: found.root)
  }

  private static func place(_ folder: String, root: String) -> ConfigurationPlace {
    ConfigurationPlace(supervisor: present("\(folder)/supervisor.yaml"), risk: present("\(folder)/risk.yaml"), root: root)
  }

  func resolved(_ path: String) -> String { path.hasPrefix("/") || root.isEmpty ? path : "\(root)/\(path)" }

  private static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
  private static func present(_ path: String) -> String? { Files.isPresent(path) ? path : nil }
}
