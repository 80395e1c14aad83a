import Logging

/// One thing that was logged: a line in the end.
public struct LogRecord: Sendable {
  /// Wall clock, ns since the epoch.
  public var nanoseconds: Int64
  public var level: Logger.Level
  /// Who says it: `host`, `orders`, ...
  public var logger: String
  public var message: String
  public var metadata: Logger.Metadata

  public init(nanoseconds: Int64, level: Logger.Level, logger: String, message: String, metadata: Logger.Metadata = [:]) {
    self.nanoseconds = nanoseconds
    self.level = level
    self.logger = logger
    self.message = message
    self.metadata = metadata
  }
}
