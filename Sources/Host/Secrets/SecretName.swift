/// A secret that QuantumEdge uses, by the name of its environment variable and of its entry in the container.
public enum SecretName: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case binanceAPIKey = "BINANCE_API_KEY"
  case binanceAPISecret = "BINANCE_API_SECRET"
  case binanceDemoAPIKey = "BINANCE_DEMO_API_KEY"
  case binanceDemoAPISecret = "BINANCE_DEMO_API_SECRET"
  case openAIAPIKey = "OPENAI_API_KEY"
  case openAIAPIKeySupervisor = "OPENAI_API_KEY_SUPERVISOR"
  case supervisorAPIToken = "SUPERVISOR_API_TOKEN"
  case telegramBotToken = "TELEGRAM_BOT_TOKEN"

  public var description: String { rawValue }

  /// Whether a text can be the name of a secret: 1 to 64 letters, digits or `_`, no digit first.
  public static func isValid(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, text.count <= 64, !(0x30...0x39).contains(first) else { return false }
    return text.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
      default: false
      }
    }
  }
}
