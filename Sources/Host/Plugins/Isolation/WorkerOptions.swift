/// How workers are started and waited for.
public struct WorkerOptions: Sendable {
  /// The executable that is started as `worker`.
  public var executable: String
  /// Looks at shared memory before sleeping.
  public var spinIterations: Int
  /// CPUs that the worker may use; empty = all.
  public var cpus: [Int]
  /// For the answer to one event.
  public var deadlineMicroseconds: Int64
  public var startTimeoutSeconds: Int64
  /// Of private data.
  public var memoryMegabytes: Int

  public init(
    executable: String = "/proc/self/exe", spinIterations: Int = 2000, cpus: [Int] = [], deadlineMicroseconds: Int64 = 2000,
    startTimeoutSeconds: Int64 = 5, memoryMegabytes: Int = 512
  ) {
    self.executable = executable
    self.spinIterations = spinIterations
    self.cpus = cpus
    self.deadlineMicroseconds = deadlineMicroseconds
    self.startTimeoutSeconds = startTimeoutSeconds
    self.memoryMegabytes = memoryMegabytes
  }
}
