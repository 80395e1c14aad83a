/// What kind of leak a finding is. Identifiers are stable: allow-lists and SARIF baselines name them.
public struct Rule: Sendable, Hashable {
  /// Lower-case words with hyphens.
  public let id: String
  /// One line for people.
  public let summary: String

  init(_ id: String, _ summary: String) {
    self.id = id
    self.summary = summary
  }

  static let sensitiveFile = Rule("sensitive-file", "a file that holds secrets by its name")
  static let secretContainer = Rule("secret-container", "an encrypted file of secrets, under whatever name")
  static let privateKey = Rule("private-key", "a private key block")
  static let assignedSecret = Rule("assigned-secret", "a value assigned to the name of a secret")
  static let assignedPassword = Rule("assigned-password", "a value assigned to the name of a password")
  static let seedPhrase = Rule("seed-phrase", "a wallet's seed words")
  static let urlCredentials = Rule("url-credentials", "a password in a URL")
  static let encodedSecret = Rule("encoded-secret", "a secret in base64")
  static let exchangeKey = Rule("exchange-key", "an exchange's API key")
  static let highEntropy = Rule("high-entropy", "a random string beside words of a secret")
  static let jsonWebToken = Rule("json-web-token", "a JSON Web Token")
  static let telegramToken = Rule("telegram-token", "a Telegram bot token")
  static let webhook = Rule("webhook-url", "a webhook URL, which is its own password")

  /// Every rule there is, by identifier.
  public static let all: [Rule] = {
    let own = [
      sensitiveFile, secretContainer, privateKey, assignedSecret, assignedPassword, seedPhrase, urlCredentials, encodedSecret, exchangeKey,
      highEntropy, jsonWebToken,
      telegramToken, webhook,
    ]
    return Set(own + ProviderShape.all.map(\.rule)).sorted { $0.id < $1.id }
  }()

  /// When two rules see the same bytes, the one with the lower number tells more.
  var rank: Int {
    switch self {
    case .privateKey: 0
    case .encodedSecret: 2
    case .urlCredentials: 3
    case .exchangeKey: 4
    case .seedPhrase, .assignedPassword, .assignedSecret: 5
    case .highEntropy: 6
    default: 1
    }
  }
}
