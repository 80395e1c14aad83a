import Foundation
import PluginABI
import Testing

/// What every plugin of this repository keeps, whatever it trades.
@Suite struct ContractTests {
  static let plugins = ["EMACross", "OrderFlow", "EMACrossC", "BreakoutC", "Churn", "Workload"]
  static let stateful = ["EMACross", "OrderFlow", "EMACrossC", "BreakoutC"]
  /// What each subscribes to; those that are not named, to trades alone.
  static let events = [
    "OrderFlow": [QE_EVENT_TRADE, QE_EVENT_QUOTE], "Workload": [QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_BAR, QE_EVENT_MARK_PRICE],
  ]

  @Test(arguments: plugins)
  func `another major version is refused with the range that is served`(_ name: String) throws {
    let library = try PluginLibrary(name)
    for major in [0, 2, 7, UInt32.max] {
      var error = [CChar](repeating: 0x7F, count: 256)
      #expect(library.entry(major, 0, &error, 200) == nil)
      #expect(text(error).contains("1.0 to 1.x"))
      #expect(error[200...].allSatisfy { $0 == 0x7F })
      error = [CChar](repeating: 0x7F, count: 8)
      #expect(library.entry(major, 0, &error, 4) == nil)
      #expect(error[3] == 0 && error[4] == 0x7F)
      #expect(library.entry(major, 0, &error, 0) == nil)
    }
    var error = [CChar](repeating: 0, count: 256)
    #expect(library.entry(1, 99, &error, 256) == library.descriptor, "a later minor of the host is served")
  }

  @Test(arguments: plugins)
  func `the descriptor is complete and stays the same`(_ name: String) throws {
    let library = try PluginLibrary(name)
    let again = try PluginLibrary(name)
    let descriptor = library.descriptor.pointee
    #expect(again.descriptor == library.descriptor)
    #expect(String(cString: descriptor.name) == name)
    #expect(Int(descriptor.struct_size) == MemoryLayout<qe_descriptor>.size && descriptor.abi_major == 1 && descriptor.kind == QE_KIND_STRATEGY)
    let events = (ContractTests.events[name] ?? [QE_EVENT_TRADE]).reduce(0) { $0 | 1 << UInt64($1) }
    #expect(descriptor.events == events && descriptor.model == nil && descriptor.uses_features == 0)
    #expect(Set(library.parameters.map { String(cString: $0.name) }).count == library.parameters.count)
    for row in library.parameters where row.type != QE_PARAMETER_TEXT {
      #expect(row.minimum <= row.default_value && row.default_value <= row.maximum)
    }
    #expect(descriptor.get_extension!("quantumedge.unknown/1") == nil)
    #expect(descriptor.get_extension!("") == nil)
    #expect(descriptor.get_extension!(QE_EXTENSION_PREDICT_BATCH) == nil)
    #expect((descriptor.get_extension!(QE_EXTENSION_STATE) != nil) == ContractTests.stateful.contains(name))
  }

  @Test(arguments: plugins)
  func `one symbol is exported`(_ name: String) throws {
    let nm = Process()
    let pipe = Pipe()
    nm.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    nm.arguments = ["nm", "-D", "--defined-only", try PluginLibrary(name).path]
    nm.standardOutput = pipe
    try nm.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    nm.waitUntilExit()
    #expect(nm.terminationStatus == 0)
    #expect(output.split(separator: "\n").map { $0.split(separator: " ").last } == ["quantumedge_plugin_entry"])
  }

  @Test(arguments: plugins)
  func `events of every kind, also unknown ones, are taken without a word`(_ name: String) throws {
    let instance = try PluginInstance(try PluginLibrary(name))
    for kind in [QE_EVENT_QUOTE, QE_EVENT_DEPTH, QE_EVENT_BAR, QE_EVENT_TIMER, QE_EVENT_PREDICTION, QE_EVENT_MARK_PRICE, QE_EVENT_RISK_STATE, 0, 99] {
      var event = qe_event()
      event.kind = kind
      #expect(try instance.process(event).isEmpty)
    }
  }

  /// Trades with immediate fills; what was wished, bit for bit.
  static func run(_ instance: PluginInstance, _ prices: ArraySlice<Int64>) throws -> [[UInt8]] {
    try prices.flatMap { try instance.run($0).map(\.bytes) }
  }

  @Test(arguments: plugins)
  func `two instances do not touch each other, and a reset one is as new`(_ name: String) throws {
    var generator = Generator.seeded()
    let prices = [generator.prices(3000), generator.prices(3000)]
    let library = try PluginLibrary(name)
    let alone = try prices.map { try ContractTests.run(try PluginInstance(library), $0[...]) }
    let both = [try PluginInstance(library), try PluginInstance(library)]
    var mixed: [[[UInt8]]] = [[], []]
    for index in 0..<3000 {
      for which in 0...1 { mixed[which] += try ContractTests.run(both[which], prices[which][index...index]) }
    }
    #expect(mixed == alone)
    #expect(library.strategy.reset(both[0].memory) == QE_OK)
    // The host's side starts anew as well.
    let size = both[0].context.struct_size
    both[0].context = qe_context()
    both[0].resting = []
    both[0].context.struct_size = size
    #expect(try ContractTests.run(both[0], prices[0][...]) == alone[0])
  }

  @Test(arguments: ["BreakoutC", "EMACrossC", "EMACross", "OrderFlow"])
  func `the configuration of ABI 1.0, which ends before the horizons of predictions, is enough, and no byte less`(_ name: String) throws {
    let library = try PluginLibrary(name)
    _ = try PluginInstance(library, configSize: 152)
    do {
      _ = try PluginInstance(library, configSize: 151)
      Issue.record("151 bytes are taken for a whole configuration")
    } catch let refused as PluginInstance.Refused { #expect(refused.reason.contains("ABI 1.0")) }
  }
}
