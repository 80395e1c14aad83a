import Foundation
import Market
import Risk
import Simulation
import TestKit
import Testing

@testable import Settings

@Suite("Shipped files")
struct ShippedFileTests {
  private func shipped(_ name: String) -> URL { Workplace.packageFolder.appendingPathComponent("config/\(name)") }

  @Test func `settings.yaml holds the defaults`() throws {
    var settings = try Settings.load(path: shipped("settings.yaml").path, overrides: [], environment: [:])
    // The folder above config, or none where the tests run in it.
    settings.root = ""
    #expect(settings == Settings())
  }

  @Test func `settings.yaml names every key, so that it is a whole manual`() throws {
    let keys = try keys(of: shipped("settings.yaml"))
    #expect(keys.sorted() == SettingsField.names.sorted())
  }

  @Test func `The files are carried in the program`() throws {
    #expect(try String(contentsOf: shipped("pairs.yaml"), encoding: .utf8) == ConfigurationText.pairs)
    #expect(try String(contentsOf: shipped("settings.yaml"), encoding: .utf8) == ConfigurationText.settings)
  }

  @Test func `Every key has words for editors, and its default is of its shape`() {
    for key in SettingsKey.all {
      #expect(key.summary.count > 10, "\(key.name): '\(key.summary)'")
      guard case .value(let text) = key.shape.read(WrittenValue(word: key.standard)) else {
        Issue.record("\(key.name): its default '\(key.standard)' is not of its shape")
        continue
      }
      #expect(text == key.standard || Double(text) == Double(key.standard), "\(key.name)")
    }
  }

  @Test func `supervisor.yaml and risk.yaml name every key with its default, and are checked as strictly`() throws {
    for file in CompanionFile.all {
      #expect(try keys(of: shipped(file.name)).sorted() == file.keys.map(\.name).sorted())
      #expect(file.keys.allSatisfy { $0.summary.count > 10 }, "\(file.keys.filter { $0.summary.count <= 10 }.map(\.name))")
      #expect(file.violations(besides: shipped("settings.yaml").path) == [])
    }
    let folder = try TemporaryFolder()
    try folder.write("", to: "settings.yaml")
    let risk = try folder.write("max_leverage: 3\ncurrency: USDT\n", to: "risk.yaml")
    let values = try CompanionFile.risk.read(risk, overrides: ["max_leverage=2.5", "max_total_notional=7"])
    #expect(values.decimal("max_leverage", scale: 6) == 2_500_000 && values.decimal("max_daily_loss_abs", scale: 6) == 200_000_000)
    #expect(values.decimal("max_total_notional", scale: 0) == 7 && values.text("max_account_leverage") == nil && !values.flag("resume_on_new_day"))
    #expect(throws: SettingsError.self) { try CompanionFile.risk.read(risk, overrides: ["max_leverge=2", "currency", "stale_hosts=maybe"]) }
    let supervisor = try CompanionFile.supervisor.read(
      folder.write("policy: {ttl_sec: 31}\ncors_origins: [http://a, http://b]\n", to: "supervisor.yaml"))
    #expect(
      supervisor.changed(in: ["policy", "llm"], of: .supervisor) == ["policy.ttl_sec"] && supervisor.list("cors_origins") == ["http://a", "http://b"])
    #expect(supervisor.text("api_auth_token") == nil && CompanionFile.supervisor.keys.contains { $0.name == "api_auth_token" })
    try folder.write("max_leverage: -1\nmax_leverge: 2\ncurrency: A\ncurrency: B\n", to: "risk.yaml")
    try folder.write("bot: 5\npolicy: {ttl_sec: many}\nmode: off\n", to: "supervisor.yaml")
    func violations(_ file: CompanionFile) -> [String] {
      file.violations(besides: folder.path("settings.yaml")).map { $0.replacing(folder.url.path + "/", with: "") }
    }
    #expect(
      violations(.risk) == [
        "risk.yaml:4:1: duplicate key 'currency' in line 4; the first is in line 3, remove one",
        "risk.yaml:1: max_leverage: '-1' is out of range; write a number, 0...1000, at most 6 decimals",
        "risk.yaml:2: max_leverge: unknown key; did you mean 'max_leverage'?",
      ])
    #expect(
      violations(.supervisor) == [
        "supervisor.yaml:1: bot: this is a section; write its keys below it, indented",
        "supervisor.yaml:2: policy.ttl_sec: 'many' is not a number; write a whole number, 1...3600",
      ])
  }

  @Test func `pairs.yaml has the instruments that it promises`() throws {
    let pairs = Pairs.builtIn
    #expect(pairs.venue == "binance" && pairs.defaultMarket == .usdm)
    #expect(pairs.instruments.count == 11)
    let spot = try #require(pairs.instrument("binance.spot.BTCUSDT"))
    #expect(spot.spec.priceScale == 2 && spot.spec.quantityScale == 5 && spot.spec.minimumNotional == Money(units: 5) && spot.spec.isSpot)
    let perpetual = try #require(pairs.instrument("BTCUSDT"))
    #expect(perpetual.id.description == "binance.usdm.BTCUSDT")
    #expect(perpetual.spec.priceScale == 1 && perpetual.spec.quantityScale == 3 && perpetual.spec.leverage == 5)
    let ether = try #require(pairs.instrument("ETHUSDT"))
    #expect(ether.spec.priceScale == 2 && ether.spec.quantityScale == 3 && ether.baseAsset == "ETH")
    for symbol in ["SOLUSDT", "BNBUSDT", "XRPUSDT"] {
      #expect(pairs.instrument("binance.spot.\(symbol)") != nil && pairs.instrument("binance.usdm.\(symbol)") != nil)
    }
    let inverse = try #require(pairs.instrument("BTCUSD_PERP"))
    #expect(inverse.contract == .inverse && inverse.quoteAsset == "USD" && inverse.unsupportedReason != nil)
  }

  @Test func `oracle.yaml fills at the trade with every limit set and far away`() throws {
    let oracle = try Settings.load(path: shipped("oracle.yaml").path, overrides: [], environment: [:])
    var simulation = SimulationModel(
      fillPrice: .trade, takerFee: BasisPoints(raw: 5_000_000), makerFee: BasisPoints(raw: 2_000_000), syntheticSpread: .zero,
      initialCash: Money(units: 1_000_000))
    simulation.feeAsset = .quote
    #expect(oracle.simulation == simulation)
    let far = Money(units: 1_000_000_000)
    var limits = RiskLimits()
    limits.maximumOrderNotional = far
    limits.maximumSymbolNotional = far
    limits.maximumGrossExposure = far
    limits.maximumLeverage = 100_000_000
    limits.minimumLiquidationDistance = 0
    limits.maximumOrdersPerSecond = 1_000_000
    limits.venueMessagesPerTenSeconds = 1_000_000
    limits.maximumTradesPerHour = 1_000_000
    limits.lossStreakTrades = 1_000_000
    limits.maximumSpread = BasisPoints(raw: 10_000_000_000)
    limits.maximumEventLagMilliseconds = 3_600_000
    limits.priceCollar = BasisPoints(raw: 10_000_000_000)
    limits.emergencyCollar = BasisPoints(raw: 10_000_000_000)
    limits.maximumDailyLoss = far
    limits.maximumDailyLossFraction = 1_000_000
    limits.maximumDrawdown = far
    limits.maximumDrawdownFraction = 1_000_000
    #expect(oracle.limits == limits)
    #expect(oracle.limitRows.allSatisfy { !$0.isUnlimited })
    #expect(oracle.mode == .mock && oracle.pairs == .builtIn)
    let filters = oracle.decisionFilters
    #expect(filters.minimumConfidence == nil && filters.minimumEdge == nil && !filters.horizonAgreement && !oracle.models.requireModels)
  }

  /// Dotted names by indentation alone: independent of the parser.
  private func keys(of file: URL) throws -> [String] {
    var stack: [String] = []
    var keys: [String] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      guard !trimmed.isEmpty, !trimmed.hasPrefix("#"), let colon = trimmed.firstIndex(of: ":") else { continue }
      let depth = line.prefix { $0 == " " }.count / 2
      stack = stack.prefix(depth) + [String(trimmed[..<colon])]
      if !trimmed.hasSuffix(":") { keys.append(stack.joined(separator: ".")) }
    }
    return keys
  }
}
