import Foundation
import TestKit
import Testing

/// A mock host with two strategies: one that takes the host with it, and one that trades on.
struct FatalHost {
  let host: Host

  init() throws { host = try Host() }

  /// With a host that a test has already.
  init(host: Host) { self.host = host }

  func state(_ name: String) -> URL { host.runtime.appendingPathComponent("state/mock/binance/paper/\(name)") }

  /// - Parameter alone: without the one that trades on.
  func publish(_ fault: String, after: Int = 20, alone: Bool = false) throws {
    try publishFatal(fault, after: after)
    if alone { return }
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--horizon", "5", "--param", "fast=3", "--param", "slow=10"])
  }

  func publishFatal(_ fault: String, after: Int = 20) throws {
    _ = try host.succeed(
      ["strategies", "publish", "Fatal", "--symbol", "BTCUSDT", "--param", "fault=\(fault)", "--param", "after=\(after)"])
  }

  func arguments(_ more: [String] = [], limitMilliseconds: Int = 200) -> [String] {
    [
      "run", "--mode", "mock", "--json", "--set", "feed.mock.trades_per_second=200", "--set", "engine.max_step_ms=\(limitMilliseconds)",
    ] + more
  }

  /// The entries of quarantine.json.
  func quarantine() throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: state("quarantine.json"))) as? [String: Any]
    #expect(object?["version"] as? Int == 1)
    return try #require(object?["entries"] as? [[String: Any]])
  }

  func status() throws -> [String: Any] { try host.succeed(["status", "--mode", "mock", "--json"]).json }

  /// The whole state of a process as the kernel tells it; nil when it is gone or waits for nobody but its reaper.
  static func isAlive(_ process: Int) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8), let end = text.lastIndex(of: ")") else { return false }
    return !text[end...].hasPrefix(") Z") && !text[end...].hasPrefix(") X")
  }
}
