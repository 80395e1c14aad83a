/// State as bytes, so that a reload or a restart goes on where the instance stood.
///
/// The kit frames what `save` writes (magic, versions, length, checksum), restores into a fresh instance and swaps it in
/// only if all of it was read and saving again gives the same bytes: a failed restore leaves the instance unchanged.
public protocol Stateful: ~Copyable {
  /// Step it when what `save` writes changes; bytes of another version are refused.
  static var stateVersion: UInt32 { get }
  func save(to writer: inout StateWriter)
  /// Reads what `save` wrote, in its order, into an instance fresh from its configuration.
  mutating func restore(from reader: inout StateReader) throws
}

extension Stateful where Self: ~Copyable {
  public static var stateVersion: UInt32 { 1 }
}

/// A strategy that can be saved.
public typealias StatefulStrategy = Strategy & Stateful
/// A model that can be saved.
public typealias StatefulModel = Model & Stateful
