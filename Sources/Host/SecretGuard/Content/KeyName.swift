/// What the name of a setting, variable, member or header says of its value.
enum KeyName {
  case none
  case secret
  case password
  case seedPhrase

  /// - Parameter name: letters, digits, `_`, `-`, `.`; camel case is split.
  init(_ name: some RandomAccessCollection<UInt8>) {
    self = .none
    let words = Self.words(name)
    guard let last = words.last, !words.contains(where: Self.harmless.contains) else { return }
    if words.contains(where: Self.phrases.contains) || zip(words, words.dropFirst()).contains(where: { $0 == "seed" && $1.hasPrefix("phrase") }) {
      self = .seedPhrase
      return
    }
    if Self.about.contains(last) { return }
    let joined = words.joined()
    if Self.passwords.contains(where: joined.contains) || Self.passWords.contains(last) {
      self = .password
      return
    }
    guard !Self.isHarmlessToken(words) else { return }
    if Self.secrets.contains(where: joined.contains) || words.contains(where: Self.secretWords.contains) || Self.isQualifiedKey(words)
      || last == "auth"
    {
      self = .secret
    }
  }

  /// Whether nothing but which of them follows the word for a password: `db_password`, `PASSPHRASE_NEW`, and not `passwordWrong`.
  static func endsAsPassword(_ name: some RandomAccessCollection<UInt8>) -> Bool {
    var words = Self.words(name)
    if words.count > 1, let last = words.last, ["new", "old", "confirmation", "value"].contains(last) { words.removeLast() }
    guard let last = words.last else { return false }
    return passWords.contains(last) || passwords.contains(where: last.contains)
      || words.count > 1 && passwords.contains(words[words.count - 2] + last)
  }

  /// `binanceAPIKey2` is binance, api, key.
  static func words(_ name: some RandomAccessCollection<UInt8>) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    let bytes = Array(name.suffix(96))
    func flush() {
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word.removeAll(keepingCapacity: true)
    }
    for (index, byte) in bytes.enumerated() {
      guard Byte.isLetter(byte) else {
        flush()
        continue
      }
      if Byte.isUpper(byte), index > 0 {
        let afterLower = Byte.isLower(bytes[index - 1])
        let beforeLower = Byte.isUpper(bytes[index - 1]) && index + 1 < bytes.count && Byte.isLower(bytes[index + 1])
        if afterLower || beforeLower { flush() }
      }
      word.append(Byte.lower(byte))
    }
    flush()
    return words
  }

  private static func isQualifiedKey(_ words: [String]) -> Bool {
    guard let place = words.lastIndex(where: { $0 == "key" || $0 == "keys" }) else { return false }
    return words[..<place].contains(where: qualifiers.contains)
  }

  /// Counts and words of a language model or a parser.
  private static func isHarmlessToken(_ words: [String]) -> Bool {
    guard let place = words.lastIndex(where: { $0 == "token" || $0 == "tokens" }) else { return false }
    return words[..<place].contains(where: parsing.contains) || words.contains(where: { $0.hasPrefix("tokeni") || $0 == "secretary" })
  }

  private static let phrases: Set<String> = ["mnemonic", "mnemonics", "seedphrase"]
  private static let passwords = ["password", "passwd", "passwort", "passphrase", "passcode", "kennwort"]
  private static let passWords: Set<String> = ["pass", "pwd", "pw"]
  private static let secrets = ["secret", "apikey", "accesskey", "privatekey", "authtoken", "accesstoken", "apitoken", "bottoken", "credential"]
  private static let secretWords: Set<String> = ["token", "tokens", "authorization", "bearer", "apitoken", "sas"]
  /// A name that ends so tells about a secret and is none.
  private static let about: Set<String> = [
    "algorithm", "alg", "arn", "array", "attempts", "bits", "builder", "bytes", "callback", "category", "change", "chars", "class", "code", "column",
    "count", "created", "curve", "date", "description", "dir", "directory", "doc", "docs", "enabled", "endpoint", "enum", "env", "error", "exists",
    "expires", "expiration", "expiry", "factory", "field", "file", "filename", "folder", "format", "handler", "header", "help", "hint", "host",
    "icon",
    "id", "ids", "in", "index", "info", "input", "interface", "interval", "is", "issuer", "kind", "kit", "label", "len", "length", "lifetime",
    "limit",
    "link", "list", "loader", "location", "manager", "map", "max", "message", "method", "min", "mode", "model", "module", "msg", "name", "names",
    "number", "offset", "option", "options", "page", "param", "parameter", "parser", "path", "pattern", "placeholder", "policy", "position", "prefix",
    "prompt", "provider", "range", "reader", "ref", "reference", "regex", "region", "required", "reset", "role", "route", "rule", "rules", "schema",
    "scheme", "scope", "scopes", "screen", "selector", "service", "set", "size", "source", "spec", "state", "status", "store", "strategy", "struct",
    "suffix", "template", "test", "tests", "text", "time", "timeout", "timestamp", "title", "ttl", "type", "types", "uri", "url", "usage", "user",
    "username", "valid", "validator", "version", "view", "writer",
  ]
  /// A name with one of these means something that may be shown.
  private static let harmless: Set<String> = [
    "cache", "cert", "certificate", "checksum", "commit", "digest", "etag", "fingerprint", "foreign", "guid", "hash", "hashed", "idempotency",
    "integrity", "partition", "primary", "pub", "public", "revision", "sha", "shasum", "sort", "thumbprint", "trusted", "uuid",
  ]
  private static let parsing: Set<String> = [
    "bos", "cls", "completion", "count", "current", "end", "eos", "first", "init", "input", "last", "lookahead", "mask", "max", "min", "next", "num",
    "output", "pad", "peek", "per", "prev", "previous", "prompt", "punctuation", "sep", "special", "start", "stop", "syntax", "total", "unk",
  ]
  private static let qualifiers: Set<String> = [
    "access", "account", "admin", "aes", "anthropic", "api", "app", "auth", "aws", "azure", "binance", "bingx", "bitget", "bot", "bybit", "client",
    "coinbase", "consumer", "demo", "deploy", "encryption", "exchange", "fernet", "gcp", "github", "gitlab", "google", "hmac", "jwt", "kraken",
    "kucoin", "license", "live", "master", "okx", "openai", "private", "rest", "rsa", "secret", "server", "service", "session", "shared", "signing",
    "slack", "ssh", "storage", "stripe", "supervisor", "telegram", "testnet", "trading", "webhook",
  ]
}
