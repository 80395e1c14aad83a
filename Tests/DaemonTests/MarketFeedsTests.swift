import Engine
import Foundation
import Market
import Risk
import Session
import Settings
import Simulation
import TestKit
import Testing

@testable import Daemon

@Suite struct MarketFeedsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Bench: ~Copyable {
    var feeds: MarketFeeds
    var loop: TradingLoop
  }

  private static let start: Int64 = 1_704_067_200_000

  /// BTCUSDT and ETHUSDT with trades at these ms after the start.
  private func feeds(_ milliseconds: [[Int64]], speed: String, now: Int64, badRow: Bool = false) throws -> Bench {
    let symbols = ["BTCUSDT", "ETHUSDT"]
    var files: [String] = []
    for (symbol, times) in zip(symbols, milliseconds) {
      let rows = times.map { "\(Self.start + $0),3000.0,0.500,B\n" }.joined() + (badRow && symbol == "BTCUSDT" ? "nonsense\n" : "")
      files.append("\(symbol)=\(try folder.write("timestamp,price,qty,side\n" + rows, to: "\(symbol).csv"))")
    }
    let settings = try Settings.load(
      path: nil, overrides: ["app.mode=paper", "feed.recording=\(files.joined(separator: ","))", "feed.speed=\(speed)"], environment: [:])
    let instruments = try symbols.map { try #require(settings.pairs.instrument($0)) }
    let configuration = EngineConfiguration(
      instruments: instruments.map(\.spec), instances: [], limits: RiskLimits(), feeReserve: .zero, initialCash: Money(units: 1000))
    return Bench(
      feeds: try MarketFeeds(instruments: instruments, settings: settings, now: now),
      loop: TradingLoop(configuration, model: SimulationModel(), syntheticSpread: nil, owner: nil, observer: nil)
    )
  }

  @Test func `At full speed events come by their time, ties to the symbol named first`() throws {
    var bench = try feeds([[0, 10, 20], [0, 5, 20]], speed: "max", now: 0)
    var order: [String] = []
    while let index = bench.feeds.due(at: 0) {
      let due = try #require(bench.feeds.feeds[index].dueNanoseconds)
      #expect(due == bench.feeds.nextDueNanoseconds)
      order.append("\(index)@\(due / 1_000_000 - Self.start)")
      try bench.feeds.deliver(index, to: &bench.loop, receiveNanoseconds: due)
    }
    #expect(order == ["0@0", "1@0", "1@5", "0@10", "0@20", "1@20"])
    #expect(bench.feeds.nextDueNanoseconds == nil)
    #expect(bench.loop.engine.lastPrice(instrument: 1).raw > 0)
  }

  @Test func `At their own pace events keep their distances from now on, over all symbols`() throws {
    let now: Int64 = 2_000_000_000_000_000_000
    var bench = try feeds([[40, 50], [30, 45]], speed: "recorded", now: now)
    #expect(bench.feeds.due(at: now - 1) == nil)
    var order: [Int64] = []
    for milliseconds: Int64 in [0, 9, 10, 14, 15, 19, 20] {
      while let index = bench.feeds.due(at: now + milliseconds * 1_000_000) {
        let due = try #require(bench.feeds.feeds[index].dueNanoseconds)
        order += [milliseconds, (due - now) / 1_000_000]
        try bench.feeds.deliver(index, to: &bench.loop, receiveNanoseconds: due)
      }
    }
    #expect(order == [0, 0, 10, 10, 15, 15, 20, 20])
  }

  @Test func `A feed that breaks ends alone, after what it had`() throws {
    var bench = try feeds([[0, 1], [2]], speed: "max", now: 0, badRow: true)
    var order: [Int] = []
    var failures: [String] = []
    while let index = bench.feeds.due(at: 0) {
      order.append(index)
      do { try bench.feeds.deliver(index, to: &bench.loop, receiveNanoseconds: 1) } catch { failures.append("\(error)") }
    }
    #expect(order == [0, 0, 1])
    #expect(failures.count == 1 && failures[0].contains("BTCUSDT.csv:4"), "\(failures)")
  }
}
