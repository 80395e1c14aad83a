import CXGBoost

/// libxgboost, loaded when it is asked for: a program that never trains does not need it.
public struct XGBoost: @unchecked Sendable {
  // Unchecked: a table of addresses that is filled once and never changes; each call's state is in its handles and per thread.
  let functions: qe_xgboost_functions
  /// "1.7.4"
  public let version: String

  /// What Debian's libxgboost-dev installs.
  public static let libraryName = "libxgboost.so.0"

  /// - Parameter library: a name that the dynamic loader finds, or a path.
  /// - Throws: `.unavailable` where it is absent, cannot be loaded or is too old.
  public static func load(_ library: String = libraryName) throws(XGBoostError) -> XGBoost {
    var functions = qe_xgboost_functions()
    var reason = [CChar](repeating: 0, count: 512)
    guard qe_xgboost_load(library, &functions, &reason, reason.count) == 0 else {
      throw .unavailable(library, String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    functions.version(&major, &minor, &patch)
    return XGBoost(functions: functions, version: "\(major).\(minor).\(patch)")
  }

  /// From now on the library writes nothing to the standard streams on this thread: what goes wrong comes as an error.
  public func silenceThread() throws(XGBoostError) {
    try check(functions.set_global_config(#"{"verbosity": 0}"#), "be silent")
  }

  /// - Parameter action: what "cannot …" is completed with.
  func check(_ code: Int32, _ action: String) throws(XGBoostError) {
    guard code != 0 else { return }
    // Unsafe: the library's own text of this thread, copied before the next call.
    throw .failed(action, functions.last_error().map { String(cString: $0) } ?? "")
  }
}
