import Glibc
import Market
import PluginABI

/// `qe_config` with the memory behind its pointers, lent for one call.
struct InstanceConfiguration {
  private let id: String
  private let instrument: Instrument
  private let horizonSeconds: Int64
  private let values: ParameterValues
  private let files: [LentFile]
  /// Rising; empty = not said.
  private let predictionHorizonsSeconds: [Int64]

  init(
    _ id: String, _ instrument: Instrument, _ horizonSeconds: Int64, _ values: ParameterValues, files: [LentFile] = [],
    predictionHorizonsSeconds: [Int64] = []
  ) {
    self.id = id
    self.instrument = instrument
    self.horizonSeconds = horizonSeconds
    self.values = values
    self.files = files
    self.predictionHorizonsSeconds = predictionHorizonsSeconds.sorted()
  }

  func withConfig<Result>(_ body: (UnsafePointer<qe_config>) -> Result) -> Result {
    var strings: [UnsafeMutablePointer<CChar>] = []
    // Unsafe: copies of the texts for the length of the call, freed here whatever it does.
    defer { for string in strings { free(string) } }
    func lend(_ text: String) -> UnsafePointer<CChar> {
      guard let copy = strdup(text) else { preconditionFailure("out of memory") }
      strings.append(copy)
      return UnsafePointer(copy)
    }
    let parameters = values.values.map { value in
      qe_parameter_value(
        name: lend(value.row.name), type: value.row.type, reserved: 0, integer: value.integer, real: value.real,
        text: value.row.type == QE_PARAMETER_TEXT ? lend(value.text) : nil, reserved_tail: 0)
    }
    let lent = files.map { file in
      qe_file(
        name: lend(file.name), bytes: file.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: UInt64(file.bytes.count),
        fd: file.descriptor, reserved: 0, reserved_tail: 0)
    }
    return parameters.withUnsafeBufferPointer { table in
      lent.withUnsafeBufferPointer { lent in
        predictionHorizonsSeconds.withUnsafeBufferPointer { horizons in
          var config = config(table, lent, horizons, lend)
          return body(&config)
        }
      }
    }
  }

  private func config(
    _ table: UnsafeBufferPointer<qe_parameter_value>, _ lent: UnsafeBufferPointer<qe_file>, _ horizons: UnsafeBufferPointer<Int64>,
    _ lend: (String) -> UnsafePointer<CChar>
  ) -> qe_config {
    let spec = instrument.spec
    return qe_config(
      struct_size: UInt32(MemoryLayout<qe_config>.size), contract: instrument.contract == .linear ? QE_CONTRACT_LINEAR : QE_CONTRACT_INVERSE,
      instance_id: lend(id), venue: lend(instrument.id.venue), market: lend(instrument.id.market.rawValue), symbol: lend(instrument.id.symbol),
      base_asset: lend(instrument.baseAsset), quote_asset: lend(instrument.quoteAsset), horizon_s: horizonSeconds,
      price_scale: UInt32(spec.priceScale), quantity_scale: UInt32(spec.quantityScale), tick_size: spec.tickSize, step_size: spec.stepSize,
      minimum_quantity: spec.minimumQuantity, maximum_quantity: spec.maximumQuantity,
      minimum_notional: qe_money(
        low: UInt64(truncatingIfNeeded: spec.minimumNotional.raw), high: Int64(truncatingIfNeeded: spec.minimumNotional.raw >> 64)),
      leverage: spec.leverage, parameters: table.baseAddress, files: lent.isEmpty ? nil : lent.baseAddress, parameter_count: UInt32(table.count),
      file_count: UInt32(lent.count), prediction_horizons_s: horizons.isEmpty ? nil : horizons.baseAddress,
      prediction_horizon_count: UInt32(horizons.count), reserved: 0)
  }
}
