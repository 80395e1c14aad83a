/// Turns what an author's type says into the C tables of the ABI. What it allocates is never freed: the ABI wants static memory.
enum DescriptorTable {
  static func make(_ content: Content) -> UnsafePointer<qe_descriptor> {
    let rows = UnsafeMutablePointer<qe_parameter>.allocate(capacity: max(content.parameters.count, 1))
    for (index, parameter) in content.parameters.enumerated() {
      rows.advanced(by: index).initialize(
        to: qe_parameter(
          name: copy(parameter.name), summary: optional(parameter.summary), type: parameter.type, reserved: 0,
          default_value: parameter.defaultValue, minimum: parameter.minimum, maximum: parameter.maximum,
          default_text: parameter.defaultText.map(copy), reserved_tail: 0))
    }
    let descriptor = UnsafeMutablePointer<qe_descriptor>.allocate(capacity: 1)
    var value = qe_descriptor(
      struct_size: UInt32(MemoryLayout<qe_descriptor>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, kind: content.kind,
      name: copy(content.name), version: copy(content.version), summary: optional(content.summary), events: content.events.rawValue,
      timer_period_ms: content.timerPeriodMilliseconds, parameters: content.parameters.isEmpty ? nil : UnsafePointer(rows),
      parameter_count: UInt32(content.parameters.count),
      uses_features: content.kind == QE_KIND_STRATEGY && content.featureSchemaHash != nil ? 1 : 0,
      feature_schema_hash: qe_context().feature_schema_hash /* 32 zeros */, strategy: nil, model: nil, get_extension: getExtension)
    if let hash = content.featureSchemaHash {
      withUnsafeMutableBytes(of: &value.feature_schema_hash) { $0.copyBytes(from: hash) }
    }
    if content.kind == QE_KIND_STRATEGY { value.strategy = UnsafePointer(kept(strategy)) } else { value.model = UnsafePointer(kept(model)) }
    descriptor.initialize(to: value)
    return UnsafePointer(descriptor)
  }

  private static let getExtension: @convention(c) (UnsafePointer<CChar>) -> UnsafeRawPointer? = { id in
    guard let made = Library.made else { return nil }
    if equal(id, QE_EXTENSION_STATE), made.stateful != nil { return UnsafeRawPointer(StateTable.table) }
    if equal(id, QE_EXTENSION_PREDICT_BATCH), made.descriptor.pointee.kind == QE_KIND_MODEL {
      return UnsafeRawPointer(batchTable)
    }
    if equal(id, QE_EXTENSION_NATIVE_RUNTIME) { return NativeRuntimeTable.declared }
    return nil
  }

  private static let strategy = qe_strategy(
    struct_size: UInt32(MemoryLayout<qe_strategy>.size), reserved: 0, create: create, initialise: accept, activate: accept,
    process: { memory, context, event, intents, capacity, count in
      memory.assumingMemoryBound(to: InstanceHead.self).pointee.type._process(
        memory, context, event, intents, capacity, count)
    },
    deactivate: accept, reset: reset, destroy: destroy)

  private static let model = qe_model(
    struct_size: UInt32(MemoryLayout<qe_model>.size), reserved: 0, create: create, initialise: accept, activate: accept,
    predict: { memory, features, count, out in
      memory.assumingMemoryBound(to: InstanceHead.self).pointee.type._predict(memory, features, count, out)
    },
    deactivate: accept, reset: reset, destroy: destroy)

  // Static memory that nobody writes after it is made.
  nonisolated(unsafe) private static let batchTable = kept(
    qe_predict_batch_extension(
      struct_size: UInt32(MemoryLayout<qe_predict_batch_extension>.size), reserved: 0,
      predict_batch: { memory, features, rows, columns, out in
        memory.assumingMemoryBound(to: InstanceHead.self).pointee.type._predictBatch(
          memory, features, rows, columns, out)
      }))

  private static let create:
    @convention(c) (
      UnsafePointer<qe_host>, UnsafePointer<qe_config>, UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<CChar>, Int
    ) -> qe_status = { _, config, instance, error, capacity in
      guard let made = Library.made else { return QE_ERROR }
      do {
        instance.pointee = try create(made.type, try Configuration(config))
        return QE_OK
      } catch let reason {
        Library.write("\(reason)", to: error, capacity)
        return QE_INVALID
      }
    }

  private static let accept: @convention(c) (UnsafeMutableRawPointer) -> qe_status = { _ in QE_OK }

  private static let reset: @convention(c) (UnsafeMutableRawPointer) -> qe_status = { memory in
    do {
      try reset(memory.assumingMemoryBound(to: InstanceHead.self).pointee.type, memory)
      return QE_OK
    } catch { return QE_ERROR }
  }

  private static let destroy: @convention(c) (UnsafeMutableRawPointer) -> Void = { memory in
    destroy(memory.assumingMemoryBound(to: InstanceHead.self).pointee.type, memory)
  }

  // These open the metatype: the control path is not specialised.
  private static func create<P: Plugin & ~Copyable>(_ type: P.Type, _ configuration: Configuration) throws -> UnsafeMutableRawPointer {
    try Instance<P>.make(P.self, configuration)
  }
  private static func reset<P: Plugin & ~Copyable>(_ type: P.Type, _ memory: UnsafeMutableRawPointer) throws {
    try Instance<P>.reset(memory)
  }
  private static func destroy<P: Plugin & ~Copyable>(_ type: P.Type, _ memory: UnsafeMutableRawPointer) {
    Instance<P>.destroy(memory)
  }

  static func kept<T>(_ value: T) -> UnsafeMutablePointer<T> {
    let pointer = UnsafeMutablePointer<T>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return pointer
  }

  private static func optional(_ text: String) -> UnsafePointer<CChar>? { text.isEmpty ? nil : copy(text) }

  private static func copy(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    bytes.withUnsafeBufferPointer { memory.initialize(from: $0.baseAddress!, count: bytes.count) }
    return UnsafePointer(memory)
  }

  private static func equal(_ id: UnsafePointer<CChar>, _ text: String) -> Bool { String(cString: id) == text }
}
