import Market
import Risk
import Simulation

/// What the host runs with: one validated value, from settings.yaml, the environment and `--set`.
///
/// Every field's default is what the shipped config/settings.yaml says; that file is the manual.
public struct Settings: Sendable {
  /// app.mode
  public var mode = Mode.mock
  /// app.data_path
  public var dataPath = "./data"
  /// app.runtime_path
  public var runtimePath = "./runtime"
  /// app.pairs_file, relative to the settings file
  public var pairsFile = "pairs.yaml"
  /// simulation.*
  public var simulation = SimulationModel()
  /// risk.*
  public var limits = RiskLimits()
  /// risk.kill_switch.*
  public var killSwitch = KillSwitchSettings()
  /// features.max_gap_seconds
  public var maximumGapSeconds: Int64 = 3600
  /// feed.mock.*
  public var mock = MockFeedSettings()
  /// plugins.max_intents_per_event
  public var maximumIntentsPerEvent = 16
  /// pairs.yaml
  public var pairs = Pairs.builtIn

  public init() {}
}

/// Which feed and which orders; see docs/ARCHITECTURE.md.
public enum Mode: String, Sendable, CaseIterable {
  case mock
  case paper
  case demo
  case live
}

public struct KillSwitchSettings: Sendable, Hashable {
  /// On from the start.
  public var enabled = false
  /// The operator's file, `{"enabled": true, "reason": "..."}`; nil = none is watched.
  public var file: String?
  public var reason: String?

  public init() {}
}

/// The seeded market of `app.mode: mock`.
public struct MockFeedSettings: Sendable, Hashable {
  public var seed: UInt64 = 42
  public var symbols = ["BTCUSDT"]
  /// Decimal texts, read with each instrument's own scale: one for all symbols, or one each.
  public var startPrices = ["60000"]
  public var tradesPerSecond = 20.0
  /// Standard deviation of one second's return.
  public var volatilityBps = 5.0
  public var spreadTicks = 1

  public init() {}

  /// - Parameter index: of the symbol.
  public func startPrice(_ index: Int) -> String { startPrices[startPrices.count == 1 ? 0 : index] }
}

/// Settings that are not acceptable: every violation at once, one line each.
public struct SettingsError: Fault, Equatable {
  public let kind: FaultKind
  public let violations: [String]

  init(_ kind: FaultKind, _ violations: [String]) {
    self.kind = kind
    self.violations = violations
  }

  init(_ violations: [String]) { self.init(.configuration, violations) }

  public var description: String { violations.joined(separator: "\n") }
}
