/// Which of the two places counts where both have a name; `secrets.precedence`.
public enum SecretPrecedence: String, Sendable, CaseIterable {
  /// The container, then the environment.
  case container
  /// The environment, then the container.
  case environment
}

/// Where a secret came from.
public enum SecretOrigin: Sendable, Equatable, CustomStringConvertible {
  case environment
  /// With its path.
  case container(String)

  public var description: String {
    switch self {
    case .environment: "environment"
    case .container(let path): path
    }
  }
}

/// The secrets of one run, each with its origin. All that are required are there.
public struct RunSecrets: Sendable {
  private let found: [SecretName: (secret: Secret, origin: SecretOrigin)]
  /// What the user should know, one line each.
  public let warnings: [String]

  init(found: [SecretName: (secret: Secret, origin: SecretOrigin)], warnings: [String]) {
    self.found = found
    self.warnings = warnings
  }

  /// Of a run that uses none.
  public static let none = RunSecrets(found: [:], warnings: [])

  public subscript(name: SecretName) -> Secret? { found[name]?.secret }
  public func origin(of name: SecretName) -> SecretOrigin? { found[name]?.origin }
  /// In the order of the table of names.
  public var names: [SecretName] { SecretName.allCases.filter { found[$0] != nil } }
}
