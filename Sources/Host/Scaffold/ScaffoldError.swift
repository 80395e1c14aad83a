import Market

/// Why no plugin package was made. Nothing is left behind.
public enum ScaffoldError: Fault, Equatable {
  /// Not [A-Za-z][A-Za-z0-9_]* of at most 64.
  case invalidName(String)
  /// A word of Swift, or a type or module of the kit.
  case reservedName(String)
  /// There is something in the way.
  case notEmpty(path: String)
  /// A system call failed.
  case io(operation: String, path: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .invalidName, .reservedName, .notEmpty: .usage
    case .io: .failed
    }
  }

  public var description: String {
    switch self {
    case .invalidName(let name): "plugin name '\(name)' is not a letter followed by letters, digits or _ (at most 64); choose another"
    case .reservedName(let name): "plugin name '\(name)' is a word of Swift or of PluginKit; choose another"
    case .notEmpty(let path): "\(path): is there already and is not an empty folder; choose another --path or remove it"
    case .io(let operation, let path, let reason): "\(path): cannot \(operation): \(reason); check the folder's owner and free space"
    }
  }
}
