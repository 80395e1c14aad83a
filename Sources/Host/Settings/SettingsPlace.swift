import Glibc

/// Which settings file holds, and the folder that relative paths in it are relative to.
public struct SettingsPlace: Sendable, Equatable {
  /// Nil = the built-in defaults.
  public var file: String?
  /// Empty = the working directory.
  public var root: String

  /// - Parameters:
  ///   - path: of `--config`; relative to the working directory, as the shell's user means it.
  ///   - environment: QE_ROOT, QE_CONFIG_PATH (relative to QE_ROOT), QE_CONFIG_DIR.
  public static func find(path: String?, environment: [String: String]) -> SettingsPlace {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let explicit = value("QE_ROOT")
    let here = currentFolder()
    func under(_ folder: String?, _ path: String) -> String { path.hasPrefix("/") || folder == nil ? path : "\(folder!)/\(path)" }
    var file = path ?? value("QE_CONFIG_PATH").map { under(explicit, $0) }
    if file == nil, let folder = value("QE_CONFIG_DIR") {
      let candidate = "\(under(explicit, folder))/\(standardName)"
      if SettingsFile.exists(candidate) { file = candidate }
    }
    if let file { return SettingsPlace(file: file, root: shortened(explicit ?? root(of: file, here), here)) }
    guard let found = explicit ?? ancestor(of: here) else { return SettingsPlace(file: nil, root: "") }
    let root = shortened(found, here)
    let candidate = root.isEmpty ? "config/\(standardName)" : "\(root)/config/\(standardName)"
    return SettingsPlace(file: SettingsFile.exists(candidate) ? candidate : nil, root: root)
  }

  static let standardName = "settings.yaml"

  /// Of `R/config/x.yaml` it is R, of any other file its own folder.
  private static func root(of file: String, _ here: String) -> String {
    let absolute = file.hasPrefix("/") ? file : "\(here)/\(file)"
    let folder = canonical(String(absolute[..<(absolute.lastIndex(of: "/") ?? absolute.startIndex)]))
    return folder.hasSuffix("/config") ? String(folder.dropLast("/config".count)) : folder
  }

  /// The nearest folder from here up that has config/settings.yaml.
  private static func ancestor(of here: String) -> String? {
    var folder = here
    while true {
      if SettingsFile.exists("\(folder)/config/\(standardName)") { return folder.isEmpty ? "/" : folder }
      guard let slash = folder.lastIndex(of: "/") else { return nil }
      folder = String(folder[..<slash])
    }
  }

  /// Messages name paths as the user would where both are the same folder.
  private static func shortened(_ root: String, _ here: String) -> String { canonical(root) == here ? "" : root }

  private static func canonical(_ path: String) -> String {
    // Unsafe: realpath's own memory, copied and freed here.
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func currentFolder() -> String { canonical(".") }
}
