import Glibc
import Market
import PluginABI

// What crosses to a worker and back as bytes.

/// What a worker needs to know before its plugin is loaded.
struct WorkerStart {
  var name: String
  var memoryBytes: UInt64
  var spinIterations: Int64
  var cpus: [Int]
  /// Libraries of the toolchain that the plugin needs: loaded while files can still be opened.
  var runtimeLibraries: [String]

  var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(name)
    writer.write(memoryBytes)
    writer.write(spinIterations)
    writer.write(UInt32(cpus.count))
    for cpu in cpus { writer.write(Int64(cpu)) }
    writer.write(UInt32(runtimeLibraries.count))
    for library in runtimeLibraries { writer.write(library) }
    return writer.bytes
  }

  init(name: String, memoryBytes: UInt64, spinIterations: Int64, cpus: [Int], runtimeLibraries: [String]) {
    self.name = name
    self.memoryBytes = memoryBytes
    self.spinIterations = spinIterations
    self.cpus = cpus
    self.runtimeLibraries = runtimeLibraries
  }

  init(_ reader: inout WireReader) throws(WireReader.Garbled) {
    name = try reader.read()
    memoryBytes = try reader.read()
    spinIterations = try reader.read()
    cpus = []
    for _ in 0..<(try reader.readCount(limit: 1024)) { cpus.append(Int(try reader.read(Int64.self))) }
    runtimeLibraries = []
    for _ in 0..<(try reader.readCount(limit: 64)) { runtimeLibraries.append(try reader.read()) }
  }
}

extension PluginFacts {
  func write(to writer: inout WireWriter) {
    writer.write(name)
    writer.write(version)
    writer.write(isModel)
    writer.write(events)
    writer.write(timerPeriodMilliseconds)
    writer.write(abiMajor)
    writer.write(abiMinor)
    writer.write(usesFeatures)
    writer.write(UInt32(featureSchemaHash.count))
    for byte in featureSchemaHash { writer.write(byte) }
    writer.write(UInt32(parameters.count))
    for row in parameters {
      writer.write(row.name)
      writer.write(row.type)
      writer.write(row.defaultValue)
      writer.write(row.minimum)
      writer.write(row.maximum)
      writer.write(row.defaultText)
    }
  }

  init(_ reader: inout WireReader) throws(WireReader.Garbled) {
    name = try reader.read()
    version = try reader.read()
    isModel = try reader.read()
    events = try reader.read()
    timerPeriodMilliseconds = try reader.read()
    abiMajor = try reader.read()
    abiMinor = try reader.read()
    usesFeatures = try reader.read()
    featureSchemaHash = []
    for _ in 0..<(try reader.readCount(limit: 32)) { featureSchemaHash.append(try reader.read()) }
    parameters = []
    for _ in 0..<(try reader.readCount(limit: DescriptorReader.parameterLimit)) {
      parameters.append(
        ParameterRow(
          name: try reader.read(), type: try reader.read(), defaultValue: try reader.read(), minimum: try reader.read(), maximum: try reader.read(),
          defaultText: try reader.read()))
    }
  }
}

extension PluginError {
  /// The codes that a worker can meet, by number; others come as `descriptor_invalid` with their whole text.
  func write(to writer: inout WireWriter) {
    switch code {
    case .compatMismatch(let what): writer.write(UInt8(1), what)
    case .abiUnsupported(let range): writer.write(UInt8(2), range)
    case .entryMissing: writer.write(UInt8(3), "")
    case .descriptorInvalid(let what): writer.write(UInt8(4), what)
    case .createFailed(let text): writer.write(UInt8(5), text)
    case .stateInvalid: writer.write(UInt8(6), "")
    default: writer.write(UInt8(4), code.name)
    }
    writer.write(advice)
  }

  /// - Parameter subject: the host's own word for what it is about.
  init(_ reader: inout WireReader, subject: String) throws(WireReader.Garbled) {
    let number: UInt8 = try reader.read()
    let text: String = try reader.read()
    let code: Code =
      switch number {
      case 1: .compatMismatch(text)
      case 2: .abiUnsupported(text)
      case 3: .entryMissing
      case 4: .descriptorInvalid(text)
      case 5: .createFailed(text)
      case 6: .stateInvalid
      default: throw WireReader.Garbled()
      }
    self.init(code, subject, try reader.read())
  }
}

extension WireWriter {
  fileprivate mutating func write(_ number: UInt8, _ text: String) {
    write(number)
    write(text)
  }
}

extension InstanceConfiguration {
  func write(to writer: inout WireWriter) {
    withConfig { config in
      let config = config.pointee
      writer.write(config.contract)
      for text in [config.instance_id, config.venue, config.market, config.symbol, config.base_asset, config.quote_asset] {
        writer.write(String(cString: text))
      }
      writer.write(config.horizon_s)
      writer.write(config.price_scale)
      writer.write(config.quantity_scale)
      for number in [
        config.tick_size, config.step_size, config.minimum_quantity, config.maximum_quantity, Int64(bitPattern: config.minimum_notional.low),
        config.minimum_notional.high, config.leverage,
      ] { writer.write(number) }
      writer.write(config.parameter_count)
      for index in 0..<Int(config.parameter_count) {
        guard let value = config.parameters?[index] else { continue }
        writer.write(String(cString: value.name))
        writer.write(value.type)
        writer.write(value.integer)
        writer.write(value.real)
        writer.write(value.text != nil)
        writer.write(value.text.map { String(cString: $0) } ?? "")
      }
      writer.write(config.prediction_horizon_count)
      for index in 0..<Int(config.prediction_horizon_count) { writer.write(config.prediction_horizons_s?[index] ?? 0) }
    }
  }
}

/// A `qe_config` in the worker, from the host's bytes; lives as long as the process.
enum WorkerConfiguration {
  static func read(_ reader: inout WireReader) throws(WireReader.Garbled) -> qe_config {
    func lend(_ text: String) -> UnsafePointer<CChar> {
      // Unsafe: kept for the life of the worker, which has one instance.
      UnsafePointer(strdup(text)!)
    }
    let contract: UInt32 = try reader.read()
    var texts: [UnsafePointer<CChar>] = []
    for _ in 0..<6 { texts.append(lend(try reader.read())) }
    let horizonSeconds: Int64 = try reader.read()
    let scales = (price: try reader.read(UInt32.self), quantity: try reader.read(UInt32.self))
    var numbers: [Int64] = []
    for _ in 0..<7 { numbers.append(try reader.read()) }
    let count = try reader.readCount(limit: DescriptorReader.parameterLimit)
    // Unsafe: kept like the texts.
    let values = UnsafeMutablePointer<qe_parameter_value>.allocate(capacity: max(1, count))
    for index in 0..<count {
      let name: String = try reader.read()
      let type: UInt32 = try reader.read()
      let integer: Int64 = try reader.read()
      let real: Double = try reader.read()
      let hasText: Bool = try reader.read()
      let text: String = try reader.read()
      (values + index).initialize(
        to: qe_parameter_value(
          name: lend(name), type: type, reserved: 0, integer: integer, real: real, text: hasText ? lend(text) : nil, reserved_tail: 0))
    }
    let horizonCount = try reader.readCount(limit: horizonLimit)
    // Unsafe: kept like the texts.
    let horizons = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, horizonCount))
    for index in 0..<horizonCount { (horizons + index).initialize(to: try reader.read()) }
    return qe_config(
      struct_size: UInt32(MemoryLayout<qe_config>.size), contract: contract, instance_id: texts[0], venue: texts[1], market: texts[2],
      symbol: texts[3], base_asset: texts[4], quote_asset: texts[5], horizon_s: horizonSeconds, price_scale: scales.price,
      quantity_scale: scales.quantity, tick_size: numbers[0], step_size: numbers[1], minimum_quantity: numbers[2], maximum_quantity: numbers[3],
      minimum_notional: qe_money(low: UInt64(bitPattern: numbers[4]), high: numbers[5]), leverage: numbers[6], parameters: UnsafePointer(values),
      files: nil, parameter_count: UInt32(count), file_count: 0, prediction_horizons_s: horizonCount == 0 ? nil : UnsafePointer(horizons),
      prediction_horizon_count: UInt32(horizonCount), reserved: 0)
  }

  /// Many times what the settings allow.
  private static let horizonLimit = 256
}
