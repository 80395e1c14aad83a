/// The state extension's C functions over the plugin's `StateOperations`.
enum StateTable {
  // Static memory that nobody writes after it is made.
  nonisolated(unsafe) static let table = DescriptorTable.kept(
    qe_state_extension(
      struct_size: UInt32(MemoryLayout<qe_state_extension>.size), reserved: 0,
      size: { memory in UInt64(size(memory)) },
      save: { memory, bytes, capacity, written in
        guard let made = Library.made, let type = made.stateful else { return QE_ERROR }
        let needed = size(memory)
        guard capacity >= UInt64(needed) else { return QE_TOO_SMALL }
        let target = UnsafeMutableRawBufferPointer(start: bytes, count: needed)
        var writer = StateWriter(UnsafeMutableRawBufferPointer(rebasing: target[StateFrame.size...]))
        save(type, memory, &writer)
        StateFrame.seal(target, name: made.descriptor.pointee.name, stateVersion: type.stateVersion)
        written.pointee = UInt64(needed)
        return QE_OK
      },
      restore: { memory, bytes, size in
        guard let made = Library.made, let type = made.stateful else { return QE_ERROR }
        guard let bytes, let count = Int(exactly: size),
          let payload = StateFrame.open(
            UnsafeRawBufferPointer(start: bytes, count: count), name: made.descriptor.pointee.name, stateVersion: type.stateVersion)
        else { return QE_INVALID }
        do {
          try restore(type, memory, payload)
          return QE_OK
        } catch { return QE_INVALID }
      }))

  private static func size(_ memory: UnsafeMutableRawPointer) -> Int {
    var counter = StateWriter()
    if let type = Library.made?.stateful { save(type, memory, &counter) }
    return StateFrame.size + counter.count
  }

  private static func save<P: Plugin & Stateful & ~Copyable>(_ type: P.Type, _ memory: UnsafeMutableRawPointer, _ writer: inout StateWriter) {
    Instance<P>.save(memory, to: &writer)
  }

  private static func restore<P: Plugin & Stateful & ~Copyable>(
    _ type: P.Type, _ memory: UnsafeMutableRawPointer, _ payload: UnsafeRawBufferPointer
  ) throws {
    try Instance<P>.restore(memory, from: payload)
  }
}
