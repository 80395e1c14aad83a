import ArgumentParser
import Cryptography
import Kernel
import Secrets
import Session

/// `quantumedge secrets init`.
struct InitSecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make the container from environment variables: the names that a mode, the LLM or the Supervisor uses.",
    discussion: "Without --mode, --llm, --supervisor and --names: what demo uses. What is missing is asked on a terminal, and named elsewhere.")

  @OptionGroup var setup: SecretsSetup

  func run() throws { try setup.run() }
}

/// `quantumedge init-secrets`, as the reference system calls it.
struct InitSecretsAliasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "init-secrets", abstract: "The old name of 'secrets init'.")

  @OptionGroup var setup: SecretsSetup

  func run() throws { try setup.run() }
}

/// What both are told, and what they do.
struct SecretsSetup: ParsableArguments {
  @OptionGroup var options: SecretFileOptions

  @Option(name: .long, help: "demo or live: the venue's keys for it.") var mode: SecretNeeds.Mode?

  @Option(name: .long, help: "binance_spot or binance_usdm.") var exchange: SecretNeeds.Exchange = .binanceUSDM

  @Flag(name: .long, help: "And what app.llm_enabled uses.") var llm = false

  @Flag(name: .long, help: "And what the Supervisor's LLM uses; its API token as well, where it is set.") var supervisor = false

  @Option(name: .long, help: ArgumentHelp("And these.", valueName: "A,B")) var names: String?

  @Flag(name: .long, help: "Rewrite a container of the old format as ours; the old one stays beside it as FILE\(SecretMigration.suffix).")
  var migrate = false

  @Flag(name: .long, help: "Add to the container that is there: its other names stay, those that are given anew are replaced.") var force = false

  func validate() throws {
    if migrate, mode != nil || llm || supervisor || names != nil || force {
      throw ValidationError("--migrate takes what the old container holds, and no other names: leave the other options away")
    }
    if required.isEmpty, !migrate { throw ValidationError("--mode \(mode?.rawValue ?? "") uses no secrets: there is nothing to write") }
    for name in otherNames where [PassphraseSource.variable, PassphraseSource.newVariable].contains(name) {
      throw ValidationError("--names \(name): it opens the container and is not put into it")
    }
    for name in otherNames where !SecretName.isValid(name.utf8) {
      throw ValidationError("--names \(name): no name of a secret: letters, digits and _, at most 64, no digit first")
    }
  }

  func run() throws {
    if migrate { return try runMigration() }
    let path = try options.path()
    var environment = HostEnvironment.secrets
    environment.take(otherNames)
    var contents = SecretContents()
    var passphrase: Secret?
    var file: SecretFile?
    let isThere = Files.isPresent(path)
    if isThere {
      guard force else {
        throw SecretsError(
          .containerInTheWay, "\(path): it exists already; --force adds to it, 'quantumedge secrets rotate' changes its passphrase")
      }
      let opened = try options.open(path, environment)
      guard opened.file.format != .fernet else {
        throw SecretsError(.containerInTheWay, "\(path): it has the old format; first: quantumedge secrets init --migrate")
      }
      contents = opened.container.contents
      passphrase = opened.passphrase
      file = opened.file
    }
    let kept = contents.count
    let source = options.source(environment)
    // Everything that is missing in one message, the passphrase included.
    var lacking: [String] = []
    for name in required where try contents[name] == nil && environment.secret(name) == nil { lacking.append(name) }
    if !source.canAsk {
      let missing = lacking + (passphrase == nil && !source.isGiven ? [PassphraseSource.variable] : [])
      guard missing.isEmpty else {
        throw SecretsError(
          .missing(missing.compactMap(SecretName.init(rawValue:))),
          "not in the environment: \(missing.joined(separator: ", ")); set \(missing.count == 1 ? "it" : "them") and run this again")
      }
    }
    for name in required {
      if let value = try environment.secret(name) {
        try contents.set(name, to: value)
      } else if contents[name] == nil {
        try contents.set(name, to: PassphraseSource.ask("\(name): "))
      }
    }
    for name in optional { if let value = try environment.secret(name) { try contents.set(name, to: value) } }
    guard let passphrase = try passphrase ?? source.read(for: "the new \(path)", twice: true) else {
      throw SecretsError(.passphraseMissing, "no passphrase for \(path): \(source.advice)")
    }
    // The folder `config` may be the first thing that a new root has; any other that somebody named must be there.
    if path == SecretFile.defaultPath || path.hasSuffix("/\(SecretFile.defaultPath)") {
      try? Files.createFolders(String(path.dropLast("/secrets.enc".count)))
    }
    if let file {
      try file.rewrite(contents, passphrase: passphrase)
    } else {
      try SecretFile.write(contents, to: path, passphrase: passphrase, replacing: false)
    }
    try report(kept > 0 ? "rewrote" : "made", path, contents, .version1(.standard), more: [])
    let rest = environment.names.filter { SecretName(rawValue: $0) != nil && contents[$0] == nil }
    if !rest.isEmpty { Console.line("not taken, since not asked for: \(rest.joined(separator: ", ")) (see --mode, --llm, --supervisor, --names)") }
  }

  private func runMigration() throws {
    let path = try options.path()
    let file = try SecretFile.read(path)
    for warning in file.warnings { Console.warning(warning) }
    guard file.format == .fernet else {
      throw SecretsError(.containerInTheWay, "\(path): it has the new format already; nothing to migrate")
    }
    let contents = try SecretMigration.run(file, passphrase: try options.passphrase(for: path, HostEnvironment.secrets))
    let kept = path + SecretMigration.suffix
    try report("rewrote", path, contents, .version1(.standard), more: [("kept", .text(kept))])
    Console.line("the old container is \(kept): the old system starts with it, copied back")
  }

  private func report(
    _ verb: String, _ path: String, _ contents: SecretContents, _ format: SecretContainer.Format, more: [(key: String, value: JSONValue)]
  ) throws {
    if options.json {
      let result: [(key: String, value: JSONValue)] = [
        ("path", .text(path)), ("names", .array(contents.names.map { .text($0) })), ("container", format.json),
      ]
      try Console.result(JSONValue.object(result + more).description)
    }
    Console.line("\(verb) \(path), with \(contents.names.joined(separator: ", "))")
  }

  // MARK: - Which names

  private var otherNames: [String] { names?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? [] }

  private var needs: SecretNeeds {
    let chosen = mode ?? (llm || supervisor || names != nil ? .paper : .demo)
    return SecretNeeds(mode: chosen, exchange: exchange, llmEnabled: llm, supervisor: supervisor, supervisorLLM: supervisor)
  }

  private var required: [String] {
    var all = needs.required.map(\.rawValue)
    for name in otherNames where !all.contains(name) { all.append(name) }
    return all
  }

  private var optional: [String] { needs.optional.map(\.rawValue).filter { !required.contains($0) } }
}

extension SecretNeeds.Mode: ExpressibleByArgument {}
extension SecretNeeds.Exchange: ExpressibleByArgument {}
