import Kernel

/// The log file cannot be what it should be: what, where, and what to do.
public struct LogFileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String

  init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// - Parameter action: what did not work.
  init(_ path: String, _ error: KernelError) { self.init(path, error.description) }

  public var description: String { "app.log_file: \(path): \(reason)" }
}
