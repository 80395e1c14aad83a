import Glibc
import Kernel
import Market
import Settings

/// Where its files are, and what relative paths are relative to.
struct ConfigurationPlace {
  /// Nil = the built-in defaults.
  var supervisor: String?
  var risk: String?
  /// Empty = the working folder.
  var root: String

  /// - Parameter path: of `--config`.
  static func find(_ path: String?) throws -> ConfigurationPlace {
    let root = getenv("QE_ROOT").map { String(cString: $0) } ?? ""
    if let path {
      guard Files.isPresent(path) else { throw AgentFault(.missingInput, "--config \(path) is not there") }
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      let above = folder == "config" ? "" : folder.hasSuffix("/config") ? String(folder.dropLast("/config".count)) : folder
      return ConfigurationPlace(supervisor: path, risk: present("\(folder)/risk.yaml"), root: root.isEmpty ? above : root)
    }
    let folder = root.isEmpty ? "config" : "\(root)/config"
    return ConfigurationPlace(supervisor: present("\(folder)/supervisor.yaml"), risk: present("\(folder)/risk.yaml"), root: root)
  }

  func resolved(_ path: String) -> String { path.hasPrefix("/") || root.isEmpty ? path : "\(root)/\(path)" }

  private static func present(_ path: String) -> String? { Files.isPresent(path) ? path : nil }
}

/// Why the program does not start.
struct AgentFault: Fault {
  let kind: FaultKind
  let description: String
  init(_ kind: FaultKind, _ description: String) { (self.kind, self.description) = (kind, description) }
}
