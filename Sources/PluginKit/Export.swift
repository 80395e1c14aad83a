/// Makes a strategy a plugin: the body of its `quantumedge_plugin_entry`.
///
/// ```swift
/// @c @implementation public func quantumedge_plugin_entry(
///   _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
/// ) -> UnsafePointer<qe_descriptor>? { export(MyStrategy.self, major, minor, error, capacity) }
/// ```
/// A library has one plugin. - Returns: nil, and why in `error`, for an ABI it does not serve or a table that is not sound.
public func export<S: Strategy & ~Copyable>(
  _ type: S.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Content(strategy: S.self) }
}

/// A strategy with the state extension.
public func export<S: StatefulStrategy & ~Copyable>(
  _ type: S.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Content(strategy: S.self, state: S.self) }
}

/// A model; it has the batch extension.
public func export<M: Model & ~Copyable>(
  _ type: M.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Content(model: M.self) }
}

/// A model with the state extension.
public func export<M: StatefulModel & ~Copyable>(
  _ type: M.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Content(model: M.self, state: M.self) }
}
