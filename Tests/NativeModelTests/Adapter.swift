import Foundation
import Kernel
import PluginABI
import Plugins
import TestKit
import Testing

/// The adapter did not want to be created; its words.
struct Refused: Error, CustomStringConvertible {
  var text: String
  var description: String { text }
}

/// One instance of an adapter, lent what a model's manifest lends, and called as the host calls it.
final class Adapter {
  struct Prediction: Equatable {
    var up: Double
    var down: Double
    var edge: Double
  }

  let library: PluginLibrary
  private let table: qe_model
  private let host: UnsafeMutablePointer<qe_host>
  private let model: UnsafeMutableBufferPointer<UInt8>
  private var instance: UnsafeMutableRawPointer?

  /// - Throws: `Refused` with what create says.
  init(_ name: String, model bytes: [UInt8] = [], runtime: RuntimeFile? = nil, parameters: [String: String] = [:]) throws {
    library = try PluginLibrary.load(Workplace.plugin(name).path)
    table = try #require(library.descriptor.pointee.model).pointee
    // Unsafe: owned here; the instance, which reads them, goes first.
    host = .allocate(capacity: 1)
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    model = .allocate(capacity: bytes.count)
    _ = model.initialize(from: bytes)
    try create(runtime, parameters)
  }

  deinit {
    if let instance { table.destroy(instance) }
    host.deallocate()
    model.deallocate()
  }

  private func create(_ runtime: RuntimeFile?, _ given: [String: String]) throws {
    var strings: [UnsafeMutablePointer<CChar>] = []
    defer { for string in strings { free(string) } }
    func lend(_ text: String) -> UnsafePointer<CChar> {
      let copy = strdup(text)!
      strings.append(copy)
      return UnsafePointer(copy)
    }
    let rows = UnsafeBufferPointer(start: library.descriptor.pointee.parameters, count: Int(library.descriptor.pointee.parameter_count))
    #expect(Set(given.keys).isSubset(of: rows.map { String(cString: $0.name) }), "a parameter that it does not have")
    let values = rows.map { row in
      qe_parameter_value(
        name: row.name, type: row.type, reserved: 0, integer: 0, real: 0,
        text: given[String(cString: row.name)].map { lend($0) } ?? row.default_text, reserved_tail: 0)
    }
    var files: [qe_file] = []
    if !model.isEmpty {
      files.append(
        qe_file(name: lend("model"), bytes: UnsafePointer(model.baseAddress), size: UInt64(model.count), fd: -1, reserved: 0, reserved_tail: 0))
    }
    if let runtime {
      files.append(qe_file(name: lend(runtime.name), bytes: nil, size: 0, fd: runtime.memory.descriptor, reserved: 0, reserved_tail: 0))
    }
    var text = [CChar](repeating: 0, count: 512)
    let status = values.withUnsafeBufferPointer { values in
      files.withUnsafeBufferPointer { files in
        var config = qe_config(
          struct_size: UInt32(MemoryLayout<qe_config>.size), contract: QE_CONTRACT_LINEAR, instance_id: lend("test"), venue: lend("binance"),
          market: lend("usdm"), symbol: lend("BTCUSDT"), base_asset: lend("BTC"), quote_asset: lend("USDT"), horizon_s: 5, price_scale: 2,
          quantity_scale: 3, tick_size: 1, step_size: 1, minimum_quantity: 1, maximum_quantity: 1_000_000,
          minimum_notional: qe_money(low: 0, high: 0), leverage: 1, parameters: values.baseAddress, files: files.baseAddress,
          parameter_count: UInt32(values.count), file_count: UInt32(files.count), prediction_horizons_s: nil, prediction_horizon_count: 0, reserved: 0
        )
        return table.create(host, &config, &instance, &text, text.count)
      }
    }
    guard status == QE_OK else { throw Refused(text: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)) }
    let created = try #require(instance)
    #expect(table.initialise(created) == QE_OK && table.activate(created) == QE_OK)
  }

  func reset() { if let instance { #expect(table.reset(instance) == QE_OK) } }

  /// nil when the adapter says that it cannot answer.
  func predict(_ features: [Double]) -> Prediction? {
    guard let instance else { return nil }
    var out = qe_prediction(horizon_s: 1, p_up: .nan, p_down: .nan, edge: .nan, age_ns: 0, state: 0, reserved: 0)
    guard table.predict(instance, features, UInt32(features.count), &out) == QE_OK else { return nil }
    return Prediction(up: out.p_up, down: out.p_down, edge: out.edge)
  }

  /// The words with which create refuses; fails when it does not.
  static func refusal(
    _ name: String, model: [UInt8] = [], runtime: RuntimeFile? = nil, parameters: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    do { _ = try Adapter(name, model: model, runtime: runtime, parameters: parameters) } catch let refused as Refused {
      #expect(!refused.text.contains("\n") && !refused.text.isEmpty, "one line: \(refused.text)", sourceLocation: sourceLocation)
      return refused.text
    }
    Issue.record("it was created", sourceLocation: sourceLocation)
    return ""
  }
}
