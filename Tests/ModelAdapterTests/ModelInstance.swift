import Foundation
import PluginABI

/// One instance of an adapter, made of a file's bytes, and the host's side of its calls.
final class ModelInstance {
  struct Refused: Error, Equatable, CustomStringConvertible {
    let status: qe_status
    let reason: String
    var description: String { reason }
  }

  let plugin: ModelPlugin
  let memory: UnsafeMutableRawPointer
  private let host: UnsafeMutablePointer<qe_host>
  private let file: UnsafeMutableRawBufferPointer
  private let model: qe_model

  /// - Parameter bytes: the manifest's "model"; nil lends no file.
  init(_ plugin: ModelPlugin, _ bytes: [UInt8]?) throws {
    self.plugin = plugin
    model = plugin.model
    file = .allocate(byteCount: bytes?.count ?? 0, alignment: 1)
    if let bytes { file.copyBytes(from: bytes) }
    host = .allocate(capacity: 1)
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    let texts = ["test@BTCUSDT/5", "binance", "usdm", "BTCUSDT", "BTC", "USDT", "model"].map { (text: String) in strdup(text) }
    defer { for text in texts { free(text) } }
    var made: UnsafeMutableRawPointer?
    var error = [CChar](repeating: 0, count: 512)
    // Unsafe: strdup gives memory, and a file without bytes is lent as no pointer.
    var lent = qe_file(
      name: texts[6]!, bytes: file.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }, size: UInt64(file.count), fd: -1,
      reserved: 0, reserved_tail: 0)
    let model = model
    let host = host
    let status = withUnsafePointer(to: &lent) { lent in
      var config = qe_config(
        struct_size: UInt32(MemoryLayout<qe_config>.size), contract: QE_CONTRACT_LINEAR, instance_id: texts[0]!, venue: texts[1]!,
        market: texts[2]!, symbol: texts[3]!, base_asset: texts[4]!, quote_asset: texts[5]!, horizon_s: 5, price_scale: 2, quantity_scale: 3,
        tick_size: 1, step_size: 1, minimum_quantity: 1, maximum_quantity: 1_000_000, minimum_notional: qe_money(low: 0, high: 0), leverage: 1,
        parameters: nil, files: bytes == nil ? nil : lent, parameter_count: 0, file_count: bytes == nil ? 0 : 1, prediction_horizons_s: nil,
        prediction_horizon_count: 0, reserved: 0)
      return model.create(host, &config, &made, &error, error.count)
    }
    guard status == QE_OK, let made else {
      host.deallocate()
      file.deallocate()
      throw Refused(status: status, reason: text(error))
    }
    memory = made
    guard model.initialise(memory) == QE_OK, model.activate(memory) == QE_OK else { throw Refused(status: QE_ERROR, reason: "not activated") }
  }

  convenience init(_ plugin: ModelPlugin, json: String) throws { try self.init(plugin, Array(json.utf8)) }

  deinit {
    _ = model.deactivate(memory)
    model.destroy(memory)
    host.deallocate()
    file.deallocate()
  }

  func predict(_ features: [Double]) throws -> qe_prediction {
    var out = qe_prediction()
    let status = model.predict(memory, features, UInt32(features.count), &out)
    guard status == QE_OK else { throw Refused(status: status, reason: "predict") }
    return out
  }

  func predictBatch(_ features: [Double], columns: Int) throws -> [qe_prediction] {
    guard let batch = plugin.batch else { throw ModelPlugin.Missing(description: "\(plugin.name) has no batch extension") }
    var out = [qe_prediction](repeating: qe_prediction(), count: features.count / columns)
    let status = batch.predict_batch(memory, features, UInt32(out.count), UInt32(columns), &out)
    guard status == QE_OK else { throw Refused(status: status, reason: "predict_batch") }
    return out
  }

  func reset() -> qe_status { model.reset(memory) }
}
