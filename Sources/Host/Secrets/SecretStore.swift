import Kernel

/// Finds the secrets of a run in the container and in the environment.
public enum SecretStore {
  /// The container is opened when the run uses a secret that it may hold, and at no other time: a run without secrets asks
  /// nobody for a passphrase, whatever lies in `config`.
  ///
  /// - Parameters:
  ///   - containerPath: of a file that need not exist.
  ///   - environment: what was taken at the start.
  /// - Throws: when a required one is nowhere (one line with the names and both ways to give them), and when a container that a
  ///   required one may come from cannot be opened.
  public static func resolve(
    _ needs: SecretNeeds, containerPath: String, passphrase: PassphraseSource, environment: SecretEnvironment,
    precedence: SecretPrecedence = .container
  ) throws(SecretsError) -> RunSecrets {
    let wanted = needs.required + needs.optional
    guard !wanted.isEmpty else { return .none }
    var warnings: [String] = []
    var given: [SecretName: Secret] = [:]
    for name in needs.required { given[name] = try environment.secret(name.rawValue) }
    for name in needs.optional {
      do { given[name] = try environment.secret(name.rawValue) } catch { warnings.append("\(error); going on without it") }
    }
    let lacking = needs.required.filter { given[$0] == nil }
    let isSought = precedence == .container || wanted.contains { given[$0] == nil }
    var contents: SecretContents?
    if isSought, Files.isPresent(containerPath) {
      // Whether it may hold what the run cannot do without.
      let isNeeded = precedence == .container ? !needs.required.isEmpty : !lacking.isEmpty
      do {
        contents = try open(containerPath, passphrase, isNeeded, &warnings)
      } catch {
        guard !isNeeded else { throw error }
        warnings.append("\(error); going on without what it holds")
      }
      if contents == nil, !lacking.isEmpty {
        throw SecretsError(
          .missing(lacking),
          "secrets are missing: \(needs.words(for: lacking)); \(containerPath) is there, but without a passphrase: \(passphrase.advice); or set them as "
            + "environment variables")
      }
      if contents == nil, isNeeded {
        warnings.append("\(containerPath) was not opened, there is no passphrase: this run's secrets are those of the environment")
      }
    }
    var found: [SecretName: (secret: Secret, origin: SecretOrigin)] = [:]
    for name in wanted {
      let inside = contents?[name].map { (secret: $0, origin: SecretOrigin.container(containerPath)) }
      let outside = given[name].map { (secret: $0, origin: SecretOrigin.environment) }
      found[name] = precedence == .container ? inside ?? outside : outside ?? inside
    }
    let missing = needs.required.filter { found[$0] == nil }
    guard missing.isEmpty else {
      throw SecretsError(
        .missing(missing),
        "secrets are missing: \(needs.words(for: missing)); \(contents == nil ? "" : "\(containerPath) does not hold them; ")"
          + "set them as environment variables, or put them into \(containerPath) with: "
          + "\(needs.setupCommand(containerPath: containerPath, isThere: contents != nil)); and start with \(PassphraseSource.variable) set")
    }
    return RunSecrets(found: found, warnings: warnings)
  }

  /// Nil when there is no passphrase, and nobody who could be asked or nothing worth asking for.
  private static func open(
    _ path: String, _ source: PassphraseSource, _ isNeeded: Bool, _ warnings: inout [String]
  ) throws(SecretsError) -> SecretContents? {
    guard source.isGiven || (isNeeded && source.canAsk) else { return nil }
    // Before anybody is asked: no passphrase opens a file that is damaged.
    let file = try SecretFile.read(path)
    warnings += file.warnings
    guard let passphrase = try source.read(for: path) else { return nil }
    return try file.open(passphrase).contents
  }
}
