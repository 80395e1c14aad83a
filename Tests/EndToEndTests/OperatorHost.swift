import Foundation
import TestKit
import Testing

/// A host at a market that stands still: two symbols that trade once and then not for an hour, so that what is held and
/// what is open does not change while somebody looks at it.
///
/// BTCUSDT: a market order bought 0.001 and holds it. ETHUSDT: a buy of 0.01 rests far below the price.
struct OperatorHost {
  let host: Host

  init() throws { host = try Host() }

  /// With a host that a test has already.
  init(host: Host) { self.host = host }

  var socketPath: String { host.runtime.appendingPathComponent("state/paper/binance/paper/control.sock").path }

  /// Publishes, writes the recordings and starts; returns once the position is held and the order rests.
  func start(_ more: [String] = []) throws -> Child {
    for (symbol, mode, quantity) in [("BTCUSDT", "trade", "0.001"), ("ETHUSDT", "limit_cancel", "0.01")] {
      _ = try host.succeed([
        "strategies", "publish", "Churn", "--symbol", symbol, "--param", "mode=\(mode)", "--param", "quantity=\(quantity)",
      ])
    }
    try host.folder.write(Self.ticks("60000.0"), to: "btc.csv")
    try host.folder.write(Self.ticks("3000.00"), to: "eth.csv")
    return try startAgain(more)
  }

  func startAgain(_ more: [String] = []) throws -> Child {
    let child = try host.start(arguments(more))
    try child.waitForError("paper 1s")
    return child
  }

  func arguments(_ more: [String] = []) -> [String] {
    [
      "run", "--json", "--mode", "paper", "--config", Host.oracle, "--set", "feed.recording=BTCUSDT=btc.csv,ETHUSDT=eth.csv", "--set",
      "feed.stale_after_ms=3600000",
    ] + more
  }

  /// The first trade begins what the strategy does, the second is an hour away.
  static func ticks(_ price: String) -> String {
    "timestamp,price,qty,side\n1704067200000,\(price),0.500,B\n1704070800000,\(price),0.500,S\n"
  }

  func command(_ words: [String]) throws -> Outcome { try host.run(words + ["--mode", "paper"]) }

  func socket() throws -> ControlSocket { try ControlSocket(socketPath) }
}
