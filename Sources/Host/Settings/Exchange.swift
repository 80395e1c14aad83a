import Market

/// Where orders go: Binance's market.
public enum Exchange: String, Sendable, Hashable, CaseIterable {
  case binanceSpot = "binance_spot"
  case binanceUSDM = "binance_usdm"

  public var market: Market { self == .binanceSpot ? .spot : .usdm }
}

/// app.exchange as it is written.
public enum ExchangeChoice: String, Sendable, Hashable, CaseIterable {
  case binanceSpot = "binance_spot"
  case binanceUSDM = "binance_usdm"
  /// The reference's word: usdm, or spot where `binance_demo.exchange` says so. It never changes app.mode.
  case binanceDemo = "binance_demo"
}

/// app.websocket: where the mode paper takes its market from.
public enum Websocket: String, Sendable, Hashable, CaseIterable {
  /// The venue's streams, or `feed.recording`.
  case live
  /// The seeded market of `feed.mock`.
  case mock
}

/// secrets.*
public struct SecretSettings: Sendable, Hashable {
  public enum Precedence: String, Sendable, Hashable, CaseIterable {
    /// The container, then the environment.
    case container
    /// The environment, then the container.
    case environment
  }

  /// The container; relative to the root.
  public var file = "config/secrets.enc"
  public var precedence = Precedence.container

  public init() {}
}

extension Settings {
  /// Whether the market is made up: of mock, and of paper where app.websocket says so.
  public var takesMockFeed: Bool { mode == .mock || (mode == .paper && websocket == .mock) }

  /// Whether it comes from files.
  public var takesRecordings: Bool { mode == .paper && websocket == .live && !replay.recordings.isEmpty }

  /// The market that bare symbols mean and orders go to.
  public var exchange: Exchange {
    switch exchangeChoice {
    case .binanceSpot: .binanceSpot
    case .binanceUSDM: .binanceUSDM
    case .binanceDemo: later["binance_demo.exchange"] == "spot" ? .binanceSpot : .binanceUSDM
    case nil: pairs.defaultMarket == .spot ? .binanceSpot : .binanceUSDM
    }
  }
}

extension SettingsField {
  static func exchange(_ name: String) -> SettingsField {
    let words = ExchangeChoice.allCases.map(\.rawValue)
    return SettingsField(name: name, shape: .optional(.choice(words), none: "pairs.yaml's default_market")) { settings, written in
      if case .null = written {
        settings.exchangeChoice = nil
        return nil
      }
      if case .text(let text) = written, text.hasPrefix("bingx") {
        return "\(Excerpt.quoted(text)) is not traded by this host, and is not taken for another venue; write binance_spot or binance_usdm"
      }
      guard case .text(let text) = written, let choice = ExchangeChoice(rawValue: text) else {
        return "\(written.quoted) is not known; write one of \(words.joined(separator: ", ")), or null for pairs.yaml's default_market"
      }
      settings.exchangeChoice = choice
      return nil
    } show: {
      $0.exchangeChoice?.rawValue ?? "null"
    }
  }
}
