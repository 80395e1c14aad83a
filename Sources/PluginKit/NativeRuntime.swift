import Glibc

/// A plugin that hands its work to a runtime library lent in `files.runtime[]`. The host and the harness then know that its
/// calls may allocate, take locks or start threads, which they otherwise may not.
public protocol NativeRuntime: Plugin, ~Copyable {}

/// A model whose work a lent runtime library does; it has the batch extension.
public func export<M: Model & NativeRuntime & ~Copyable>(
  _ type: M.Type, _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? {
  NativeRuntimeTable.isDeclared = true
  return Library.descriptor(major, error, capacity) { Content(model: M.self) }
}

/// The mark that tells the host so.
enum NativeRuntimeTable {
  // Written by the entry alone: [control], so no two threads are here.
  nonisolated(unsafe) static var isDeclared = false

  // Static memory that nobody writes after it is made.
  nonisolated(unsafe) private static let table = DescriptorTable.kept(
    qe_native_runtime_extension(struct_size: UInt32(MemoryLayout<qe_native_runtime_extension>.size), reserved: 0))

  static var declared: UnsafeRawPointer? { isDeclared ? UnsafeRawPointer(table) : nil }
}

/// A library lent in `files.runtime[]`, open for the rest of the process: its threads and what it hands out may outlive any use.
public struct RuntimeLibrary {
  /// As in the manifest.
  public let name: String
  private let handle: UnsafeMutableRawPointer

  /// Opens the first runtime file of the manifest.
  ///
  /// - Parameter wanted: what it should be, for people: `lib_lightgbm.so of LightGBM 4`.
  /// - Throws: `Refusal` where there is none, or where the loader does not take it.
  public init(_ configuration: Configuration, wanted: String) throws {
    guard let file = configuration.files.first(where: { $0.descriptor != nil }), let descriptor = file.descriptor else {
      throw Refusal("no runtime library was lent: name \(wanted) in files.runtime[] of the model's manifest")
    }
    guard let handle = dlopen("/proc/self/fd/\(descriptor)", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw Refusal("\(file.name) cannot be loaded, \(wanted) is wanted: \(dlerror().map { String(cString: $0) } ?? "dlopen failed")")
    }
    name = file.name
    self.handle = handle
  }

  /// The address of a function; nil when the library exports none of that name.
  public func address(_ function: String) -> UnsafeMutableRawPointer? { dlsym(handle, function) }

  /// A function by the type that its documentation gives it.
  ///
  /// - Throws: `Refusal` when the library exports none of that name.
  public func function<Function>(_ name: String, as type: Function.Type = Function.self) throws -> Function {
    precondition(MemoryLayout<Function>.size == MemoryLayout<UnsafeRawPointer>.size, "only C functions have an address")
    guard let address = address(name) else { throw Refusal("\(self.name) exports no \(name): it is another library, or too old") }
    // Unsafe: the caller names the type that goes with the name.
    return unsafeBitCast(address, to: Function.self)
  }
}
