import Glibc
import PluginABI

/// Reads a descriptor without trusting it: sizes first, then every pointer before it is followed.
struct DescriptorReader {
  let descriptor: UnsafePointer<qe_descriptor>
  let path: String

  static let parameterLimit = 64
  private static let nameLimit = 64

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
      abiMajor: table.abi_major, abiMinor: table.abi_minor, usesFeatures: table.uses_features != 0, parameters: parameters)
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
    guard Self.isName(name, firstUpper: true) else { throw invalid("name", "it is a letter followed by letters, digits or _, at most 64") }
    guard raw(\.version) != nil else { throw invalid("version", "it is missing") }
    let known = (QE_EVENT_TRADE...QE_EVENT_RISK_STATE).reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    guard table.events & ~known == 0 else { throw invalid("events", "bits \(String(table.events & ~known, radix: 16)) are no events of version 1") }
    let wantsTimer = table.events & 1 << UInt64(QE_EVENT_TIMER) != 0
    guard !wantsTimer || (1...86_400_000).contains(table.timer_period_ms) else {
      throw invalid("timer_period_ms", "it is \(table.timer_period_ms); timers have 1...86400000 ms")
    }
    switch table.kind {
    case QE_KIND_STRATEGY: try validateTable(table.strategy.map { UnsafeRawPointer($0) }, MemoryLayout<qe_strategy>.size, "strategy")
    case QE_KIND_MODEL: try validateTable(table.model.map { UnsafeRawPointer($0) }, MemoryLayout<qe_model>.size, "model")
    default: throw invalid("kind", "it is \(table.kind); 1 is a strategy, 2 a model")
    }
    guard table.parameter_count == 0 || table.parameters != nil else { throw invalid("parameters", "the table is NULL") }
    guard table.parameter_count <= UInt32(Self.parameterLimit) else { throw invalid("parameters", "there are \(table.parameter_count), 64 at most") }
    try validateParameters()
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

  private func validateParameters() throws(PluginError) {
    var seen: Set<String> = []
    for row in parameters {
      guard Self.isName(row.name, firstUpper: false) else { throw invalid("parameters", "'\(row.name)' is no name: [a-z][a-z0-9_]*") }
      guard seen.insert(row.name).inserted else { throw invalid("parameters", "'\(row.name)' comes twice") }
      guard (QE_PARAMETER_INTEGER...QE_PARAMETER_TEXT).contains(row.type) else {
        throw invalid("parameters", "'\(row.name)' has no type of version 1")
      }
      if row.type == QE_PARAMETER_TEXT { continue }
      guard row.minimum.isFinite, row.maximum.isFinite, row.defaultValue.isFinite, row.minimum <= row.defaultValue, row.defaultValue <= row.maximum
      else { throw invalid("parameters", "'\(row.name)': minimum <= default <= maximum must hold, all finite") }
    }
  }

  private static func isName(_ text: String, firstUpper: Bool) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= nameLimit else { return false }
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    let upper = UInt8(ascii: "A")...UInt8(ascii: "Z")
    guard lower.contains(first) || (firstUpper && upper.contains(first)) else { return false }
    return text.utf8.allSatisfy {
      lower.contains($0) || (firstUpper && upper.contains($0)) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
    }
  }
}
