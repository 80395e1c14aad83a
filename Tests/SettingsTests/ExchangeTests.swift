import Market
import TestKit
import Testing

@testable import Settings

@Suite("Exchange, modes and what they need")
struct ExchangeTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test(arguments: [
    ("", Exchange.binanceUSDM), ("app: {exchange: null}\n", .binanceUSDM), ("app: {exchange: binance_spot}\n", .binanceSpot),
    ("app: {exchange: binance_usdm}\n", .binanceUSDM), ("app: {exchange: binance_demo}\n", .binanceUSDM),
    ("app: {exchange: binance_demo}\nbinance_demo: {exchange: spot}\n", .binanceSpot),
    ("binance_demo: {exchange: spot}\n", .binanceUSDM),
  ])
  func `app.exchange says the market of bare symbols and never the mode`(text: String, exchange: Exchange) throws {
    let settings = try loading.load(text)
    #expect(settings.exchange == exchange && settings.mode == .mock)
    #expect(settings.pairs.instrument("BTCUSDT")?.id.market == exchange.market)
  }

  @Test func `Other venues are refused by name`() throws {
    #expect(
      try loading.violations("app:\n  exchange: bingx_swap\n") == [
        "s.yaml:2: app.exchange: 'bingx_swap' is not traded by this host, and is not taken for another venue; write binance_spot or binance_usdm"
      ])
    #expect(try loading.violations("", environment: ["EXCHANGE": "bingx_swap"]).count == 1)
    #expect(try loading.violations("app: {exchange: kraken}\n")[0].contains("write one of binance_spot, binance_usdm, binance_demo, or null"))
  }

  @Test func `Mock prices are for paper, and not beside recordings`() throws {
    let settings = try loading.load("app: {mode: paper, websocket: mock}\n")
    #expect(settings.takesMockFeed && !settings.takesRecordings)
    #expect(
      try loading.violations("app:\n  mode: paper\n  websocket: mock\nfeed: {recording: [BTCUSDT=a.csv]}\n") == [
        "s.yaml:3: app.websocket: mock, and feed.recording names data; remove one of them"
      ])
    #expect(
      try loading.violations("app:\n  mode: demo\n  websocket: mock\n") == [
        "s.yaml:3: app.websocket: demo trades on the venue's prices; mock is for paper, so remove it"
      ])
    #expect(try loading.violations("app: {mode: demo}\nfeed: {recording: [A=a.csv]}\n")[0].hasPrefix("s.yaml:2: feed.recording: demo trades"))
    #expect(try loading.violations("app: {mode: demo}\nbinance_demo: {testnet: false}\n")[0].hasPrefix("s.yaml:2: binance_demo.testnet: false"))
  }

  static let live = """
    app: {mode: live, live_ack: real money}
    plugins:
      trusted_keys: [\(String(repeating: "0a", count: 32))]

    """

  @Test func `Live wants its acknowledgement, signed plugins, limits, and all of it in the file`() throws {
    #expect(try loading.violations(Self.live) == [])
    let bare = try loading.violations("app: {mode: live}\nplugins: {require_signature: false}\nrisk: {max_leverage: null}\n")
    #expect(
      bare == [
        "app.live_ack: app.mode live trades real money; write app.live_ack: \"real money\" into the settings file",
        "s.yaml:2: plugins.require_signature: in live every plugin is signed; write true, or remove it",
        "plugins.trusted_keys: in live every plugin is signed; name the keys that are trusted",
        "s.yaml:3: risk.max_leverage: unlimited is not accepted with app.mode live; write a limit",
      ])
    #expect(try loading.violations(Self.live.replacing("real money", with: "yes")).count == 1)
    #expect(
      try loading.violations(Self.live.replacing(", live_ack: real money", with: ""), overrides: ["app.live_ack=real money"]) == [
        "--set app.live_ack: in live it stands in the settings file alone, where somebody can review it"
      ])
    #expect(try loading.violations(Self.live, environment: ["QE_APP_LIVE_ACK": "real money"]).count == 1)
    #expect(
      try loading.violations(Self.live, environment: ["QE_RISK_MAX_LEVERAGE": "3"]) == [
        "QE_RISK_MAX_LEVERAGE: risk.max_leverage: in live it stands in the settings file alone, where somebody can review it"
      ])
    try loading.folder.write("venue: binance\ninstruments: {}\n", to: "other.yaml")
    let key = String(repeating: "0b", count: 32)
    for (name, value) in [
      ("app.pairs_file", "pairs.yaml"), ("plugins.trusted_keys", key), ("plugins.require_signature", "true"), ("plugins.isolation", "in_process"),
      ("plugins.in_process_digests", key), ("decision.max_inflight_entries", "64"), ("risk.max_notional_by_symbol", "BTCUSDT=1e6"),
      ("binance.base_url", "https://elsewhere.example"), ("binance.ws_usdm_base", "wss://elsewhere.example"), ("app.exchange", "binance_spot"),
      ("app.runtime_path", "elsewhere"), ("supervisor.base_url", "https://elsewhere.example"), ("supervisor.enabled", "true"),
      ("supervisor.risk_enabled", "true"), ("supervisor.risk_on_error", "bypass"), ("supervisor.tls_ca_file", "ca.pem"),
      ("plugins.on_failure", "hold"), ("app.on_shutdown", "flatten"), ("app.llm_enabled", "true"), ("journal.sync", "none"),
    ] {
      let reason = "in live it stands in the settings file alone, where somebody can review it"
      let set = try loading.violations(Self.live, overrides: ["\(name)=\(value)"])
      #expect(set.contains("--set \(name): \(reason)"), "\(set)")
      let variable = EnvironmentKeys.variable(of: name)
      #expect(try loading.violations(Self.live, environment: [variable: value]).contains("\(variable): \(name): \(reason)"))
      // Where no money is, all of them may be set.
      #expect(!(try loading.violations("", overrides: ["\(name)=\(value)"]).contains { $0.contains(reason) }))
    }
  }

  @Test func `In live what is told and kept of a run may come from elsewhere, and the Supervisor's address may not`() throws {
    let environment = ["QE_LOGS_DIR": "logs", "QE_DATA_DIR": "data", "QE_STORAGE_RETENTION_DAYS": "7"]
    #expect(try loading.violations(Self.live, overrides: ["app.log_level=debug", "secrets.file=s.enc"], environment: environment) == [])
    for environment in [["SUPERVISOR_URL": "http://h:1"], ["SUPERVISOR_HOST": "h"], ["QE_RUNTIME_DIR": "r"], ["EXCHANGE": "binance_spot"]] {
      let violations = try loading.violations(Self.live, environment: environment)
      #expect(violations.count == 1 && violations[0].contains("stands in the settings file alone"), "\(violations)")
    }
  }

  @Test func `A symbol that may hold more than the others is told`() throws {
    func warnings(_ text: String) throws -> [String] { try loading.read(text).warnings.filter { $0.contains("may hold") } }
    #expect(
      try warnings("risk:\n  max_notional_by_symbol: [binance.usdm.BTCUSDT=20000, ETHUSDT=10]\n").map {
        $0.replacing(loading.folder.url.path + "/", with: "")
      }
        == [
          "s.yaml:2: risk.max_notional_by_symbol: binance.usdm.BTCUSDT may hold 20000, more than risk.max_notional_per_symbol allows the others"
        ])
    let pairs = ConfigurationText.pairs.replacing("base: BTC,", with: "max_exposure_notional: 30000, base: BTC,")
    try loading.folder.write(pairs, to: "pairs.yaml")
    #expect(try warnings("").contains { $0.hasPrefix("pairs.yaml: binance.") && $0.contains("BTCUSDT may hold 30000") })
  }

  @Test(arguments: [
    ("binance", "base_url", "http://api.example.com", "is not encrypted"), ("binance", "ws_spot_base", "ws://api.example.com", "is not encrypted"),
    ("binance", "base_url", "ftp://a", "is no address; write https://host"), ("binance", "base_url", "api.binance.com", "is no address"),
    ("binance", "base_url", "https://", "is no address"), ("binance", "base_url", "https://h:0", "is no address"),
    ("binance", "base_url", "https://h:65536", "is no address"), ("binance", "base_url", "https://a b", "is no address"),
    ("supervisor", "base_url", "http://h/?token=1", "is no address"), ("supervisor", "base_url", "tcp://h:1", "is no address"),
  ])
  func `Addresses are addresses, and the venue's are encrypted`(section: String, key: String, value: String, problem: String) throws {
    let violations = try loading.violations(Self.live + "\(section): {\(key): '\(value)'}\n")
    #expect(violations.count == 1 && violations[0].hasPrefix("s.yaml:4: \(section).\(key): ") && violations[0].contains(problem), "\(violations)")
  }

  @Test func `A name and password in an address are refused and not repeated`() throws {
    let word = "hunter\(2)"
    for text in ["supervisor: {base_url: 'http://user:\(word)@h'}\n", "binance: {ws_spot_base: 'wss://\(word)@h'}\n"] {
      let violations = try loading.violations(text)
      #expect(violations.count == 1 && violations[0].contains("name or password") && !violations[0].contains(word), "\(violations)")
    }
    #expect(
      try loading.violations(
        Self.live + "binance: {base_url: 'http://127.0.0.1:9', ws_spot_base: 'ws://[::1]:8', usdm_base_url: 'http://localhost'}\n") == [])
    #expect(try loading.read("supervisor: {base_url: 'http://10.0.0.1:8765'}\n").warnings.contains { $0.contains("is not encrypted") })
    #expect(try !loading.read("").warnings.contains { $0.contains("is not encrypted") })
  }

  @Test func `What asks for a duty that is not there is warned of, and tokens are never shown`() throws {
    let reading = try loading.read("supervisor:\n  enabled: true\n  api_token: hunter-2\napp: {llm_enabled: true}\nstorage: {flush_batch: 7}\n")
    #expect(
      reading.warnings.map { $0.replacing(loading.folder.url.path + "/", with: "") } == [
        "s.yaml:4: app.llm_enabled: this version asks no language model"
      ])
    #expect(reading.rows.contains { $0.key == "supervisor.api_token" && $0.value == "<redacted>" })
    #expect(!reading.settings.canonicalText.contains("hunter-2") && reading.settings.value(of: "storage.flush_batch") == "7")
    // Nor in the message that refuses it.
    #expect(!(try loading.violations("supervisor: {api_token: \"hunter-2\\n\"}\n"))[0].contains("hunter"))
  }
}
