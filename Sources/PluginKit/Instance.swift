/// The part of an instance that the kit reads without knowing the plugin's type, at the start of its memory.
@usableFromInline struct InstanceHead {
  /// A metatype is two plain pointers: calling through it counts no references.
  let type: any (Plugin & ~Copyable).Type
  @usableFromInline let scales: Scales
  @usableFromInline let configuration: Configuration

  init(_ type: any (Plugin & ~Copyable).Type, _ configuration: Configuration) {
    self.type = type
    scales = configuration.scales
    self.configuration = configuration
  }
}

/// An instance in memory of its own: what the host holds as an opaque pointer.
@usableFromInline struct Instance<Body: Plugin & ~Copyable>: ~Copyable {
  @usableFromInline let head: InstanceHead
  @usableFromInline var body: Body

  private init(_ configuration: Configuration) throws {
    body = try Body(configuration)
    head = InstanceHead(Body.self, configuration)
  }

  static func make(_ type: Body.Type, _ configuration: Configuration) throws -> UnsafeMutableRawPointer {
    let instance = try Instance(configuration)
    let memory = UnsafeMutablePointer<Instance>.allocate(capacity: 1)
    memory.initialize(to: instance)
    return UnsafeMutableRawPointer(memory)
  }

  /// As if no event had ever come.
  static func reset(_ memory: UnsafeMutableRawPointer) throws {
    let instance = memory.assumingMemoryBound(to: Instance.self)
    instance.pointee.body = try Body(instance.pointee.head.configuration)
  }

  static func destroy(_ memory: UnsafeMutableRawPointer) {
    let instance = memory.assumingMemoryBound(to: Instance.self)
    instance.deinitialize(count: 1)
    instance.deallocate()
  }
}

extension Instance where Body: Stateful & ~Copyable {
  static func save(_ memory: UnsafeMutableRawPointer, to writer: inout StateWriter) {
    memory.assumingMemoryBound(to: Instance.self).pointee.body.save(to: &writer)
  }

  /// Reads into a fresh body, has it judged by saving it again, and only then puts it into the instance.
  static func restore(_ memory: UnsafeMutableRawPointer, from payload: UnsafeRawBufferPointer) throws {
    let instance = memory.assumingMemoryBound(to: Instance.self)
    var fresh = try Body(instance.pointee.head.configuration)
    var reader = StateReader(payload)
    try fresh.restore(from: &reader)
    var writer = StateWriter(comparing: payload)
    fresh.save(to: &writer)
    guard reader.remaining == 0, writer.isEqual else { throw Refusal("the state is not what save writes") }
    instance.pointee.body = fresh
  }
}
