/// What the kit's C functions call. Closures without captures: a C function pointer cannot name a generic type, and a
/// closure that the author's module specialises costs one indirect call.
@usableFromInline struct InstanceOperations {
  @usableFromInline let create: (Configuration) throws -> UnsafeMutableRawPointer
  @usableFromInline let reset: (UnsafeMutableRawPointer) throws -> Void
  @usableFromInline let destroy: (UnsafeMutableRawPointer) -> Void
  @usableFromInline var state: StateOperations?

  @inlinable init<P: Plugin & ~Copyable>(_ type: P.Type, calls: InstanceHead.Calls) {
    create = { configuration in
      let body = try P(configuration)
      let instance = UnsafeMutablePointer<Instance<P>>.allocate(capacity: 1)
      instance.initialize(to: Instance(InstanceHead(calls, configuration), body))
      return UnsafeMutableRawPointer(instance)
    }
    reset = { memory in
      let instance = memory.assumingMemoryBound(to: Instance<P>.self)
      instance.pointee.body = try P(instance.pointee.head.configuration)
    }
    destroy = { memory in
      let instance = memory.assumingMemoryBound(to: Instance<P>.self)
      instance.deinitialize(count: 1)
      instance.deallocate()
    }
  }
}

/// The state of an instance, without its frame.
@usableFromInline struct StateOperations {
  @usableFromInline let version: UInt32
  @usableFromInline let save: (UnsafeMutableRawPointer, inout StateWriter) -> Void
  /// Reads into a fresh body, has it judged by saving it again, and only then puts it into the instance.
  @usableFromInline let restore: (UnsafeMutableRawPointer, UnsafeRawBufferPointer) throws -> Void

  @inlinable init<P: Plugin & Stateful & ~Copyable>(_ type: P.Type) {
    version = P.stateVersion
    save = { memory, writer in memory.assumingMemoryBound(to: Instance<P>.self).pointee.body.save(to: &writer) }
    restore = { memory, payload in
      let instance = memory.assumingMemoryBound(to: Instance<P>.self)
      var fresh = try P(instance.pointee.head.configuration)
      var reader = StateReader(payload)
      try fresh.restore(from: &reader)
      var writer = StateWriter(comparing: payload)
      fresh.save(to: &writer)
      guard reader.remaining == 0, writer.isEqual else { throw Refusal("the state is not what save writes") }
      instance.pointee.body = fresh
    }
  }
}
