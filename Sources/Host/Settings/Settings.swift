import Engine
import Market
import Risk
import Simulation

/// What the host runs with: one validated value, from settings.yaml, the environment and `--set`.
///
/// Every field's default is what the shipped config/settings.yaml says; that file is the manual.
public struct Settings: Sendable, Hashable {
  /// app.mode
  public var mode = Mode.mock
  /// app.exchange; nil = Binance, bare symbols as pairs.yaml says.
  public var exchangeChoice: ExchangeChoice?
  /// app.websocket
  public var websocket = Websocket.live
  /// app.live_ack
  public var liveAcknowledgement: String?
  /// app.llm_enabled
  public var llmEnabled = false
  /// app.log_*
  public var logging = LoggingSettings()
  /// secrets.*
  public var secrets = SecretSettings()
  /// The folder that relative paths below are relative to; empty = the working directory. Not a key: QE_ROOT, or where the file lies.
  public var root = ""
  /// app.data_path; relative to `root`.
  public var dataPath = "./data"
  /// app.runtime_path; relative to `root`.
  public var runtimePath = "./runtime"
  /// app.pairs_file; relative to the settings file.
  public var pairsFile = "pairs.yaml"
  /// app.on_shutdown
  public var onShutdown = ShutdownRule.cancel
  /// app.shutdown_timeout_seconds; 0...300.
  public var shutdownTimeoutSeconds: Int64 = 5
  /// simulation.*
  public var simulation = SimulationModel()
  /// risk.*; nil = unlimited, never so in demo and live.
  public var limits = RiskLimits()
  /// risk.max_notional_by_symbol: limits in the place of the common one, by symbol or full instrument name.
  public var symbolNotional: [String: Money] = [:]
  /// decision.max_inflight_entries; 1...64.
  public var maximumInflightEntries = 1
  /// decision.filters.*
  public var decisionFilters = DecisionFilters(minimumConfidence: 0.55, minimumEdge: 0.02)
  /// ml.*
  public var models = ModelSettings()
  /// risk.on_halt
  public var onHalt = HaltAction.cancel
  /// risk.kill_switch.*
  public var killSwitch = KillSwitchSettings()
  /// features.max_gap_seconds; 1...86400.
  public var maximumGapSeconds: Int64 = 3600
  /// feed.recording, feed.snapshot, feed.speed
  public var replay = ReplayFeedSettings()
  /// feed.stale_after_ms; 100...3600000.
  public var staleAfterMilliseconds: Int64 = 5000
  /// feed.mock.*
  public var mock = MockFeedSettings()
  /// plugins.*
  public var plugins = PluginSettings()
  /// storage.*
  public var storage = StorageSettings()
  /// journal.*
  public var journal = JournalSettings()
  /// ops.*
  public var statusFile = StatusFileSettings()
  /// supervisor.*
  public var supervisor = SupervisorSettings()
  /// engine.*
  public var engine = EngineSettings()
  /// Keys of duties that this version does not have, by name, where they are not the default.
  public var later: [String: String] = [:]
  /// pairs.yaml
  public var pairs = Pairs.builtIn

  public init() {}

  /// A path of these settings as it is opened.
  public func resolved(_ path: String) -> String { path.hasPrefix("/") || root.isEmpty ? path : "\(root)/\(path)" }

  /// The limit of a symbol's own: the tighter of risk.max_notional_by_symbol and pairs.yaml; nil = the common one.
  public func exposureLimit(of instrument: Instrument) -> Money? {
    let listed = symbolNotional[instrument.id.description] ?? symbolNotional[instrument.id.symbol]
    return [listed, pairs.maximumExposures[instrument.id]].compactMap(\.self).min()
  }

  public var runtimeFolder: String { resolved(runtimePath) }
  public var dataFolder: String { resolved(dataPath) }
  /// Where ml.model_source legacy looks for its registry.
  public var legacyModelsFolder: String { resolved(models.legacyFolder) }
}
