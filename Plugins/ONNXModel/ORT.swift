import PluginKit

/// ONNX Runtime's C API: a table of functions whose order is frozen, so that each has a number. Version 1 of the table has all that is
/// needed here, and every later version begins with it.
struct ORT {
  /// All that the runtime makes is opaque; each kind has its own release.
  typealias Handle = UnsafeMutableRawPointer
  typealias Out = UnsafeMutablePointer<Handle?>
  /// nil = it went well; else the caller releases it.
  typealias Status = Handle?

  /// Places in the table.
  enum Call: Int {
    case getErrorMessage = 2
    case createEnvironment = 3
    case createSessionFromArray = 8
    case run = 9
    case createSessionOptions = 10
    case setIntraOpThreadCount = 24
    case setInterOpThreadCount = 25
    case inputCount = 30
    case outputCount = 31
    case inputType = 33
    case outputType = 34
    case inputName = 36
    case outputName = 37
    case createTensorWithData = 49
    case tensorData = 51
    case castTypeToTensor = 55
    case kindOfType = 56
    case elementType = 60
    case dimensionCount = 61
    case dimensions = 62
    case elementCount = 64
    case tensorTypeAndShape = 65
    case createCPUMemory = 69
    case allocatorFree = 76
    case defaultAllocator = 78
    case releaseEnvironment = 92
    case releaseStatus = 93
    case releaseMemory = 94
    case releaseSession = 95
    case releaseValue = 96
    case releaseType = 98
    case releaseTensorType = 99
    case releaseSessionOptions = 100
  }

  /// Kinds of values.
  enum Kind: Int32 { case tensor = 1, sequence, map, opaque, sparse, optional }

  /// Of a tensor's elements: the two that are read here.
  enum Element: Int32 {
    case float = 1
    case double = 11
    var bytes: Int { self == .float ? 4 : 8 }
  }

  /// What the runtime says of itself: `1.17.3`.
  let version: String
  private let table: UnsafePointer<UnsafeRawPointer?>

  /// The version of the table that is asked for: every runtime has it.
  private static let tableVersion: UInt32 = 1

  /// - Throws: `Refusal` for a library that is no ONNX Runtime 1.
  init(_ library: RuntimeLibrary) throws {
    typealias Base = @convention(c) () -> UnsafePointer<UnsafeRawPointer?>?
    let base: Base = try library.function("OrtGetApiBase")
    // Unsafe: the documentation fixes what the two entries of the base are.
    guard let entries = base(), let table = entries[0], let name = entries[1] else { throw Refusal("\(library.name): OrtGetApiBase gave nothing") }
    let getVersion = unsafeBitCast(name, to: (@convention(c) () -> UnsafePointer<CChar>?).self)
    version = getVersion().map { String(cString: $0) } ?? ""
    guard version.hasPrefix("1.") else { throw Refusal("\(library.name) is ONNX Runtime '\(version)', 1.x is wanted") }
    let getTable = unsafeBitCast(table, to: (@convention(c) (UInt32) -> UnsafePointer<UnsafeRawPointer?>?).self)
    guard let functions = getTable(Self.tableVersion) else { throw Refusal("\(library.name), version \(version), has no API of version 1 any more") }
    self.table = functions
  }

  /// The function at a place, by the type that its documentation gives it.
  func function<Function>(_ call: Call, as type: Function.Type = Function.self) throws -> Function {
    precondition(MemoryLayout<Function>.size == MemoryLayout<UnsafeRawPointer>.size, "only C functions have an address")
    guard let address = table[call.rawValue] else { throw Refusal("ONNX Runtime \(version) has no function at place \(call.rawValue)") }
    // Unsafe: the caller names the type that goes with the place.
    return unsafeBitCast(address, to: Function.self)
  }

  /// - Throws: `Refusal` with the runtime's own words.
  func check(_ status: Status, _ what: String) throws {
    guard let status else { return }
    let message: @convention(c) (Handle) -> UnsafePointer<CChar>? = try function(.getErrorMessage)
    let words = message(status).map { String(cString: $0) } ?? ""
    release(status, .releaseStatus)
    // One line: its texts have several.
    throw Refusal("ONNX Runtime: \(what) failed: \(words.split(whereSeparator: \.isNewline).joined(separator: " "))")
  }

  /// Lets go of what the runtime made. A table without that release is no table: then it stays.
  func release(_ handle: Handle?, _ call: Call) {
    guard let handle, let release = try? function(call, as: (@convention(c) (Handle) -> Void).self) else { return }
    release(handle)
  }

  // MARK: Functions of one shape

  /// Makes something out of nothing.
  func make(_ call: Call, _ what: String) throws -> Handle {
    let function: @convention(c) (Out) -> Status = try function(call)
    var made: Handle?
    try check(function(&made), what)
    return try whole(made, what)
  }

  /// Makes something out of what it is asked of.
  func make(_ call: Call, of handle: Handle, _ what: String) throws -> Handle {
    let function: @convention(c) (Handle, Out) -> Status = try function(call)
    var made: Handle?
    try check(function(handle, &made), what)
    return try whole(made, what)
  }

  /// The one at an index.
  func make(_ call: Call, of handle: Handle, at index: Int, _ what: String) throws -> Handle {
    let function: @convention(c) (Handle, Int, Out) -> Status = try function(call)
    var made: Handle?
    try check(function(handle, index, &made), what)
    return try whole(made, what)
  }

  func count(_ call: Call, of handle: Handle, _ what: String) throws -> Int {
    let function: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status = try function(call)
    var count = 0
    try check(function(handle, &count), what)
    return count
  }

  func code(_ call: Call, of handle: Handle, _ what: String) throws -> Int32 {
    let function: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Status = try function(call)
    var code: Int32 = 0
    try check(function(handle, &code), what)
    return code
  }

  func whole(_ made: Handle?, _ what: String) throws -> Handle {
    guard let made else { throw Refusal("ONNX Runtime: \(what) gave nothing") }
    return made
  }
}
