import Glibc
import Market
import PluginABI
import Plugins

/// What an instance is created with: `qe_config` with the memory behind it, lent for one call.
struct InstanceSetting {
  /// A value as the contract passes it.
  struct Value {
    var row: ParameterRow
    var integer: Int64 = 0
    var real: Double = 0
    var text = ""
  }

  var id = "conformance@BTCUSDT/0"
  var instrument = SampleInstruments.perpetual
  var horizonSeconds: Int64
  var values: [Value]
  var files: LentFiles
  /// Of the predictions that are lent; rising. Models are not told of any.
  var predictionHorizonsSeconds: [Int64]
  /// Of the configuration, as a host of another version would say it.
  var structSize = UInt32(MemoryLayout<qe_config>.size)

  /// - Throws: fails for a given parameter that the table does not have or that is no value of it.
  init(_ plugin: Plugin, _ options: Options, instrument: Instrument = SampleInstruments.perpetual) throws(Finding) {
    self.instrument = instrument
    horizonSeconds = options.horizonSeconds
    files = plugin.files
    predictionHorizonsSeconds = plugin.isModel ? [] : options.predictionHorizonsSeconds
    values = []
    for name in options.parameters.keys.sorted() where !plugin.facts.parameters.contains(where: { $0.name == name }) {
      throw .fails("--param \(name): the plugin has no such parameter")
    }
    for row in plugin.facts.parameters { values.append(try Self.value(row, options.parameters[row.name], instrument)) }
  }

  static func value(_ row: ParameterRow, _ given: String?, _ instrument: Instrument) throws(Finding) -> Value {
    guard let given else {
      if row.type == QE_PARAMETER_TEXT { return Value(row: row, text: row.defaultText) }
      guard let value = number(row, row.defaultValue, instrument) else {
        throw .skips("the default of \(row.name) does not fit \(instrument.id) with \(instrument.spec.quantityScale) decimals")
      }
      return value
    }
    if row.type == QE_PARAMETER_TEXT { return Value(row: row, text: given) }
    if row.type == QE_PARAMETER_BOOLEAN {
      return Value(row: row, integer: given == "true" || given == "1" ? 1 : 0, real: given == "true" || given == "1" ? 1 : 0)
    }
    guard let real = Double(given), real >= row.minimum, real <= row.maximum, var value = number(row, real, instrument) else {
      throw .fails("--param \(row.name)=\(given): no value from \(row.minimum) to \(row.maximum)")
    }
    if row.type != QE_PARAMETER_REAL, let exact = try? DecimalText.parse(given, scale: scale(row, instrument)) { value.integer = exact }
    return value
  }

  private static func scale(_ row: ParameterRow, _ instrument: Instrument) -> Int {
    switch row.type {
    case QE_PARAMETER_QUANTITY: Int(instrument.spec.quantityScale)
    case QE_PARAMETER_PRICE: Int(instrument.spec.priceScale)
    default: 0
    }
  }

  /// A number as this row's value; nil when the instrument's decimals cannot hold it.
  static func number(_ row: ParameterRow, _ real: Double, _ instrument: Instrument) -> Value? {
    if row.type == QE_PARAMETER_REAL { return Value(row: row, real: real) }
    let scaled = real * Double(PowerOfTen[scale(row, instrument)])
    guard scaled.magnitude < 9e18 else { return nil }
    let whole = scaled.rounded()
    guard (whole - scaled).magnitude <= 1e-6 * max(1, scaled.magnitude) else { return nil }
    return Value(row: row, integer: Int64(whole), real: real)
  }

  func withConfig<Result>(_ body: (UnsafePointer<qe_config>) -> Result) -> Result {
    var strings: [UnsafeMutablePointer<CChar>] = []
    // Unsafe: copies for the length of the call, overwritten and freed here: what a plugin kept of them shows.
    defer {
      for string in strings {
        memset(string, 0x5A, strlen(string))
        free(string)
      }
    }
    func lend(_ text: String) -> UnsafePointer<CChar> {
      guard let copy = strdup(text) else { preconditionFailure("out of memory") }
      strings.append(copy)
      return UnsafePointer(copy)
    }
    let parameters = values.map { value in
      qe_parameter_value(
        name: lend(value.row.name), type: value.row.type, reserved: 0, integer: value.integer, real: value.real,
        text: value.row.type == QE_PARAMETER_TEXT ? lend(value.text) : nil, reserved_tail: 0)
    }
    let lentFiles = files.rows(lend)
    let spec = instrument.spec
    let notional = spec.minimumNotional.raw
    return parameters.withUnsafeBufferPointer { table in
      lentFiles.withUnsafeBufferPointer { files in
        predictionHorizonsSeconds.withUnsafeBufferPointer { horizons in
          var config = qe_config(
            struct_size: structSize, contract: QE_CONTRACT_LINEAR, instance_id: lend(id), venue: lend(instrument.id.venue),
            market: lend(instrument.id.market.rawValue), symbol: lend(instrument.id.symbol), base_asset: lend(instrument.baseAsset),
            quote_asset: lend(instrument.quoteAsset), horizon_s: horizonSeconds, price_scale: UInt32(spec.priceScale),
            quantity_scale: UInt32(spec.quantityScale), tick_size: spec.tickSize, step_size: spec.stepSize, minimum_quantity: spec.minimumQuantity,
            maximum_quantity: spec.maximumQuantity,
            minimum_notional: qe_money(low: UInt64(truncatingIfNeeded: notional), high: Int64(truncatingIfNeeded: notional >> 64)),
            leverage: spec.leverage, parameters: table.baseAddress, files: files.baseAddress, parameter_count: UInt32(table.count),
            file_count: UInt32(files.count), prediction_horizons_s: horizons.isEmpty ? nil : horizons.baseAddress,
            prediction_horizon_count: UInt32(horizons.count),
            reserved: 0)
          return body(&config)
        }
      }
    }
  }
}
