import Foundation
import Market
import PluginABI
import Plugins
import TestKit
import Testing

/// Plugin libraries as bytes that a test may cut, flip or overwrite.
enum Libraries {
  static let deliverable: Set<UInt32> = [
    QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_BAR, QE_EVENT_TIMER, QE_EVENT_ORDER_UPDATE, QE_EVENT_RISK_STATE,
  ]

  static func bytes(_ name: String) throws -> Data { try Data(contentsOf: Workplace.plugin(name)) }

  static func load(_ name: String) throws -> PluginLibrary { try PluginLibrary.load(Workplace.plugin(name).path) }

  /// A copy of MisbehavingDescriptor whose descriptor has the fault.
  static func descriptor(fault: String, in folder: TemporaryFolder) throws -> String {
    try overwritten("MisbehavingDescriptor", "QE-DESCRIPTOR-FAULT:none", with: "QE-DESCRIPTOR-FAULT:\(fault)", in: folder)
  }

  /// A copy of a library in which a text is overwritten in place: another build, as far as digests know.
  static func overwritten(_ name: String, _ old: String, with new: String, in folder: TemporaryFolder) throws -> String {
    var data = try bytes(name)
    let place = try #require(data.range(of: Data(old.utf8)), "\(old) is in the library")
    data.replaceSubrange(place.lowerBound..<(place.lowerBound + new.utf8.count), with: Data(new.utf8))
    return try write(data, "lib\(name).so", in: folder)
  }

  static func write(_ data: Data, _ name: String, in folder: TemporaryFolder) throws -> String {
    try data.write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  static func instance(
    _ library: PluginLibrary, _ parameters: [String: String] = [:], instrument: Instrument = Samples.perpetual(), horizonSeconds: Int64 = 0
  ) throws -> StrategyInstance {
    try StrategyInstance(
      library: library, instrument: instrument, horizonSeconds: horizonSeconds, parameters: parameters,
      id: "\(library.name)@\(instrument.id.symbol)/\(horizonSeconds)", deliverableEvents: deliverable)
  }
}

/// Runs `body` and returns the error that it must throw.
func fault(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws -> PluginError {
  do { try body() } catch let error as PluginError {
    #expect(!error.description.contains("\n"), "one line", sourceLocation: sourceLocation)
    #expect(error.description.hasPrefix(error.code.name), "the name comes first", sourceLocation: sourceLocation)
    return error
  }
  Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  throw CancellationError()
}
