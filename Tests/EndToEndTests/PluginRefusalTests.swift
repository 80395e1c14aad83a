import Foundation
import TestKit
import Testing

/// Plugins that must not run: each has a name, exits with its code, and leaves nothing.
@Suite struct PluginRefusalTests {
  private let host: Host
  private let ticks: String

  init() throws {
    var chance = Chance.seeded("Plugins that must not run")
    host = try Host()
    ticks = try host.folder.write(Ticks(500, chance: &chance).csv, to: "ticks.csv")
  }

  /// Publishes EMACross for BTCUSDT and returns the folder of its version.
  private func publish() throws -> URL {
    let outcome = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--json"])
    return host.runtime.appendingPathComponent("strategies/BTCUSDT/0/versions").appendingPathComponent(try outcome.text("version"))
  }

  private func edit(_ manifest: URL, _ change: (inout [String: Any]) -> Void) throws {
    var content = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
    change(&content)
    try JSONSerialization.data(withJSONObject: content).write(to: manifest)
  }

  private func flipLastByte(_ file: URL) throws {
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: file)
  }

  @Test func `An edited library does not have the promised digest`() throws {
    let version = try publish()
    try flipLastByte(version.appendingPathComponent("libEMACross.so"))
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 65, naming: ["sha_mismatch", "libEMACross.so"])
    try host.refuseBacktest(ticks, strategy: "EMACross", exitCode: 65, naming: ["sha_mismatch"])
    try host.refuseBacktest(ticks, strategy: version.path + "/manifest.json", exitCode: 65, naming: ["sha_mismatch"])
    try host.refuse(["strategies", "verify", "--json"], exitCode: 65, naming: ["sha_mismatch"])
    try host.refuse(["run", "--mode", "mock", "--duration", "5"], exitCode: 65, naming: ["sha_mismatch"])
  }

  @Test func `A manifest that promises another digest`() throws {
    let manifest = try publish().appendingPathComponent("manifest.json")
    try edit(manifest) { content in
      content["files"] = ["plugin": ["path": "libEMACross.so", "sha256": String(repeating: "0", count: 64)]]
    }
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 65, naming: ["sha_mismatch"])
  }

  @Test(arguments: [
    ("name", "Other", "compat_mismatch:name"), ("kind", "model", "manifest_invalid:kind"), ("manifest_version", "strategy.v2", "manifest_invalid"),
    ("symbol", "ETHUSDT", "symbol_or_horizon_mismatch"), ("market", "spot", "symbol_or_horizon_mismatch"),
  ])
  func `An edited manifest`(key: String, value: String, code: String) throws {
    let manifest = try publish().appendingPathComponent("manifest.json")
    try edit(manifest) { $0[key] = value }
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 65, naming: [code, "BTCUSDT"])
    try host.refuseBacktest(ticks, strategy: manifest.path, exitCode: 65, naming: [code])
  }

  @Test func `A manifest of another horizon than its folder`() throws {
    try edit(try publish().appendingPathComponent("manifest.json")) { $0["horizon"] = 5 }
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 65, naming: ["symbol_or_horizon_mismatch", "BTCUSDT/5", "BTCUSDT/0"])
  }

  @Test func `A manifest that is not JSON, and one that is gone`() throws {
    let manifest = try publish().appendingPathComponent("manifest.json")
    try Data("{\"name\": ".utf8).write(to: manifest)
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 65, naming: ["manifest_invalid:not JSON", "manifest.json"])
    try FileManager.default.removeItem(at: manifest)
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 66, naming: ["manifest_missing"])
  }

  @Test func `A manifest for one symbol is no strategy of another`() throws {
    let manifest = try publish().appendingPathComponent("manifest.json").path
    try host.refuseBacktest(ticks, symbol: "ETHUSDT", strategy: manifest, exitCode: 65, naming: ["symbol_or_horizon_mismatch", "ETHUSDT"])
    try host.refuseBacktest(
      ticks, symbol: "binance.spot.BTCUSDT", strategy: manifest, exitCode: 65, naming: ["symbol_or_horizon_mismatch", "binance.spot.BTCUSDT"])
  }

  @Test(arguments: [
    ("MisbehavingWrongABI", "abi_unsupported"), ("MisbehavingNullEntry", "abi_unsupported"), ("MisbehavingNullTable", "descriptor_invalid"),
    ("MisbehavingShortDescriptor", "descriptor_invalid"), ("MisbehavingModel", "compat_mismatch:kind(model)"),
    ("AllocationCounter", "entry_missing"),
  ])
  func `A library that is no strategy of this ABI`(library: String, code: String) throws {
    try host.refuseBacktest(ticks, strategy: library, exitCode: 65, naming: [code, "lib\(library).so"])
    try host.refuseBacktest(ticks, strategy: Workplace.plugin(library).path, exitCode: 65, naming: [code])
    // Publishing tries it in a sandbox, which stops this one before its entry is looked for: it reads the environment.
    let published = library == "AllocationCounter" ? "tried to read the environment" : code
    try host.refuse(["strategies", "publish", library, "--symbol", "BTCUSDT", "--json"], exitCode: 65, naming: [published])
  }

  @Test func `A file that is no library`() throws {
    let text = try host.folder.write("no library\n", to: "libtext.so")
    try host.refuseBacktest(ticks, strategy: text, exitCode: 65, naming: ["libtext.so"])
    let empty = try host.folder.write("", to: "libempty.so")
    try host.refuseBacktest(ticks, strategy: empty, exitCode: 65, naming: ["libempty.so"])
    let whole = try Data(contentsOf: Workplace.plugin("EMACrossC"))
    try whole.prefix(whole.count / 2).write(to: host.folder.url.appendingPathComponent("libhalf.so"))
    try host.refuseBacktest(ticks, strategy: "./libhalf.so", exitCode: 65, naming: ["libhalf.so"])
  }

  @Test func `A missing library`() throws {
    try host.refuseBacktest(ticks, strategy: "./libAbsent.so", exitCode: 66, naming: ["file_missing", "libAbsent.so"])
    try host.refuseBacktest(ticks, strategy: "Absent", exitCode: 66, naming: ["strategy_missing", "Absent"])
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 66, naming: ["strategy_missing", "BTCUSDT"])
    try FileManager.default.removeItem(at: try publish().appendingPathComponent("libEMACross.so"))
    try host.refuseBacktest(ticks, strategy: nil, exitCode: 66, naming: ["file_missing", "libEMACross.so"])
  }

  @Test(arguments: ["null_instance", "create_error", "create_silent", "create_unterminated", "create_garbage_status", "error_with_instance"])
  func `A plugin that makes no instance`(fault: String) throws {
    try host.refuseBacktest(
      ticks, strategy: "Misbehaving", more: ["--param", "fault=\(fault)"], exitCode: 65, naming: ["create_failed", "Misbehaving"])
    try host.refuse(
      ["strategies", "publish", "Misbehaving", "--symbol", "BTCUSDT", "--param", "fault=\(fault)"], exitCode: 65, naming: ["create_failed"])
  }

  @Test(arguments: ["process_error", "error_with_intents", "garbage_status", "count_over_capacity"])
  func `A plugin that breaks the contract while it runs ends the run by its name`(fault: String) throws {
    try host.refuseBacktest(
      ticks, strategy: "Misbehaving", more: ["--param", "fault=\(fault)"], exitCode: 1, naming: ["Misbehaving@BTCUSDT/0", "process()", "tick 0"])
  }

  @Test(arguments: ["random", "nan", "negative", "zero", "overflow", "unknown_kind", "reserved_set", "wrong_size", "count_without_intents"])
  func `Intents that are no wishes are refused by code, and the run goes on`(fault: String) throws {
    // Ticks may come as dense as their seed has them: what a flood is, is another test's.
    let outcome = try host.backtest(
      ticks, strategy: "Misbehaving", parameters: ["fault=\(fault)"], more: ["--set", "plugins.max_intents_per_second=1000000"])
    #expect(try outcome.integer("ticks") == 500)
    let refusals = try #require(try outcome.json["orders_rejected"] as? [String: Int])
    #expect(refusals.values.reduce(0, +) > 0, "\(outcome)")
    // Of these all but the random ones are wrong every time, so nothing may trade.
    if !["random", "nan"].contains(fault) { #expect(try outcome.integer("fills") == 0, "\(outcome)") }
  }
}
