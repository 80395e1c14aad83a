import Foundation
import TestKit
import Testing

/// What README shows does what README says.
@Suite struct ReadmeTests {
  /// The sample of `make demo`, with the shipped settings.
  @Test func `The backtests that it shows trade`() throws {
    let host = try Host()
    let readme = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("README.md"), encoding: .utf8)
    let shown = readme.split(separator: "\n").filter { $0.hasPrefix(".build/release/quantumedge backtest ") && $0.contains("_sample.csv") }
    #expect(!shown.isEmpty)
    _ = try host.succeed(["ticks", "generate", "--symbol", "BTCUSDT", "--rows", "100000", "--seed", "42", "--out", "sample.csv"])
    let settings = Workplace.packageFolder.appendingPathComponent("config/settings.yaml").path
    for line in shown {
      let words = line.split(separator: " ").dropFirst().map { $0.hasSuffix("_sample.csv") ? "sample.csv" : String($0) }
      let outcome = try host.succeed(words + ["--config", settings, "--json"])
      #expect(try outcome.integer("fills") > 2, "\(line): \(outcome)")
    }
  }
}
