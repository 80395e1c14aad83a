import Glibc
import PluginABI

/// Reads a descriptor without trusting it: sizes first, then every pointer before it is followed.
struct DescriptorReader {
  let descriptor: UnsafePointer<qe_descriptor>
  let path: String

  static let parameterLimit = 64

  var name: String { PluginText.bounded(raw(\.name)) ?? "" }
  var version: String { PluginText.bounded(raw(\.version)) ?? "" }

  /// A pointer that the header calls non-null, read as what it is: maybe null.
  private func raw(_ field: KeyPath<qe_descriptor, UnsafePointer<CChar>>) -> UnsafePointer<CChar>? {
    guard let offset = MemoryLayout<qe_descriptor>.offset(of: field) else { return nil }
    // Unsafe: a pointer-sized field inside a struct whose size was checked.
    return UnsafeRawPointer(descriptor).loadUnaligned(fromByteOffset: offset, as: UnsafePointer<CChar>?.self)
  }

  /// - Precondition: `validate` has passed.
  var facts: PluginFacts {
    let table = descriptor.pointee
    return PluginFacts(
      name: name, version: version, isModel: table.kind == QE_KIND_MODEL, events: table.events, timerPeriodMilliseconds: table.timer_period_ms,
      abiMajor: table.abi_major, abiMinor: table.abi_minor, usesFeatures: table.uses_features != 0,
      featureSchemaHash: featureSchemaHash, parameters: parameters)
  }

  private var featureSchemaHash: [UInt8] {
    let bytes = withUnsafeBytes(of: descriptor.pointee.feature_schema_hash) { Array($0) }
    return bytes.allSatisfy { $0 == 0 } ? [] : bytes
  }

  private func invalid(_ what: String, _ advice: String) -> PluginError { PluginError(.descriptorInvalid(what), path, advice) }

  func validate() throws(PluginError) {
    // Unsafe: the size alone is read first; what lies past it may belong to somebody else, or be unmapped.
    let size = UnsafeRawPointer(descriptor).loadUnaligned(as: UInt32.self)
    guard size >= UInt32(MemoryLayout<qe_descriptor>.size) else {
      throw invalid("struct_size", "it is \(size), version 1 has \(MemoryLayout<qe_descriptor>.size)")
    }
    let table = descriptor.pointee
    guard table.abi_major == QE_ABI_MAJOR else {
      throw PluginError(.abiUnsupported("\(table.abi_major).x"), path, "this host speaks plugin ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR)")
    }
    guard raw(\.version) != nil else { throw invalid("version", "it is missing") }
    switch table.kind {
    case QE_KIND_STRATEGY: try validateTable(table.strategy.map { UnsafeRawPointer($0) }, MemoryLayout<qe_strategy>.size, "strategy")
    case QE_KIND_MODEL: try validateTable(table.model.map { UnsafeRawPointer($0) }, MemoryLayout<qe_model>.size, "model")
    default: throw invalid("kind", "it is \(table.kind); 1 is a strategy, 2 a model")
    }
    guard table.parameter_count == 0 || table.parameters != nil else { throw invalid("parameters", "the table is NULL") }
    guard table.parameter_count <= UInt32(Self.parameterLimit) else { throw invalid("parameters", "there are \(table.parameter_count), 64 at most") }
    try facts.validate(path)
  }

  /// Both tables are a size, a reserved word and seven functions.
  private func validateTable(_ table: UnsafeRawPointer?, _ size: Int, _ name: String) throws(PluginError) {
    guard let table else { throw invalid(name, "the function table is NULL") }
    guard table.load(as: UInt32.self) >= UInt32(size) else { throw invalid("\(name).struct_size", "it is smaller than version 1's \(size)") }
    for offset in stride(from: 8, to: size, by: 8) where table.load(fromByteOffset: offset, as: UInt.self) == 0 {
      throw invalid("\(name) functions", "the function at offset \(offset) is NULL; all are required")
    }
  }

  var parameters: [ParameterRow] {
    guard let rows = descriptor.pointee.parameters else { return [] }
    return (0..<Int(descriptor.pointee.parameter_count)).map { index in
      let row = rows[index]
      let name = UnsafeRawPointer(rows + index).load(as: UnsafePointer<CChar>?.self)
      return ParameterRow(
        name: PluginText.bounded(name) ?? "", type: row.type, defaultValue: row.default_value, minimum: row.minimum, maximum: row.maximum,
        defaultText: PluginText.bounded(row.default_text) ?? "")
    }
  }
}
