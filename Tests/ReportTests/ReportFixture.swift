import Foundation
import Market

@testable import Report

/// A temporary folder that goes with the value.
final class Scratch {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func text(_ path: String) throws -> String { try String(contentsOf: url.appendingPathComponent(path), encoding: .utf8) }
  func names(_ path: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent(path).path).sorted()
  }
}

enum ReportFixture {
  static func instrument() throws -> Instrument {
    try Instrument(
      id: InstrumentID(venue: "binance", market: .usdm, symbol: "BTCUSDT"), baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1,
      quantityScale: 3)
  }

  static func recorder(_ folder: String, instances: [String] = ["EMACross@BTCUSDT/0"], codes: [String] = [], equity: Int64 = 10_000) throws
    -> ReportRecorder
  {
    try ReportRecorder(
      folder: folder, instrument: instrument(), instances: instances, refusalCodes: codes, feeAssets: ["USDT", "BTC", "BNB"],
      initialEquity: Money(units: equity))
  }

  static func summary(
    title: String = "EMACross on BTCUSDT", strategies: [ReportStrategy] = [], settings: [ReportSetting] = [], rejected: [ReportRefusal] = [],
    limits: [ReportLimit]? = nil, halt: ReportHalt? = nil, warnings: [String] = [], range: ClosedRange<Int64>? = nil, syntheticSpread: String? = nil
  ) -> ReportSummary {
    ReportSummary(
      title: title, symbol: "BTCUSDT", hostVersion: "0.1.0", strategies: strategies, settings: settings,
      data: ReportDataSource(
        path: "ticks.csv", digest: "ab12", rows: 3, timeRangeMilliseconds: range, inputs: ["trades"], syntheticSpread: syntheticSpread), ticks: 3,
      fills: 2, trades: 1,
      wins: 1, realizedPnL: Money(units: 3), fees: Money(units: 1), initialEquity: Money(units: 10_000), finalEquity: Money(units: 10_002),
      finalPnL: Money(units: 2), maximumDrawdown: Money(units: 1), maximumDrawdownFraction: 0.0001, position: .zero, ordersRejected: rejected,
      decisionHash: "cd34", halt: halt, limits: limits, warnings: warnings, resultsJSON: #"{"symbol":"BTCUSDT","ticks":3}"#)
  }

  static func fill(_ index: Int, _ side: Side, price: Int64, position: Int64, time: Int64 = 1_704_067_200_000) -> FillRow {
    let notional = Money(raw: Int128(price) * 100_000_000_000_000)
    return FillRow(
      tickIndex: index, timeMilliseconds: time, instance: 0, side: side, quantity: Quantity(raw: 1), price: Price(raw: price),
      notional: notional, fee: BasisPoints(raw: 5_000_000).fee(on: notional), isMaker: false, positionAfter: Quantity(raw: position),
      realizedPnL: .zero, decisionBid: .zero, decisionAsk: .zero, feeAsset: 0, feeAmount: BasisPoints(raw: 5_000_000).fee(on: notional),
      isHostMade: false)
  }

  static func trade(_ pnl: Int128, at time: Int64 = 1_704_067_200_000) -> TradeRow {
    TradeRow(
      instance: 0, side: .buy, entryMilliseconds: time, exitMilliseconds: time + 1500, entryPrice: Price(raw: 600_000),
      exitPrice: Price(raw: 600_010), quantity: Quantity(raw: 1), pnl: Money(raw: pnl), fees: Money(raw: 60_000_000_000_000_000), funding: .zero)
  }
}

extension ReportRecorder {
  /// For what is not about figures.
  consuming func finish(_ summary: ReportSummary) throws(ReportError) {
    let measures = RunMeasures(instrument: instrument, instances: instances, initialEquity: summary.initialEquity)
    try finish(summary, measures.finish(RunMeasures.Moment(timeMilliseconds: 0, equity: summary.finalEquity, bid: .zero, ask: .zero, last: .zero)))
  }
}

/// SplitMix64: a seeded sequence that is the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
