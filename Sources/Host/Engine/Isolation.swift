/// Where a plugin's code runs.
public enum Isolation: String, Sendable, CaseIterable {
  /// In the host: fastest, and a crash there is a crash of the host.
  case inProcess = "in_process"
  /// In a sandboxed worker of its own.
  case process
}
