/// A word that makes the scanner look closer. Everything else of a file is passed over in one step per byte.
enum Trigger: Sendable, Equatable {
  /// Part of a name that may be a secret's.
  case name
  /// An index of `ProviderShape.all`.
  case shape(Int)
  case block
  case puttyKey
  case url
  case jsonWebToken
  case telegram
  case webhook

  /// Lower-case; the automaton folds what it reads.
  static let words: [(word: String, trigger: Trigger)] =
    names.map { ($0, .name) } + ProviderShape.all.enumerated().map { ($1.prefix.lowercased(), .shape($0)) }
    + [
      ("-----begin", .block), ("---- begin", .block), ("putty-user-key-file", .puttyKey), ("://", .url), ("eyj", .jsonWebToken), (":aa", .telegram),
    ] + ["hooks.slack.com/services/", "api/webhooks/", "webhook.office.com/"].map { ($0, .webhook) }

  private static let names = ["secret", "token", "pass", "pwd", "key", "credential", "auth", "bearer", "mnemonic", "seed"]
}
