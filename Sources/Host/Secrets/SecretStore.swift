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
    var given: [SecretName: Secret] = [:]
    for name in wanted { given[name] = try environment.secret(name.rawValue) }
    var warnings: [String] = []
    var contents: SecretContents?
    let isSought = precedence == .container || wanted.contains { given[$0] == nil }
    let isPresent = Files.isPresent(containerPath)
    if isSought, isPresent {
      do {
        contents = try open(containerPath, needs, given, passphrase, precedence, &warnings)
      } catch {
        // What a run can do without does not stop it.
        guard needs.required.isEmpty else { throw error }
        warnings.append("\(error); going on without \(needs.words(for: wanted))")
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
          + "set them as environment variables, or put them into \(containerPath) with 'quantumedge secrets init\(contents == nil ? "" : " --force")'"
          + " and start with \(PassphraseSource.variable) set")
    }
    return RunSecrets(found: found, warnings: warnings)
  }

  /// Nil when there is no passphrase and the run can go on without the container.
  private static func open(
    _ path: String, _ needs: SecretNeeds, _ given: [SecretName: Secret], _ source: PassphraseSource, _ precedence: SecretPrecedence,
    _ warnings: inout [String]
  ) throws(SecretsError) -> SecretContents? {
    let lacking = needs.required.filter { given[$0] == nil }
    let isNeeded = precedence == .container ? !needs.required.isEmpty : !lacking.isEmpty
    guard source.isGiven || (isNeeded && source.canAsk) else {
      guard lacking.isEmpty else {
        throw SecretsError(
          .missing(lacking),
          "secrets are missing: \(needs.words(for: lacking)); \(path) is there, but without a passphrase: \(source.advice); or set them as environment "
            + "variables; 'quantumedge secrets init' makes a new container")
      }
      if isNeeded { warnings.append("\(path) was not opened, there is no passphrase: this run's secrets are those of the environment") }
      return nil
    }
    // Before anybody is asked: no passphrase opens a file that is damaged.
    let file = try SecretFile.read(path)
    warnings += file.warnings
    guard let passphrase = try source.read(for: path) else { return nil }
    return try file.open(passphrase).contents
  }
}
