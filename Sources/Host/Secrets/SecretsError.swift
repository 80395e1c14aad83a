import Market

/// Why there are no secrets. It names files, variables and names, never a value.
public struct SecretsError: Fault, Equatable {
  public enum Code: Sendable, Equatable {
    /// Secrets that this run needs are nowhere.
    case missing([SecretName])
    /// There is no container.
    case containerMissing
    case containerUnreadable
    /// Others may write to the container.
    case containerExposed
    case container(SecretContainer.Refusal)
    /// A container would be overwritten, or is not of the kind that the command is for.
    case containerInTheWay
    case containerNotWritten
    /// None of its sources has one.
    case passphraseMissing
    case passphraseInvalid
    /// A value that no secret may have.
    case valueInvalid
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  public var kind: FaultKind {
    switch code {
    case .containerMissing: .missingInput
    case .containerInTheWay: .badData
    case .containerNotWritten: .unavailable
    case .container(.cipherFailed): .internalError
    default: .secrets
    }
  }
}
