import Foundation
import TestKit
import Testing

/// Where words and results go, and what happens when they cannot.
@Suite struct OutputTests {
  private let host: Host
  private let shell: Host
  private var quantumedge: String { host.executable.path }

  init() throws {
    host = try Host()
    shell = try Host(executable: URL(fileURLWithPath: "/bin/sh"))
  }

  @Test(arguments: ["> /dev/full", ">&-"])
  func `A result that cannot be written is a failure and says so`(redirection: String) throws {
    try shell.folder.write("timestamp,price,qty,side\n1704067200000,60000.0,0.1,buy\n", to: "ticks.csv")
    for words in [
      "ticks info ticks.csv --json", "strategies list --json", "backtest --symbol BTCUSDT --ticks-path ticks.csv --strategy EMACross --json",
    ] {
      let outcome = try shell.run(["-c", "exec '\(quantumedge)' \(words) \(redirection)"])
      #expect(outcome.exitCode == 1, "\(words): \(outcome)")
      #expect(outcome.errors.contains("standard output"), "\(outcome)")
    }
  }

  @Test func `A reader that goes away does not kill the host`() throws {
    let outcome = try shell.run([
      "-c",
      "'\(quantumedge)' strategies publish EMACross --symbol BTCUSDT && { '\(quantumedge)' run --duration 2 2>&1; echo $? > code; } | head -1",
    ])
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try String(contentsOfFile: shell.folder.path("code"), encoding: .utf8) == "0\n")
  }

  @Test func `What others wrote does not steer the reader's terminal`() throws {
    let outcome = try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", "no\u{1B}[31mfile", "--strategy", "EMACross"])
    #expect(outcome.exitCode == 66)
    #expect(!outcome.errors.contains("\u{1B}"), "\(outcome)")
  }

  @Test func `Files are written, links and pipes are not replaced`() throws {
    let link = host.folder.path("link.csv")
    try host.folder.write("mine", to: "target.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: host.folder.path("target.csv"))
    let outcome = try host.run(["ticks", "generate", "--rows", "10", "--out", link, "--force"])
    #expect(outcome.exitCode == 64, "\(outcome)")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == host.folder.path("target.csv"))
    #expect(try String(contentsOfFile: host.folder.path("target.csv"), encoding: .utf8) == "mine")
  }

  @Test func `The libraries of the user's card do their work`() throws {
    // Those whose duty exists so far: digests by OpenSSL, settings by libyaml, requests by libcurl. libffi comes with its own.
    let outcome = try Host(executable: URL(fileURLWithPath: "/usr/bin/readelf")).run(["-d", quantumedge])
    for library in ["libcrypto.so", "libcurl.so", "libyaml-0.so", "libz.so", "libzstd.so", "libsimdjson.so"] {
      #expect(outcome.output.contains("[\(library)"), "\(library)")
    }
    // Foundation comes with GRDB, which is the ledger's; what has no ledger goes without, as it costs a process milliseconds to start.
    let harness = quantumedge.replacing("/quantumedge", with: "/quantumedge-conformance")
    let other = try Host(executable: URL(fileURLWithPath: "/usr/bin/readelf")).run(["-d", harness])
    #expect(other.output.contains("NEEDED") && !other.output.contains("libFoundation.so"), "\(other.output)")
  }

  @Test func `The first refusal of each code is told with its value, limit and headroom`() throws {
    try host.folder.write("timestamp,price,qty,side\n1704067200000,60000.0,0.1,buy\n1704067200010,60000.0,0.1,buy\n", to: "ticks.csv")
    let outcome = try host.backtest(
      "ticks.csv", strategy: "Churn", parameters: ["every=1", "mode=trade", "quantity=0.001"], more: ["--set", "risk.max_order_notional=50"])
    #expect(
      try outcome.json["first_refusals"] as? [String: String] == ["ORDER_NOTIONAL_LIMIT": "ORDER_NOTIONAL_LIMIT: 60, limit 50, headroom -10"],
      "\(outcome)")
    #expect(outcome.errors.contains("headroom -10"), "people see it too: \(outcome)")
  }

  @Test func `A host with a failed strategy beside a sound one has not failed`() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT"])
    _ = try host.succeed(["strategies", "publish", "Misbehaving", "--symbol", "ETHUSDT", "--param", "fault=process_error"])
    let outcome = try host.succeed([
      "run", "--duration", "1.5", "--json", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000", "--set",
      "feed.mock.trades_per_second=200",
    ])
    #expect((try outcome.json["failures"] as? [String])?.count == 1, "\(outcome)")
    #expect(try outcome.integer("events") > 100)
  }
}
