import Secrets
import TestKit
import Testing

@Suite struct SecretStoreTests {
  static let demo = SecretNeeds(mode: .demo, exchange: .binanceUSDM, llmEnabled: false)
  let folder: TemporaryFolder
  var path: String { folder.path("secrets.enc") }

  init() throws { folder = try TemporaryFolder() }

  private func store(_ values: [String: String]) throws {
    try SecretFile.write(SecretContents(values), to: path, passphrase: Secret("p"), scrypt: .cheap)
  }

  private func resolve(
    _ needs: SecretNeeds, _ environment: [String: String] = [:], precedence: SecretPrecedence = .container
  ) throws(SecretsError) -> RunSecrets {
    let environment = SecretEnvironment(environment.mapValues { Secret($0) })
    return try SecretStore.resolve(
      needs, containerPath: path, passphrase: PassphraseSource(environment: environment), environment: environment, precedence: precedence)
  }

  private func texts(_ secrets: RunSecrets) -> [String] { secrets.names.map { "\($0) \(secrets[$0]!.text)@\(secrets.origin(of: $0)!)" } }

  private let keys = ["BINANCE_DEMO_API_KEY": "ek", "BINANCE_DEMO_API_SECRET": "es"]
  private let passphrase = [PassphraseSource.variable: "p"]

  // MARK: - Where they come from

  @Test func `The container counts before the environment, or after it`() throws {
    try store(["BINANCE_DEMO_API_KEY": "ck", "BINANCE_DEMO_API_SECRET": "cs", "BINANCE_API_KEY": "not asked for"])
    let both = passphrase.merging(keys) { $1 }
    #expect(texts(try resolve(Self.demo, both)) == ["BINANCE_DEMO_API_KEY ck@\(path)", "BINANCE_DEMO_API_SECRET cs@\(path)"])
    let reversed = try resolve(Self.demo, both, precedence: .environment)
    #expect(texts(reversed) == ["BINANCE_DEMO_API_KEY ek@environment", "BINANCE_DEMO_API_SECRET es@environment"])
    #expect(reversed[.binanceAPIKey] == nil && reversed.warnings.isEmpty)
  }

  @Test func `Each fills what the other lacks`() throws {
    try store(["BINANCE_DEMO_API_KEY": "ck"])
    for precedence in SecretPrecedence.allCases {
      let secrets = try resolve(Self.demo, passphrase.merging(["BINANCE_DEMO_API_SECRET": "es"]) { $1 }, precedence: precedence)
      #expect(texts(secrets) == ["BINANCE_DEMO_API_KEY ck@\(path)", "BINANCE_DEMO_API_SECRET es@environment"])
    }
  }

  @Test func `Without a container the environment is enough`() throws {
    for precedence in SecretPrecedence.allCases { #expect(try resolve(Self.demo, keys, precedence: precedence).names.count == 2) }
  }

  @Test func `A run that uses none opens nothing`() throws {
    _ = try folder.put([1, 2, 3], at: "secrets.enc", mode: 0o666)
    for mode in [SecretNeeds.Mode.mock, .paper] {
      let secrets = try resolve(SecretNeeds(mode: mode, exchange: .binanceSpot, llmEnabled: false), [PassphraseSource.variable: ""])
      #expect(secrets.names.isEmpty && secrets.warnings.isEmpty)
    }
    // Nor does one that has all from the environment, where that counts first.
    #expect(try resolve(Self.demo, keys, precedence: .environment).names.count == 2)
  }

  @Test func `Optional ones are taken where they are, and stop nothing`() throws {
    let needs = SecretNeeds(mode: .paper, exchange: .binanceSpot, llmEnabled: false, supervisor: true, alerts: true)
    #expect(try resolve(needs).names.isEmpty)
    #expect(texts(try resolve(needs, ["SUPERVISOR_API_TOKEN": "t"])) == ["SUPERVISOR_API_TOKEN t@environment"])
    try store(["TELEGRAM_BOT_TOKEN": "b"])
    let quiet = try resolve(needs)
    #expect(quiet.names.isEmpty && quiet.warnings.isEmpty, "no passphrase, nobody asked, nothing said")
    #expect(texts(try resolve(needs, passphrase)) == ["TELEGRAM_BOT_TOKEN b@\(path)"])
    let wrong = try resolve(needs, [PassphraseSource.variable: "wrong", "SUPERVISOR_API_TOKEN": "t"])
    #expect(wrong.names == [.supervisorAPIToken] && wrong.warnings.count == 1 && wrong.warnings[0].contains("wrong passphrase"))
  }

  @Test func `What is only optional stops nothing, whatever is wrong with it`() throws {
    var needs = SecretNeeds(mode: .paper, exchange: .binanceSpot, llmEnabled: false, supervisor: true)
    let odd = try resolve(needs, ["SUPERVISOR_API_TOKEN": "canary\n"])
    #expect(odd.names.isEmpty && odd.warnings.count == 1 && odd.warnings[0].contains("SUPERVISOR_API_TOKEN") && !odd.warnings[0].contains("canary"))
    // All that is required is in the environment, which counts first; the container would only add the token.
    needs = SecretNeeds(mode: .demo, exchange: .binanceUSDM, llmEnabled: false, supervisor: true)
    _ = try folder.put(Array("QESECRET".utf8), at: "secrets.enc")
    let secrets = try resolve(needs, keys.merging(passphrase) { $1 }, precedence: .environment)
    #expect(secrets.names.count == 2 && secrets.warnings.count == 1 && secrets.warnings[0].contains("truncated"))
    #expect(throws: SecretsError.self) { try resolve(needs, passphrase, precedence: .environment) }
  }

  // MARK: - What stops it

  @Test func `Missing ones are named, all at once, with both ways to give them`() throws {
    let needs = SecretNeeds(mode: .live, exchange: .binanceUSDM, llmEnabled: true, supervisor: true)
    let error = #expect(throws: SecretsError.self) { try resolve(needs, ["BINANCE_API_KEY": "k", "BINANCE_DEMO_API_SECRET": "other"]) }
    #expect(error?.code == .missing([.binanceAPISecret, .openAIAPIKey]) && error?.kind.exitCode == 77)
    #expect(
      error?.description
        == "secrets are missing: BINANCE_API_SECRET (live on binance_usdm), OPENAI_API_KEY (app.llm_enabled); set them as environment variables, or put "
        + "them into \(path) with: quantumedge secrets init --file \(path) --mode live --exchange binance_usdm --llm; "
        + "and start with SCALPER_SECRETS_PASSPHRASE set")
    // With a container that opens and lacks one.
    try store(["BINANCE_API_KEY": "k", "OPENAI_API_KEY": "o"])
    let lacking = #expect(throws: SecretsError.self) { try resolve(needs, passphrase) }
    #expect(lacking?.code == .missing([.binanceAPISecret]))
    #expect(lacking?.description.contains("--exchange binance_usdm --llm --force; and start") == true)
    #expect(lacking?.description.contains("\(path) does not hold them") == true && lacking?.description.contains("OPENAI_API_KEY") == false)
    // With one that is there and no passphrase.
    let closed = #expect(throws: SecretsError.self) { try resolve(Self.demo, ["BINANCE_DEMO_API_KEY": "k"]) }
    #expect(closed?.code == .missing([.binanceDemoAPISecret]))
    #expect(closed?.description.contains("without a passphrase: set SCALPER_SECRETS_PASSPHRASE, or give --passphrase-fd N") == true)
    for each in [error, lacking, closed] { #expect(each?.description.contains("\n") == false) }
  }

  @Test func `An empty variable is none`() {
    let error = #expect(throws: SecretsError.self) { try resolve(Self.demo, ["BINANCE_DEMO_API_KEY": "", "BINANCE_DEMO_API_SECRET": "s"]) }
    #expect(error?.code == .missing([.binanceDemoAPIKey]))
  }

  @Test func `A value that none may be is named, and not shown`() {
    let error = #expect(throws: SecretsError.self) {
      try resolve(Self.demo, ["BINANCE_DEMO_API_KEY": "canary\n", "BINANCE_DEMO_API_SECRET": "s"])
    }
    #expect(error?.description.contains("BINANCE_DEMO_API_KEY") == true && error?.description.contains("canary") == false)
    #expect(error?.kind.exitCode == 77)
  }

  @Test func `Without a passphrase the environment serves, and it is said`() throws {
    try store(["BINANCE_DEMO_API_KEY": "ck", "BINANCE_DEMO_API_SECRET": "cs"])
    let secrets = try resolve(Self.demo, keys)
    #expect(texts(secrets) == ["BINANCE_DEMO_API_KEY ek@environment", "BINANCE_DEMO_API_SECRET es@environment"])
    #expect(secrets.warnings.count == 1 && secrets.warnings[0].contains("was not opened"))
  }

  @Test func `A container that does not open is not passed over`() throws {
    try store(["BINANCE_DEMO_API_KEY": "ck"])
    let wrong = #expect(throws: SecretsError.self) { try resolve(Self.demo, keys.merging([PassphraseSource.variable: "no"]) { $1 }) }
    #expect(wrong?.code == .container(.passphraseWrong) && wrong?.kind.exitCode == 77 && wrong?.description.hasPrefix("\(path): ") == true)
    let empty = #expect(throws: SecretsError.self) { try resolve(Self.demo, keys.merging([PassphraseSource.variable: ""]) { $1 }) }
    #expect(empty?.code == .passphraseInvalid)
    _ = try folder.put(Array(try #require(folder.bytes("secrets.enc")).dropLast()), at: "secrets.enc")
    let short = #expect(throws: SecretsError.self) { try resolve(Self.demo, keys.merging(passphrase) { $1 }) }
    #expect(short?.code == .container(.truncated))
    _ = try folder.put(try SecretContainerTests.sample(), at: "secrets.enc", mode: 0o660)
    let exposed = #expect(throws: SecretsError.self) { try resolve(Self.demo, keys.merging(passphrase) { $1 }) }
    #expect(exposed?.code == .containerExposed)
  }

  @Test func `What was found is never shown`() throws {
    let secrets = try resolve(Self.demo, ["BINANCE_DEMO_API_KEY": "canary1", "BINANCE_DEMO_API_SECRET": "canary2"])
    var dumped = ""
    dump(secrets, to: &dumped)
    for text in ["\(secrets)", String(reflecting: secrets), dumped] { #expect(!text.contains("canary") && text.contains("<redacted>"), "\(text)") }
  }
}
