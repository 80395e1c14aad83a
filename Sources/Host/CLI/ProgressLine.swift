import Glibc

/// Progress on a terminal, for work that takes more than a second; silent elsewhere.
final class ProgressLine {
  private let task: String
  private let started: timespec
  private var shown = false

  init(task: String) {
    self.task = task
    started = Self.now()
  }

  private static func now() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time
  }

  /// - Parameter fraction: 0...1.
  func show(_ fraction: Double) {
    guard Console.isTerminal, Self.now().tv_sec - started.tv_sec >= 1 else { return }
    shown = true
    Console.write("\r\(task): \(Int(min(1, max(0, fraction)) * 100)) % ")
  }

  func clear() {
    if shown { Console.write("\r\u{1B}[K") }
  }
}
