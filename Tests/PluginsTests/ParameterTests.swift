import Market
import Plugins
import TestKit
import Testing

/// The fixture has one parameter of each type; tick and step of the sample instrument have 1 and 3 decimals.
@Suite struct ParameterTests {
  let library: PluginLibrary
  init() throws { library = try Libraries.load("Misbehaving") }

  private func texts(_ parameters: [String: String]) throws -> [String: String] {
    let instance = try Libraries.instance(library, parameters)
    return Dictionary(uniqueKeysWithValues: instance.parameterTexts.map { ($0.name, $0.value) })
  }

  @Test func missingOnesTakeTheDefaultInTheOrderOfTheTable() throws {
    let instance = try Libraries.instance(library)
    #expect(instance.parameterTexts.map(\.name) == ["fault", "seed", "size", "ratio", "enabled", "limit"])
    #expect(instance.parameterTexts.map(\.value) == ["none", "1", "0.001", "0.5", "true", "100.5"])
  }

  @Test(arguments: [
    ("size", "0.001"), ("size", "1000"), ("size", "0.0010000"), ("size", "1e-3"), ("seed", "1000000000"), ("seed", "0"), ("ratio", "-1"),
    ("ratio", "0.1234567890123"), ("enabled", "false"), ("enabled", "1"), ("limit", "0"), ("limit", "99999.9"),
  ])
  func acceptable(name: String, text: String) throws {
    #expect(try texts([name: text])[name] != nil)
  }

  @Test(arguments: [
    ("size", "0.0011"), ("size", "0.0001"), ("size", "1000.001"), ("size", "-1"), ("size", "nan"), ("size", "inf"), ("size", ""), ("size", "1,5"),
    ("size", "0x10"), ("size", "99999999999999999999"), ("size", " 1"), ("seed", "1.5"), ("seed", "-1"), ("seed", "1000000001"), ("seed", "many"),
    ("seed", "9223372036854775808"), ("ratio", "1.0001"), ("ratio", "nan"), ("ratio", "infinity"), ("ratio", "0x1p-1"), ("ratio", "half"),
    ("enabled", "yes"), ("enabled", "2"), ("enabled", "TRUE"), ("limit", "0.05"), ("limit", "1000000.1"), ("limit", "1e300"),
  ])
  func notAcceptable(name: String, text: String) throws {
    let error = try fault { _ = try texts([name: text]) }
    #expect(error.description.hasPrefix("parameter_invalid:\(name): "), "\(error)")
    #expect(error.kind.exitCode == 65)
  }

  @Test func anUnknownNameIsRefusedWithWhatThereIs() throws {
    let error = try fault { _ = try texts(["sise": "1"]) }
    #expect(error.description.hasPrefix("parameter_invalid:sise: "))
    #expect(error.description.contains("size"))
  }

  @Test func aTextWithAZeroByteIsRefusedRatherThanCut() throws {
    let error = try fault { _ = try texts(["fault": "none\u{0}flood"]) }
    #expect(error.description.hasPrefix("parameter_invalid:fault: "), "\(error)")
  }

  @Test func aDefaultTooFineForTheInstrumentIsRefusedByItsName() throws {
    let coarse = try Instrument(
      id: try #require(InstrumentID("binance.usdm.PEPEUSDT")), baseAsset: "PEPE", quoteAsset: "USDT", priceScale: 7, quantityScale: 0)
    let error = try fault { _ = try Libraries.instance(library, instrument: coarse) }
    #expect(error.description.hasPrefix("parameter_invalid:size: "), "\(error)")
    try Libraries.instance(library, ["size": "5"], instrument: coarse).close()
  }
}
