/// What uses secrets, and which: the one table that code, messages and docs/SECRETS.md share.
public struct SecretUse: Sendable, Equatable {
  /// In words of settings.yaml.
  public let user: String
  public let names: [SecretName]
  /// Whether a run that uses it cannot start without them.
  public let isRequired: Bool
  /// What has `secrets init` take them; nil where no option alone does.
  let option: String?
}

/// The secrets of one run: exactly those that it uses, name by name.
public struct SecretNeeds: Sendable, Equatable {
  /// `app.mode`.
  public enum Mode: String, Sendable, CaseIterable {
    case mock, paper, demo, live
  }

  /// `app.exchange`.
  public enum Exchange: String, Sendable, CaseIterable {
    case binanceSpot = "binance_spot"
    case binanceUSDM = "binance_usdm"
  }

  public let uses: [SecretUse]

  public init(uses: [SecretUse]) { self.uses = uses }

  /// - Parameters:
  ///   - llmEnabled: `app.llm_enabled`.
  ///   - supervisor: the Supervisor is spoken to; its token is optional, since it may ask for none.
  ///   - supervisorLLM: this process is the Supervisor and its own LLM is on.
  ///   - alerts: messages go to Telegram where a token is there.
  public init(mode: Mode, exchange: Exchange, llmEnabled: Bool, supervisor: Bool = false, supervisorLLM: Bool = false, alerts: Bool = false) {
    var uses: [SecretUse] = []
    let venue = Self.venue(mode, exchange)
    if !venue.names.isEmpty { uses.append(venue) }
    if llmEnabled { uses.append(Self.llm) }
    if supervisorLLM { uses.append(Self.supervisorLLM) }
    if supervisor { uses.append(Self.supervisor) }
    if alerts { uses.append(Self.alerts) }
    self.init(uses: uses)
  }

  /// The venue's keys in a mode. Spot and USD-M share an account, and so its keys; a demo account has keys of its own.
  public static func keys(mode: Mode, exchange: Exchange) -> [SecretName] {
    switch (mode, exchange) {
    case (.mock, _), (.paper, _): []
    case (.demo, .binanceSpot), (.demo, .binanceUSDM): [.binanceDemoAPIKey, .binanceDemoAPISecret]
    case (.live, .binanceSpot), (.live, .binanceUSDM): [.binanceAPIKey, .binanceAPISecret]
    }
  }

  public static let llm = SecretUse(user: "app.llm_enabled", names: [.openAIAPIKey], isRequired: true, option: "--llm")
  public static let supervisorLLM = SecretUse(
    user: "the Supervisor's llm.enabled", names: [.openAIAPIKeySupervisor], isRequired: true, option: "--supervisor")
  public static let supervisor = SecretUse(
    user: "supervisor.enabled, supervisor.risk_enabled", names: [.supervisorAPIToken], isRequired: false, option: nil)
  public static let alerts = SecretUse(user: "alerts", names: [.telegramBotToken], isRequired: false, option: nil)

  public var required: [SecretName] { uses.filter(\.isRequired).flatMap(\.names) }
  public var optional: [SecretName] { uses.filter { !$0.isRequired }.flatMap(\.names) }

  /// What is typed to put them into a container.
  ///
  /// - Parameter isThere: it has others already.
  public func setupCommand(containerPath: String, isThere: Bool) -> String {
    (["quantumedge secrets init", "--file \(Self.quoted(containerPath))"] + uses.compactMap(\.option) + (isThere ? ["--force"] : []))
      .joined(separator: " ")
  }

  /// As one word of a shell.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "-")...UInt8(ascii: "9") ~= $0 || $0 == 0x5F
    }
    return isPlain ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private static func venue(_ mode: Mode, _ exchange: Exchange) -> SecretUse {
    SecretUse(
      user: "\(mode.rawValue) on \(exchange.rawValue)", names: keys(mode: mode, exchange: exchange), isRequired: true,
      option: "--mode \(mode.rawValue) --exchange \(exchange.rawValue)")
  }

  /// The names with what uses them: `A, B (demo on binance_usdm), C (app.llm_enabled)`.
  func words(for names: [SecretName]) -> String {
    uses.compactMap { use in
      let mine = use.names.filter(names.contains)
      return mine.isEmpty ? nil : "\(mine.map(\.rawValue).joined(separator: ", ")) (\(use.user))"
    }.joined(separator: ", ")
  }
}
