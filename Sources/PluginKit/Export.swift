/// Makes a strategy a plugin: the body of its `quantumedge_plugin_entry`.
///
/// ```swift
/// @c @implementation public func quantumedge_plugin_entry(
///   _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
/// ) -> UnsafePointer<qe_descriptor>? { export(MyStrategy.self, major, minor, error, capacity) }
/// ```
/// A library has one plugin. - Returns: nil, and why in `error`, for an ABI it does not serve or a table that is not sound.
@inlinable public func export<S: Strategy & ~Copyable>(
  _ type: S.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Library.strategy(S.self, nil) }
}

/// A strategy with the state extension.
@inlinable public func export<S: StatefulStrategy & ~Copyable>(
  _ type: S.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Library.strategy(S.self, StateOperations(S.self)) }
}

/// A model; it has the batch extension.
@inlinable public func export<M: Model & ~Copyable>(
  _ type: M.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Library.model(M.self, nil) }
}

/// A model with the state extension.
@inlinable public func export<M: StatefulModel & ~Copyable>(
  _ type: M.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  Library.descriptor(major, error, capacity) { Library.model(M.self, StateOperations(M.self)) }
}
