import Foundation
import TestKit
import Testing

/// Equal input, equal decisions, bit for bit.
@Suite struct DeterminismTests {
  private let host: Host
  private let ticks: String

  private static let csv = {
    var chance = Chance.seeded("Equal input, equal decisions")
    return Ticks(20_000, chance: &chance).csv
  }()

  init() throws {
    host = try Host()
    ticks = try host.folder.write(Self.csv, to: "ticks.csv")
  }

  private func hash(_ path: String, strategy: String = "EMACross", parameters: [String] = ["quantity=0.001"]) throws -> String {
    let outcome = try host.backtest(path, strategy: strategy, parameters: parameters)
    #expect(try outcome.integer("fills") > 20)
    return try outcome.text("decision_hash")
  }

  @Test func `A repeated run decides the same, and one of other decisions has another hash`() throws {
    let first = try hash(ticks)
    #expect(first.count == 64 && first.allSatisfy { "0123456789abcdef".contains($0) })
    #expect(try hash(ticks) == first)
    #expect(try hash(ticks, parameters: ["quantity=0.002"]) != first)
    #expect(try hash(ticks, parameters: ["quantity=0.001", "fast=19"]) != first)
  }

  @Test(arguments: ["gz", "zst"]) func `A packed file decides as the plain one`(suffix: String) throws {
    let packed = host.folder.path("packed.csv.\(suffix)")
    _ = try host.succeed(["ticks", "import", ticks, "--out", packed])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: packed)).prefix(4)
    #expect(suffix == "gz" ? bytes.starts(with: [0x1F, 0x8B]) : bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]), "it is packed")
    #expect(try hash(packed) == hash(ticks))
  }

  @Test func `The same strategy written in C decides as the one in Swift`() throws {
    #expect(try hash(ticks, strategy: "EMACrossC") == hash(ticks))
  }

  @Test(arguments: ["passive", "taker"]) func `OrderFlow decides the same again, and debug as release`(entry: String) throws {
    func outcome(_ host: Host) throws -> Outcome {
      // Between a bid and an ask that are one, nothing can rest.
      try host.backtest(
        ticks, strategy: "OrderFlow", parameters: ["quantity=0.001", "entry=\(entry)", "enter_percent=20", "pause_ms=0"],
        more: ["--set", "simulation.synthetic_spread_bps=2"])
    }
    let first = try outcome(host)
    #expect(try first.integer("fills") > 20)
    #expect(try outcome(host).text("decision_hash") == first.text("decision_hash"))
    #expect(try outcome(try Host(executable: Host.debug)).text("decision_hash") == first.text("decision_hash"))
  }

  @Test func `A published strategy decides as the built one, and debug as release`() throws {
    let built = try hash(ticks)
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let published = try host.succeed(["backtest", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", ticks, "--json"])
    #expect(try published.text("decision_hash") == built)
    #expect(try Host(executable: Host.debug).backtest(ticks).text("decision_hash") == built)
  }

  @Test(arguments: ["EMACross", "OrderFlow", "BreakoutC"]) func `In a worker a strategy decides as in place`(strategy: String) throws {
    // OrderFlow rests its entries, and between a bid and an ask that are one nothing can rest.
    let parameters = strategy == "OrderFlow" ? ["enter_percent=20", "pause_ms=0"] : []
    let spread = ["--set", "simulation.synthetic_spread_bps=\(strategy == "OrderFlow" ? 2 : 0)"]
    let inPlace = try host.backtest(ticks, strategy: strategy, parameters: parameters, more: spread)
    let decisions = try inPlace.text("decision_hash")
    for spins in ["0", "2000"] {
      let isolated = try host.backtest(
        ticks, strategy: strategy, parameters: parameters,
        more: spread + ["--set", "plugins.isolation=process", "--set", "plugins.spin_iterations=\(spins)", "--set", "plugins.deadline_us=1000000"])
      #expect(try isolated.text("decision_hash") == decisions && isolated.integer("fills") == inPlace.integer("fills"))
    }
    #expect(try inPlace.integer("fills") > 0, "it acts: \(inPlace)")
  }
}
