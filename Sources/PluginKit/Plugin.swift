/// What strategies and models have in common.
public protocol Plugin: ~Copyable {
  /// [A-Za-z][A-Za-z0-9_]*, at most 64.
  static var name: String { get }
  /// Of the plugin, as its author counts.
  static var version: String { get }
  /// One line for people.
  static var summary: String { get }
  static var parameters: [Parameter] { get }

  /// Makes an instance; also how one is reset. - Throws: `Refusal` with what is wrong and what to do.
  init(_ configuration: Configuration) throws

  // The kit's own, not for authors: what the engine calls. They are requirements because the author's module then has a
  // specialised copy of each in its witness table, which costs one indirect call and no reference counting. (A C function
  // pointer cannot name a generic type, and a stored closure is retained and released around each call.)
  static func _process(
    _ memory: UnsafeMutableRawPointer, _ context: UnsafePointer<qe_context>, _ event: UnsafePointer<qe_event>,
    _ intents: UnsafeMutablePointer<qe_intent>?, _ capacity: UInt32, _ count: UnsafeMutablePointer<UInt32>
  ) -> qe_status
  static func _predict(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ count: UInt32, _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status
  static func _predictBatch(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ rows: UInt32, _ columns: UInt32,
    _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status
}

extension Plugin where Self: ~Copyable {
  public static var version: String { "1.0.0" }
  public static var summary: String { "" }
  public static var parameters: [Parameter] { [] }

  // Of the other kind: a host that follows the descriptor never comes here.
  public static func _process(
    _ memory: UnsafeMutableRawPointer, _ context: UnsafePointer<qe_context>, _ event: UnsafePointer<qe_event>,
    _ intents: UnsafeMutablePointer<qe_intent>?, _ capacity: UInt32, _ count: UnsafeMutablePointer<UInt32>
  ) -> qe_status { QE_ERROR }
  public static func _predict(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ count: UInt32, _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status { QE_ERROR }
  public static func _predictBatch(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ rows: UInt32, _ columns: UInt32,
    _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status { QE_ERROR }
}
