import Foundation
import TestKit
import Testing

/// Nothing is allocated per tick, per order or per refusal: the whole process is counted over N and over 2N ticks.
@Suite struct AllocationTests {
  /// What is shipped, which `make test` builds first; a debug build allocates where an optimised one does not.
  static var build: URL {
    ProcessInfo.processInfo.environment["QE_RELEASE_DIR"].map { URL(fileURLWithPath: $0) }
      ?? Workplace.packageFolder.appendingPathComponent(".build/release")
  }

  @Test(arguments: [
    ["EMACross"], ["EMACrossC"], ["BreakoutC"], ["Churn", "every=1", "mode=trade"], ["Churn", "every=1", "mode=refused"],
    ["Churn", "every=2", "mode=limit_cancel"],
  ])
  func twiceTheTicksAllocateNoMore(strategy: [String]) throws {
    let host = try Host(build: Self.build)
    let counter = Self.build.appendingPathComponent("libAllocationCounter.so").path
    try #require(FileManager.default.fileExists(atPath: counter), "\(counter) is missing: make test builds it")
    var counts: [Int] = []
    var orders: [Int] = []
    for rows in [20_000, 40_000] {
      let file = host.folder.path("ticks.csv")
      #expect(try host.run(["ticks", "generate", "--rows", "\(rows)", "--out", file, "--force"]).code == 0)
      let log = host.folder.path("count")
      let outcome = try host.run(
        ["backtest", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", file, "--strategy", strategy[0], "--json"]
          + strategy.dropFirst().flatMap { ["--param", $0] }, extra: ["LD_PRELOAD": counter, "QE_ALLOCATION_COUNT_FILE": log])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let text = try String(contentsOfFile: log, encoding: .utf8)
      counts.append(try #require(text.firstMatch(of: /allocations (\d+)/).flatMap { Int($0.1) }, "\(text)"))
      let rejected = (outcome.json["orders_rejected"] as? [String: Int])?.values.reduce(0, +) ?? 0
      orders.append((outcome.json["orders_sent"] as? Int ?? 0) + rejected)
    }
    #expect(orders[1] > orders[0], "the strategy did too little: \(orders)")
    #expect(counts[1] - counts[0] == 0, "\(strategy): \(counts) allocations for \(orders) orders")
  }
}
