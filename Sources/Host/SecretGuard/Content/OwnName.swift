/// A name that this system itself gives to a secret: what stands there as its value is one, however it looks.
enum OwnName: Equatable {
  case key
  case passphrase

  /// The table of docs/SECRETS.md; a test holds it to `SecretName`, which this target does not see.
  static let keys: Set<String> = [
    "BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OPENAI_API_KEY", "OPENAI_API_KEY_SUPERVISOR",
    "SUPERVISOR_API_TOKEN", "TELEGRAM_BOT_TOKEN",
  ]
  static let passphrases: Set<String> = ["SCALPER_SECRETS_PASSPHRASE", "SCALPER_SECRETS_PASSPHRASE_NEW"]

  /// - Parameter name: as it stands there; what is before its last dot is somebody's section.
  init?(_ name: ArraySlice<UInt8>) {
    let last = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last ?? name
    // The longest has so many letters.
    guard last.count <= 32 else { return nil }
    let text = String(decoding: last, as: UTF8.self)
    if Self.passphrases.contains(text) {
      self = .passphrase
    } else if Self.keys.contains(text) {
      self = .key
    } else {
      return nil
    }
  }

  /// No key that anybody gives out is so short, or has a space in it; a passphrase is what somebody thought of.
  func canBe(_ text: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .passphrase: text.count >= 3
    case .key: text.count >= 8 && !text.contains(where: { Byte.isSpace($0) })
    }
  }
}
