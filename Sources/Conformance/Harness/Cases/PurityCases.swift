import Glibc
import Kernel
import PluginABI

/// Allocations inside the watched calls.
private final class AllocationProbe: Probe {
  private let now: @convention(c) () -> UInt64
  private var start: UInt64 = 0
  private(set) var count: UInt64 = 0
  private(set) var calls = 0

  init() throws(Finding) {
    guard let symbol = dlsym(nil, "qe_allocation_count") else { throw .skips("the allocation counter is not loaded") }
    // Unsafe: the counter gives its one function this type.
    now = unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
  }

  func before() { start = now() }
  func after() {
    let seen = now() &- start
    count += seen
    if seen > 0 { calls += 1 }
  }
}

private final class CallProbe: Probe {
  func before() { CallWatch.begin() }
  func after() { CallWatch.end() }
}

/// How long each call took, in the order of calls.
private final class TimeProbe: Probe {
  private(set) var nanoseconds: [Int64] = []
  private var start: Int64 = 0

  func before() { start = Clocks.monotonicNanoseconds() }
  func after() { nanoseconds.append(Clocks.monotonicNanoseconds() - start) }
}

extension Catalogue {
  private static let clockCalls: Set<String> = ["clock_gettime", "gettimeofday", "time", "times", "getrusage", "nanosleep", "clock_nanosleep"]

  private static func threadCount() throws(KernelError) -> Int { try Files.names(in: "/proc/self/task").count }

  /// The hot path is pure.
  static let purityCases: [Case] = [
    Case(
      "no-allocations", "allocates nothing on the hot path", strictness: 4, isSeeded: true,
      setup: .init(countsAllocations: true, isWaivedForNativeRuntime: true)
    ) { trial in
      let instance = try trial.active()
      var player = try trial.player(instance)
      let probe = try AllocationProbe()
      player.probe = probe
      try player.play(trial.size(20_000, quick: 2000))
      try instance.end()
      guard probe.count == 0 else { throw Finding.fails("\(probe.count) allocations in \(probe.calls) of \(player.calls) calls") }
      return "none in \(player.calls) calls" + (player.isModel ? "" : ", \(player.intentCount) intents")
    },
    Case(
      "no-system-calls", "makes no system call on the hot path", strictness: 4, after: ["no-allocations"], isSeeded: true,
      setup: .init(isWaivedForNativeRuntime: true)
    ) { trial in
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.probe = CallProbe()
      try player.play(10)
      try CallWatch.watchSystemCalls()
      try player.play(trial.size(5000, quick: 1000))
      let calls = CallWatch.systemCalls.filter { !clockCalls.contains($0.name) }
      guard calls.isEmpty else { throw Finding.fails(calls.prefix(5).map { "\($0.name) \($0.count)" }.joined(separator: ", ")) }
      return "none in \(player.calls) calls"
    },
    Case(
      "no-clock", "does not read the clock on the hot path", strictness: 4, after: ["no-allocations"], isSeeded: true,
      setup: .init(isWaivedForNativeRuntime: true)
    ) { trial in
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.probe = CallProbe()
      do throws(KernelError) { try CallWatch.watchClock() } catch { throw Finding.skips("this processor has no trap for reads of the clock") }
      try CallWatch.watchSystemCalls()
      try player.play(trial.size(5000, quick: 1000))
      let calls = CallWatch.systemCalls.filter { clockCalls.contains($0.name) }
      guard CallWatch.clockReads == 0, calls.isEmpty else {
        throw Finding.fails("\(CallWatch.clockReads) reads of the time-stamp counter, \(calls.reduce(0) { $0 + $1.count }) calls for the time")
      }
      return "no read in \(player.calls) calls"
    },
    Case(
      "latency", "p50 is below 5 us and p99 below 50 us", strictness: 5, seconds: 60, isSeeded: true,
      setup: .init(isAlone: true, isWaivedForNativeRuntime: true)
    ) { trial in
      let events = trial.size(20_000, quick: 2000)
      var best: [Int64] = []
      // The least of several passes for each call: what the machine did meanwhile drops out.
      for _ in 0..<5 {
        let instance = try trial.active()
        var player = try trial.player(instance)
        let probe = TimeProbe()
        player.probe = probe
        try player.play(events)
        try instance.end()
        best = best.isEmpty ? probe.nanoseconds : zip(best, probe.nanoseconds).map { min($0, $1) }
      }
      best.sort()
      guard !best.isEmpty else { return "no calls" }
      func quantile(_ part: Double) -> Int64 { best[min(best.count - 1, Int(part * Double(best.count)))] }
      let (p50, p99, p999) = (quantile(0.5), quantile(0.99), quantile(0.999))
      let figures = "p50 \(p50) ns, p99 \(p99) ns, p99.9 \(p999) ns"
      guard p50 <= 5000, p99 <= 50_000 else { throw Finding.fails(figures) }
      return figures
    },
    Case("no-threads", "starts no thread", strictness: 6, isSeeded: true, setup: .init(isWaivedForNativeRuntime: true)) { trial in
      let before = try threadCount()
      let instance = try trial.active()
      var player = try trial.player(instance)
      try player.play(200)
      let after = try threadCount()
      guard after == before else { throw Finding.fails("\(after - before) threads of its own") }
      return "none"
    },
    Case("leaves-process-alone", "changes no signal handler, rounding mode, folder or mask of the process", strictness: 3, isSeeded: true) { trial in
      let before = ProcessState()
      _ = try trial.answers(200)
      if let difference = ProcessState().difference(from: before) { throw Finding.fails("it changed \(difference)") }
      return "unchanged"
    },
  ]
}

/// What all plugins in a process share.
private struct ProcessState {
  private var handlers: [UInt] = []
  private let folder: String?
  private let mask: mode_t
  private let arithmetic: UInt64
  private let variables: [String]

  init() {
    for number in 1..<32 {
      var action = sigaction()
      _ = sigaction(Int32(number), nil, &action)
      handlers.append(withUnsafeBytes(of: action) { $0.loadUnaligned(as: UInt.self) })
    }
    folder = Files.symlinkTarget("/proc/self/cwd")
    mask = umask(0)
    _ = umask(mask)
    // Denormals and rounding as arithmetic shows them: the register has no name in Swift.
    let tiny = Self.opaque(.leastNonzeroMagnitude) + Self.opaque(.leastNonzeroMagnitude)
    let third = Self.opaque(1) / Self.opaque(3)
    arithmetic = tiny.bitPattern ^ third.bitPattern << 1
    variables = ProcessState.environment()
  }

  @inline(never) private static func opaque(_ value: Double) -> Double { value }

  private static func environment() -> [String] {
    var found: [String] = []
    var next = environ
    while let text = next.pointee {
      found.append(String(cString: text))
      next += 1
    }
    return found
  }

  func difference(from other: ProcessState) -> String? {
    if let index = handlers.indices.first(where: { handlers[$0] != other.handlers[$0] }) { return "the handler of signal \(index + 1)" }
    if folder != other.folder { return "the working folder" }
    if mask != other.mask { return "the file mask" }
    if arithmetic != other.arithmetic { return "the floating-point mode" }
    return variables == other.variables ? nil : "the environment"
  }
}
