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
      try loading.violations("app:\n  mode: paper\n  websocket: mock\nfeed: {recording: [A=a.csv]}\n") == [
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
        "--set app.live_ack: stands in the settings file alone, where somebody can review it"
      ])
    #expect(try loading.violations(Self.live, environment: ["QE_APP_LIVE_ACK": "real money"]).count == 1)
    #expect(
      try loading.violations(Self.live, environment: ["QE_RISK_MAX_LEVERAGE": "3"]) == [
        "QE_RISK_MAX_LEVERAGE: in live the risk section is not set by variables; write risk.max_leverage into the settings file"
      ])
  }

  @Test func `What asks for a duty that is not there is warned of, and tokens are never shown`() throws {
    let reading = try loading.read("supervisor:\n  enabled: true\n  api_token: hunter-2\nstorage: {save_trades: true, flush_batch: 7}\n")
    #expect(
      reading.warnings.map { $0.replacing(loading.folder.url.path + "/", with: "") } == [
        "s.yaml:2: supervisor.enabled: this version sends no heartbeats to a Supervisor",
        "s.yaml:4: storage.save_trades: this version records no trades",
      ])
    #expect(reading.rows.contains { $0.key == "supervisor.api_token" && $0.value == "<redacted>" })
    #expect(!reading.settings.canonicalText.contains("hunter-2") && reading.settings.value(of: "storage.flush_batch") == "7")
    // Nor in the message that refuses it.
    #expect(!(try loading.violations("supervisor: {api_token: \"hunter-2\\n\"}\n"))[0].contains("hunter"))
  }
}
