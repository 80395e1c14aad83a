import Foundation

/// libxgboost by its C functions, found at run time: what our own reading is held to. Debian's package is libxgboost0.
struct ReferenceLibrary: @unchecked Sendable {
  // Unchecked: the functions may be called from any thread, each on handles of its own.
  typealias Handle = UnsafeMutableRawPointer
  struct Failed: Error, CustomStringConvertible { let description: String }

  static let isAbsent = "libxgboost is absent: apt-get install libxgboost-dev"
  /// Nil where the library is not installed.
  static let shared: ReferenceLibrary? = {
    // QE_LIBXGBOOST: another version's, of a Python package say.
    let names = [ProcessInfo.processInfo.environment["QE_LIBXGBOOST"], "libxgboost.so.0", "libxgboost.so"].compactMap { $0 }
    return names.lazy.compactMap { dlopen($0, RTLD_NOW | RTLD_LOCAL) }.first.flatMap { try? ReferenceLibrary($0) }
  }()

  // Unsafe: the types of xgboost/c_api.h, the same from 1.6 on; see each.
  let lastError: @convention(c) () -> UnsafePointer<CChar>?
  let createMatrix: @convention(c) (UnsafePointer<Float>, UInt64, UInt64, Float, UnsafeMutablePointer<Handle?>) -> Int32
  let setFloats: @convention(c) (Handle, UnsafePointer<CChar>, UnsafePointer<Float>, UInt64) -> Int32
  let freeMatrix: @convention(c) (Handle) -> Int32
  let createBooster: @convention(c) (UnsafePointer<Handle?>, UInt64, UnsafeMutablePointer<Handle?>) -> Int32
  let setParameter: @convention(c) (Handle, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  let update: @convention(c) (Handle, Int32, Handle) -> Int32
  let predict:
    @convention(c) (
      Handle, Handle, UnsafePointer<CChar>, UnsafeMutablePointer<UnsafePointer<UInt64>?>, UnsafeMutablePointer<UInt64>,
      UnsafeMutablePointer<UnsafePointer<Float>?>
    ) -> Int32
  let predictDense:
    @convention(c) (
      Handle, UnsafePointer<CChar>, UnsafePointer<CChar>, Handle?, UnsafeMutablePointer<UnsafePointer<UInt64>?>, UnsafeMutablePointer<UInt64>,
      UnsafeMutablePointer<UnsafePointer<Float>?>
    ) -> Int32
  let save:
    @convention(c) (
      Handle, UnsafePointer<CChar>, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UnsafePointer<CChar>?>
    ) -> Int32
  let load: @convention(c) (Handle, UnsafeRawPointer, UInt64) -> Int32
  let freeBooster: @convention(c) (Handle) -> Int32

  private init(_ library: Handle) throws {
    func find<T>(_ name: String) throws -> T {
      guard let symbol = dlsym(library, name) else { throw Failed(description: "libxgboost has no \(name)") }
      return unsafeBitCast(symbol, to: T.self)
    }
    lastError = try find("XGBGetLastError")
    createMatrix = try find("XGDMatrixCreateFromMat")
    setFloats = try find("XGDMatrixSetFloatInfo")
    freeMatrix = try find("XGDMatrixFree")
    createBooster = try find("XGBoosterCreate")
    setParameter = try find("XGBoosterSetParam")
    update = try find("XGBoosterUpdateOneIter")
    predict = try find("XGBoosterPredictFromDMatrix")
    predictDense = try find("XGBoosterPredictFromDense")
    save = try find("XGBoosterSaveModelToBuffer")
    load = try find("XGBoosterLoadModelFromBuffer")
    freeBooster = try find("XGBoosterFree")
  }

  func check(_ status: Int32) throws {
    guard status == 0 else { throw Failed(description: lastError().map { String(cString: $0) } ?? "libxgboost failed without a word") }
  }

  /// Rows of `columns` values, NaN = missing; with labels if it is to be learnt from.
  func matrix(_ rows: [Float], columns: Int, labels: [Float] = []) throws -> Handle {
    var handle: Handle?
    try check(createMatrix(rows, UInt64(rows.count / columns), UInt64(columns), .nan, &handle))
    guard let handle else { throw Failed(description: "no matrix") }
    if !labels.isEmpty { try check(setFloats(handle, "label", labels, UInt64(labels.count))) }
    return handle
  }
}

/// A model of libxgboost.
final class ReferenceBooster {
  private let library: ReferenceLibrary
  private let handle: ReferenceLibrary.Handle

  /// Trains.
  init(_ library: ReferenceLibrary, rows: [Float], columns: Int, labels: [Float], rounds: Int, _ parameters: [String: String]) throws {
    self.library = library
    let matrix = try library.matrix(rows, columns: columns, labels: labels)
    defer { _ = library.freeMatrix(matrix) }
    var made: ReferenceLibrary.Handle?
    let matrices: [ReferenceLibrary.Handle?] = [matrix]
    try library.check(library.createBooster(matrices, 1, &made))
    guard let made else { throw ReferenceLibrary.Failed(description: "no booster") }
    handle = made
    for (name, value) in parameters.merging(["nthread": "1", "verbosity": "0"], uniquingKeysWith: { $1 }) {
      try library.check(library.setParameter(handle, name, value))
    }
    for round in 0..<rounds { try library.check(library.update(handle, Int32(round), matrix)) }
  }

  /// Loads a file.
  init(_ library: ReferenceLibrary, json: [UInt8]) throws {
    self.library = library
    var made: ReferenceLibrary.Handle?
    let none: [ReferenceLibrary.Handle?] = [nil]
    try library.check(library.createBooster(none, 0, &made))
    guard let made else { throw ReferenceLibrary.Failed(description: "no booster") }
    handle = made
    try library.check(library.load(handle, json, UInt64(json.count)))
    try library.check(library.setParameter(handle, "nthread", "1"))
  }

  deinit { _ = library.freeBooster(handle) }

  /// The file that save_model writes.
  func json() throws -> [UInt8] {
    var count: UInt64 = 0
    var bytes: UnsafePointer<CChar>?
    try library.check(library.save(handle, #"{"format": "json"}"#, &count, &bytes))
    return UnsafeBufferPointer(start: bytes, count: Int(count)).map { UInt8(bitPattern: $0) }
  }

  func probabilities(_ rows: [Float], columns: Int) throws -> [Float] {
    let matrix = try library.matrix(rows, columns: columns)
    defer { _ = library.freeMatrix(matrix) }
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var values: UnsafePointer<Float>?
    let how = #"{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}"#
    try library.check(library.predict(handle, matrix, how, &shape, &dimensions, &values))
    return Array(UnsafeBufferPointer(start: values, count: rows.count / columns))
  }

  /// One row, where it lies: the quickest call that the library has.
  func probability(_ row: UnsafeBufferPointer<Float>) throws -> Float {
    let address = UInt(bitPattern: row.baseAddress)
    let array = #"{"data": [\#(address), true], "shape": [1, \#(row.count)], "typestr": "<f4", "version": 3}"#
    let how = #"{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false, "missing": NaN, "cache_id": 0}"#
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var values: UnsafePointer<Float>?
    try library.check(library.predictDense(handle, array, how, nil, &shape, &dimensions, &values))
    guard let values else { throw ReferenceLibrary.Failed(description: "no value") }
    return values[0]
  }
}
