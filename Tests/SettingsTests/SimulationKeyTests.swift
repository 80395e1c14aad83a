import Foundation
import Market
import Simulation
import TestKit
import Testing

@testable import Settings

/// Keys of the practice venue.
@Suite struct SimulationKeyTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test func `Every key of the practice venue reaches its field`() throws {
    let settings = try loading.load(
      """
      simulation:
        slippage_bps: 1.5
        slippage_ticks: 3
        queue: risk_averse
        queue_power: 2
        partial_fills: false
        reject_probability: 0.05
        seed: 7
        fee_asset: third
        third_asset_name: BNB
        third_asset_balance: 1.23456789
        third_asset_price: 583.7
        third_asset_discount_pct: 25
        funding_rate_bps: -1
        feed_latency_ms: 12.345678
        order_latency_ms: 5
        response_latency_ms: 0.000001
        latency_jitter_ms: 60000
      """)
    var model = SimulationModel()
    model.slippage = BasisPoints(raw: 1_500_000)
    model.slippageTicks = 3
    model.queue = .riskAverse
    model.queuePower = 2
    model.partialFills = false
    model.rejectProbability = 50_000
    model.seed = 7
    model.feeAsset = .third
    model.thirdAsset = SimulationModel.ThirdAsset(
      name: "BNB", balance: Money(raw: 1_234_567_890_000_000_000), price: Money(raw: 583_700_000_000_000_000_000), discount: 250_000)
    model.fundingRate = BasisPoints(raw: -1_000_000)
    model.latency.feedNanoseconds = 12_345_678
    model.latency.orderNanoseconds = 5_000_000
    model.latency.responseNanoseconds = 1
    model.latency.jitterNanoseconds = 60_000_000_000
    #expect(settings.simulation == model)
    // What is shown can be written again.
    for field in SettingsField.all where field.name.hasPrefix("simulation.") {
      var again = settings
      #expect(field.apply(&again, WrittenValue(word: field.show(settings))) == nil, "\(field.name)")
      #expect(again == settings, "\(field.name)")
    }
  }

  @Test(arguments: [
    ("slippage_bps", "1000", "1000.000001"), ("slippage_bps", "0", "-0.1"), ("slippage_ticks", "1000000", "1000001"), ("queue_power", "1", "0"),
    ("queue_power", "8", "9"), ("reject_probability", "1", "1.000001"), ("reject_probability", "0", "-0.000001"), ("seed", "0", "-1"),
    ("third_asset_balance", "1000000000", "1000000000.00000001"), ("third_asset_price", "1000000000", "1000000000.000001"),
    ("third_asset_discount_pct", "100", "100.0001"), ("funding_rate_bps", "-1000", "-1000.1"), ("feed_latency_ms", "60000", "60000.000001"),
    ("order_latency_ms", "0.000001", "0.0000001"), ("response_latency_ms", "0", "-1"), ("latency_jitter_ms", "60000", "60001"),
    ("queue", "probabilistic", "fifo"), ("fee_asset", "quote", "base"), ("partial_fills", "true", "yes"),
  ])
  func `Ranges hold at their edges`(key: String, inside: String, outside: String) throws {
    #expect(try loading.violations("simulation:\n  \(key): \(inside)\n") == [])
    let violations = try loading.violations("simulation:\n  \(key): \(outside)\n")
    #expect(violations.count == 1 && violations[0].hasPrefix("s.yaml:2: simulation.\(key): "), "\(violations)")
  }

  @Test func `Fees in a third asset need its name and price`() throws {
    let words = "third needs simulation.third_asset_name and a third_asset_price above 0; write both"
    #expect(try loading.violations("simulation: {fee_asset: third, third_asset_name: BNB}\n") == ["s.yaml:1: simulation.fee_asset: \(words)"])
    #expect(try loading.violations("", overrides: ["simulation.fee_asset=third"]) == ["--set simulation.fee_asset: \(words)"])
    #expect(try loading.violations("simulation: {fee_asset: third, third_asset_name: BNB, third_asset_price: 0.000001}\n") == [])
  }

  @Test func `A latency file is read beside the settings, and its bad row is named with its line`() throws {
    _ = try loading.folder.write("time_ms,feed_ms,order_ms,response_ms\n0,1,2,3\n", to: "good.csv")
    _ = try loading.folder.write("time_ms,feed_ms,order_ms,response_ms\n0,1,2,3\n5,1,x,3\n", to: "bad.csv")
    let settings = try loading.load("simulation: {latency_file: good.csv}\n")
    #expect(settings.simulation.latency.table?.rows.map(\.orderNanoseconds) == [2_000_000] && !settings.simulation.latency.isZero)
    #expect(
      try loading.violations("simulation: {latency_file: bad.csv}\n")
        == ["bad.csv:3: order_ms is no number of milliseconds from 0 with at most 6 decimals; write one"])
    #expect(throws: SettingsError.self) { try loading.load("simulation: {latency_file: none.csv}\n") }
    do { _ = try loading.load("simulation: {latency_file: none.csv}\n") } catch let error as SettingsError {
      #expect(error.kind == .missingInput && error.description.contains("none.csv: cannot be opened"))
    }
  }
}
