import Cryptography
import Glibc
import Kernel
import Plugins

/// Runs cases on a plugin, each in a child of its own. Nothing of the plugin runs here.
public struct Runner {
  public let file: PluginFile
  public let options: Options
  /// The executable that children are made of; it hands its words to `CaseChild`.
  private let executable: String
  private let counter: String?

  /// - Parameter executable: nil = this one.
  public init(_ file: PluginFile, _ options: Options, executable: String? = nil) throws(ConformanceError) {
    guard let executable = executable ?? Files.symlinkTarget("/proc/self/exe") else {
      throw ConformanceError(.internalError, "/proc/self/exe cannot be read: the harness starts itself for each case; mount /proc")
    }
    for id in options.only where Catalogue.find(id) == nil {
      throw ConformanceError(.usage, "there is no case '\(id)'; --list shows them all")
    }
    self.file = file
    self.options = options
    self.executable = executable
    let folder = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
    let counter = "\(folder)/libAllocationCounter.so"
    self.counter = Files.exists(counter) ? counter : nil
  }

  /// - Parameter report: called after each case.
  public func run(report: (CaseResult) -> Void = { _ in }) throws(ConformanceError) -> Verdict {
    do throws(KernelError) {
      // Never closed: see SealedMemoryFile. Children get these very bytes.
      let lent = try SealedMemoryFile(name: "quantumedge:\(file.fileName)", bytes: file.bytes)
      var schedule = Schedule(options.only.isEmpty ? Catalogue.cases : Catalogue.closure(of: options.only))
      var running: [RunningCase] = []
      // A child that we could not reap is killed by the kernel with this thread.
      while true {
        while running.count < options.parallel, let next = schedule.next(running: running.map { $0.test }, hasCounter: counter != nil) {
          switch next {
          case .settled(let result): report(result)
          case .start(let test, let isSecond):
            running.append(
              try RunningCase(
                test, isSecond: isSecond, executable: executable, counter: counter, lent: lent.descriptor, options: options))
          }
        }
        if running.isEmpty { break }
        for result in try reap(&running) { if let whole = schedule.note(result, strictness: options.strictness) { report(whole) } }
      }
      return Verdict(file: file, options: options, results: schedule.results)
    } catch { throw ConformanceError(.unavailable, "a case could not be run: \(error)") }
  }

  private func reap(_ running: inout [RunningCase]) throws(KernelError) -> [CaseResult] {
    let now = Clocks.monotonicNanoseconds()
    let left = running.map { $0.deadlineNanoseconds - now }.min() ?? 0
    let ended = Subprocess.wait(running.map { $0.child }, milliseconds: Int(max(0, left) / 1_000_000 + 1))
    let after = Clocks.monotonicNanoseconds()
    var results: [CaseResult] = []
    for index in running.indices.reversed() {
      let isOver = !ended.contains(index) && running[index].deadlineNanoseconds <= after
      guard isOver || ended.contains(index) else { continue }
      results.append(try running.remove(at: index).finish(isOver: isOver, strictness: options.strictness))
    }
    return results
  }
}
