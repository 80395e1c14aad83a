import Glibc

/// Which settings file holds, and the folder that relative paths in it are relative to.
public struct SettingsPlace: Sendable, Equatable {
  /// Nil = the built-in defaults.
  public var file: String?
  /// Empty = the working directory.
  public var root: String
  /// It was found above the working directory: whoever may write there could have the host run by his settings, so that each of its files
  /// must be this user's or root's alone.
  public var isFromAbove = false

  /// - Parameters:
  ///   - path: of `--config`; relative to the working directory, as the shell's user means it.
  ///   - environment: QE_ROOT, QE_CONFIG_PATH (relative to QE_ROOT), QE_CONFIG_DIR.
  /// - Throws: a variable that names what is not there; a file that was found above the working directory and that others could have put
  ///   there.
  public static func find(path: String?, environment: [String: String]) throws(SettingsError) -> SettingsPlace {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let explicit = value("QE_ROOT")
    let here = currentFolder()
    func under(_ folder: String?, _ path: String) -> String { path.hasPrefix("/") || folder == nil ? path : "\(folder!)/\(path)" }
    if let explicit, !isFolder(explicit) { throw missing("QE_ROOT", explicit, "is no folder") }
    var file = path ?? value("QE_CONFIG_PATH").map { under(explicit, $0) }
    if file == nil, let folder = value("QE_CONFIG_DIR") {
      let candidate = "\(under(explicit, folder))/\(standardName)"
      guard SettingsFile.exists(candidate) else { throw missing("QE_CONFIG_DIR", candidate, "is not there") }
      file = candidate
    }
    if path == nil, value("QE_CONFIG_PATH") != nil, let file, !SettingsFile.exists(file) { throw missing("QE_CONFIG_PATH", file, "is not there") }
    if let file { return SettingsPlace(file: file, root: shortened(explicit ?? root(of: file, here), here)) }
    let above = explicit == nil ? ancestor(of: here) : nil
    let isFromAbove = above != nil && above != here
    if let above, isFromAbove {
      for path in [above, "\(above)/config", "\(above)/config/\(standardName)"] { try checkOwner(path) }
    }
    guard let found = explicit ?? above else { return SettingsPlace(file: nil, root: "") }
    let root = shortened(found, here)
    let candidate = root.isEmpty ? "config/\(standardName)" : "\(root)/config/\(standardName)"
    return SettingsPlace(file: SettingsFile.exists(candidate) ? candidate : nil, root: root, isFromAbove: isFromAbove)
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

  /// That nobody but this user and root could have made or changed a file or folder, nor the link that leads to it.
  static func checkOwner(_ path: String) throws(SettingsError) {
    var (link, target) = (stat(), stat())
    guard lstat(path, &link) == 0, stat(path, &target) == 0 else { return }
    func isForeign(_ status: stat) -> Bool { status.st_uid != geteuid() && status.st_uid != 0 }
    // In a sticky folder, as /tmp, nobody removes what is another's.
    let isSticky = target.st_mode & S_IFMT == S_IFDIR && target.st_mode & S_ISVTX != 0
    let what: String
    if isForeign(link) || isForeign(target) {
      what = "belongs to another user"
    } else if target.st_mode & S_IWOTH != 0, !isSticky {
      what = "may be written by everybody"
    } else if target.st_mode & S_IWGRP != 0, !isSticky {
      what = "may be written by its group"
    } else {
      return
    }
    throw SettingsError(
      violations: [
        "\(path): \(what), and was found above the working directory; take that away (chown, chmod go-w), or name the settings with --config"
      ])
  }

  private static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  private static func missing(_ variable: String, _ path: String, _ what: String) -> SettingsError {
    SettingsError(kind: .missingInput, violations: ["\(variable): \(path) \(what); correct the variable, or unset it"])
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
