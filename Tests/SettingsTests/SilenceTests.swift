import Foundation
import Market
import TestKit
import Testing

@testable import Settings

/// Nothing that was left out by accident may pass for a choice.
@Suite("What is left out by accident")
struct SilenceTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test(arguments: ["max_leverage", "max_order_notional", "max_orders_per_second"])
  func `A limit without a value is not unlimited`(key: String) throws {
    let start = "risk.\(key): an empty value is not a number; write "
    let inFile = try loading.violations("risk:\n  \(key):\n")
    #expect(inFile.count == 1 && inFile[0].hasPrefix("s.yaml:2: " + start) && inFile[0].hasSuffix("or null for unlimited"))
    // What `--set risk.max_leverage=$LIMIT` is with LIMIT unset.
    let overridden = try loading.violations("", overrides: ["risk.\(key)="])
    #expect(overridden.count == 1 && overridden[0].hasPrefix("--set " + start))
  }

  @Test func `A kill switch's file without a value is not none`() throws {
    let problem = "risk.kill_switch.file: an empty value is no text of one line; write one, or null for none"
    #expect(try loading.violations("risk:\n  kill_switch:\n    file:\n") == ["s.yaml:3: \(problem)"])
    #expect(try loading.violations("", overrides: ["risk.kill_switch.file="]) == ["--set \(problem)"])
    #expect(try loading.load("risk: {kill_switch: {file: null}}\n").killSwitch.file == nil)
  }

  @Test func `A text that looks like none is refused, so that equal canonical texts mean equal settings`() throws {
    #expect(
      try loading.violations("risk: {kill_switch: {reason: 'null'}}\n") == [
        "s.yaml:1: risk.kill_switch.reason: 'null' is no text of one line; write one, or null for none"
      ])
  }

  @Test func `In live the risk limits come from the file alone`() throws {
    let problem = "in live it stands in the settings file alone, where somebody can review it"
    #expect(
      try loading.violations(ExchangeTests.live, overrides: ["risk.max_leverage=4", "risk.max_leverage=3", "risk.kill_switch.enabled=true"]) == [
        "--set risk.kill_switch.enabled: \(problem)", "--set risk.max_leverage: \(problem)",
      ])
    // The mode of the command line counts as much as the file's, in either order.
    #expect(
      try loading.violations(ExchangeTests.live.replacing("mode: live", with: "mode: mock"), overrides: ["risk.max_leverage=3", "app.mode=live"])
        .count == 1)
    #expect(try loading.load("app: {mode: live}\n", overrides: ["app.mode=demo", "risk.max_leverage=3"]).limits.maximumLeverage == 3_000_000)
  }

  @Test(arguments: ["venue: binance\n", "instruments: {}\n", "instruments:\n"])
  func `Pairs without instruments are refused`(text: String) throws {
    try loading.folder.write(text, to: "pairs.yaml")
    let violations = try loading.violations("")
    #expect(violations.count == 1 && violations[0].hasPrefix("pairs.yaml:1: instruments: no instruments; write them"))
  }

  @Test(arguments: ["pairs.yaml", "nowhere.yaml"])
  func `A link that leads nowhere beside the settings does not fall back to the built-in pairs`(target: String) throws {
    // To itself: a loop, which may not be looked through; to nothing: a dangling link.
    try FileManager.default.createSymbolicLink(atPath: loading.folder.path("pairs.yaml"), withDestinationPath: target)
    let error = try #require(throws: SettingsError.self) { try loading.load("") }
    #expect(error.kind == .missingInput && error.description.contains("pairs.yaml: cannot be opened: "))
  }

  @Test(arguments: ["\u{9B}31m", "\u{85}x", "\u{2028}x"])
  func `Control characters beyond ASCII neither reach the terminal nor break the line`(text: String) throws {
    for violation in try loading.violations("", overrides: ["app.data_path=\(text)", "\(text)=1", "app.mode=\(text)"]) {
      #expect(!violation.unicodeScalars.contains { (0x80...0x9F).contains($0.value) || $0.value == 0x2028 })
    }
    #expect(try loading.violations("", overrides: ["app.data_path=\(text)"]).count == 1)
  }

  @Test func `The canonical text of pairs tells every figure, whatever the order of the file`() throws {
    func text(_ rows: String...) throws -> String {
      try loading.folder.write("instruments:\n" + rows.map { "  \($0)\n" }.joined(), to: "pairs.yaml")
      return try loading.load("").pairs.canonicalText
    }
    let a = "binance.usdm.A: {base: A, quote: USDT, tick: 0.10, step: 0.001, min_notional: 5.50, leverage: 3}"
    let b = "binance.spot.B: {base: B, quote: USDC, tick: 0.5, step: 1, max_quantity: 9, max_price: 2.5}"
    let both = try text(a, b)
    #expect(
      both.split(separator: "\n") == [
        "default_market=usdm",
        "instruments.binance.spot.B=base:B,quote:USDC,contract:linear,tick:0.5,step:1,min_quantity:1,max_quantity:9,max_price:2.5,min_notional:0,leverage:1,maintenance_margin_bps:40",
        "instruments.binance.usdm.A=base:A,quote:USDT,contract:linear,tick:0.1,step:0.001,min_quantity:0.001,max_quantity:1000000000.000,"
          + "max_price:1000000000.0,min_notional:5.5,leverage:3,maintenance_margin_bps:40",
        "venue=binance",
      ])
    #expect(try text(b, a) == both)
    for (old, new) in [("0.10", "0.2"), ("0.001", "0.002"), ("5.50", "5"), ("leverage: 3", "leverage: 4"), ("base: A", "base: C")] {
      #expect(try text(a.replacing(old, with: new), b) != both)
    }
  }
}
